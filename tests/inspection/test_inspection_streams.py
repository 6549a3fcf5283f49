"""Streams, lens and positions against the model itself and scikit-learn."""

import pytest
import torch
from reference import randomise
from sklearn.metrics.pairwise import cosine_similarity

from vit_tutorial import VisionTransformer, ViTConfig
from vit_tutorial.inspection import logit_lens, position_similarity, token_streams

SIZES = {"image_size": (12, 8), "patch_size": 4, "in_channels": 2, "embed_dim": 12, "depth": 3}
SIZES |= {"num_heads": 3, "mlp_dim": 20, "num_classes": 5}


def make(**changes):
    torch.manual_seed(0)
    model = randomise(VisionTransformer(ViTConfig(**(SIZES | changes))).double()).eval()
    return model, torch.randn(3, 2, 12, 8, dtype=torch.float64)


@pytest.mark.parametrize("position", ["learned", "sincos2d", "none"])
@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_the_lens_ends_at_the_models_answer(pooling, position):
    model, images = make(pooling=pooling, position=position)
    lens = logit_lens(model, images)
    assert lens.shape == (3, 3, 5)
    torch.testing.assert_close(lens[-1], model(images))
    assert not torch.allclose(lens[0], lens[1])


def test_the_lens_after_one_block_is_the_answer_of_a_model_of_one_block():
    model, images = make()
    lens = logit_lens(model, images)
    model.encoder.blocks = model.encoder.blocks[:1]
    torch.testing.assert_close(lens[0], model(images))


def test_streams_are_what_hooks_see():
    model, images = make()
    seen = []
    for block in model.encoder.blocks:
        block.register_forward_hook(lambda module, inputs, output: seen.append(output))
    model(images)
    streams = token_streams(model, images)
    torch.testing.assert_close(streams[0], model.embeddings(images))
    torch.testing.assert_close(streams[1:], torch.stack(seen[:3]))
    assert not streams.requires_grad


def test_the_model_is_asked_in_eval_mode_and_left_as_it_was():
    model, images = make(dropout=0.5)
    expected = logit_lens(model, images)
    model.train()
    torch.testing.assert_close(logit_lens(model, images), expected)
    assert all(module.training for module in model.modules())


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_similarity_of_positions_equals_scikit_learns(pooling):
    model, _ = make(pooling=pooling)
    table = model.embeddings.position_embedding.detach()[0, -6:]
    expected = torch.from_numpy(cosine_similarity(table.numpy())).reshape(3, 2, 3, 2)
    torch.testing.assert_close(position_similarity(model), expected)


def test_without_positions_there_is_nothing_to_compare():
    with pytest.raises(ValueError, match=r'position="none".*Build one with position="learned"'):
        position_similarity(make(position="none")[0])
