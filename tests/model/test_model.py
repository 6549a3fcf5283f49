"""The whole model: its parts and paths agree, every parameter counts, and it learns."""

import pytest
import torch
from reference import assert_close, random_tensor
from small_model import CHOICES, CONFIG, images, model

from vit_tutorial import VisionTransformer


@pytest.mark.parametrize(("position", "pooling"), CHOICES)
def test_every_parameter_moves_the_logits(position, pooling):
    built, x = model(position=position, pooling=pooling), images()
    before = built(x)
    for name, tensor in built.state_dict().items():
        kept = tensor.clone()
        tensor += 0.1 * random_tensor(*tensor.shape, seed=7)
        assert not torch.allclose(built(x), before, rtol=1e-6), name
        tensor.copy_(kept)
    assert torch.equal(built(x), before)


@pytest.mark.parametrize(("position", "pooling"), CHOICES)
def test_every_parameter_has_a_gradient(position, pooling):
    built = model(position=position, pooling=pooling)
    built(images()).pow(2).sum().backward()
    assert all(parameter.grad.abs().max() > 0 for parameter in built.parameters())


@pytest.mark.parametrize(("position", "pooling"), CHOICES)
def test_the_parts_make_the_whole(position, pooling):
    built, x = model(position=position, pooling=pooling), images()
    tokens = built.tokens(x)
    assert tokens.shape == (2, built.config.num_tokens, 12)
    read_out = tokens[:, 0] if pooling == "cls" else tokens.mean(1)
    torch.testing.assert_close(built(x), read_out @ built.head.weight.T + built.head.bias)


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_attention_maps_reproduce_forward(pooling):
    built, x = model(pooling=pooling), images()
    maps = built.attention_maps(x)
    t = built.config.num_tokens
    assert maps.shape == (2, 2, 3, t, t)
    torch.testing.assert_close(maps.sum(-1), torch.ones_like(maps[..., 0]))
    tokens = built.embeddings(x)
    for block, weights in zip(built.encoder.blocks, maps, strict=True):
        value = block.attention.qkv(block.norm1(tokens))[..., 24:]  # (B, T, D)
        value = value.reshape(2, t, 3, 4).transpose(1, 2)  # (B, h, T, D_h)
        heads = (weights @ value).transpose(1, 2).reshape(2, t, 12)
        tokens = tokens + block.attention.projection(heads)
        tokens = tokens + block.mlp(block.norm2(tokens))
    assert_close(built.encoder.norm(tokens), built.tokens(x), 1e-10)


def test_images_of_a_batch_do_not_mix():
    built, x = model(), images(3)
    torch.testing.assert_close(built(x)[1:2], built(x[1:2]))


def test_without_positions_patches_may_be_shuffled():
    x = images()
    shuffled = torch.cat([x[..., 4:8], x[..., :4], x[..., 8:]], dim=-1)
    torch.testing.assert_close(model(position="none")(x), model(position="none")(shuffled))
    assert not torch.allclose(model()(x), model()(shuffled))


def test_start():
    torch.manual_seed(0)
    built = VisionTransformer(CONFIG)
    assert built(images(dtype=torch.float32)).abs().max() == 0  # all classes equally likely
    assert built.embeddings.class_token.abs().max() == 0
    assert not torch.equal(
        built.encoder.blocks[0].mlp.linear1.weight, built.encoder.blocks[1].mlp.linear1.weight
    )


def test_training_and_evaluation():
    built = model(dropout=0.3, attention_dropout=0.3)
    x = images()
    assert not torch.equal(built(x), built(x))
    built.eval()
    assert torch.equal(built(x), built(x))
    torch.testing.assert_close(built(x), model()(x))  # the rates change nothing outside training
    dropouts = [m.p for m in built.modules() if isinstance(m, torch.nn.Dropout)]
    assert dropouts == [0.3] * (1 + 3 * 2)
    only_attention = model(attention_dropout=0.3)
    assert not torch.equal(only_attention(x), only_attention(x))


def test_it_learns():
    torch.manual_seed(0)
    built, x = VisionTransformer(CONFIG), images(5, torch.float32)
    optimizer = torch.optim.AdamW(built.parameters(), lr=3e-3)
    for _ in range(150):
        loss = torch.nn.functional.cross_entropy(built(x), torch.arange(5))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05


def test_nothing_is_printed_and_no_random_number_drawn_where_none_is_needed(capsys):
    built = model()
    state = torch.get_rng_state()
    built(images())
    built.resized((16, 8))
    assert torch.equal(torch.get_rng_state(), state)
    assert capsys.readouterr() == ("", "")
