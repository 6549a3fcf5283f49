"""Hide and guess: what the encoder sees, what the decoder gets, and what the loss counts."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from vit_tutorial import VisionTransformer, ViTConfig, patchify
from vit_tutorial.masked_autoencoder import MaskedAutoencoder, pretrain, random_masking

SIZES = {"in_channels": 3, "embed_dim": 16, "depth": 2, "num_heads": 2, "mlp_dim": 24, "num_classes": 4}


def build(pooling: str = "mean", **options: object) -> MaskedAutoencoder:
    torch.manual_seed(0)
    vit = VisionTransformer(ViTConfig((8, 12), 4, pooling=pooling, **SIZES))  # 2 × 3 patches of 48 values
    return MaskedAutoencoder(vit, decoder_dim=8, decoder_heads=2, **{"mask_ratio": 0.5} | options).eval()


def images(n: int = 5) -> torch.Tensor:
    return torch.rand(n, 3, 8, 12, generator=torch.Generator().manual_seed(1)) * 2 - 1


@pytest.mark.parametrize(("ratio", "kept"), [(0.0, 10), (0.25, 8), (0.75, 2), (0.99, 1)])
def test_restore_undoes_the_shuffle_and_says_who_is_hidden(ratio, kept):
    visible, restore = random_masking(64, 10, ratio)
    assert visible.shape == (64, kept) and restore.shape == (64, 10)
    assert torch.equal(
        restore.gather(1, visible), torch.arange(kept).expand(64, -1)
    )  # visible ones come first
    assert torch.equal(restore.sort(dim=1).values, torch.arange(10).expand(64, -1))
    assert len(torch.unique(visible, dim=0)) > 1 or kept == 10  # each image its own


def test_every_patch_is_hidden_as_often():
    visible, _ = random_masking(20_000, 8, 0.75)
    share = torch.bincount(visible.flatten(), minlength=8) / 20_000
    assert torch.allclose(share, torch.full((8,), 0.25), atol=0.02)  # six standard deviations


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_with_all_patches_visible_the_encoder_is_the_models_in_another_order(pooling):
    mae, first = build(pooling), int(pooling == "cls")
    visible, restore = random_masking(5, 6, 0.0)
    with torch.no_grad():
        tokens, expected = mae.encode(images(), visible), mae.vit.tokens(images())
    rows = torch.arange(5)[:, None]
    assert torch.allclose(tokens[:, first:][rows, restore], expected[:, first:], atol=1e-5)
    if first:
        assert torch.allclose(tokens[:, 0], expected[:, 0], atol=1e-5)


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_no_guess_knows_a_hidden_pixel_and_all_know_the_visible_ones(pooling):
    mae, seen = build(pooling), images(1)
    visible, restore = random_masking(1, 6, 0.5)
    with torch.no_grad():
        before = mae.decode(mae.encode(seen, visible), restore)
        for place in range(6):
            changed = seen.clone()
            row, column = 4 * (place // 3), 4 * (place % 3)
            changed[..., row : row + 4, column : column + 4] *= -1
            gap = (mae.decode(mae.encode(changed, visible), restore) - before).abs().amax(dim=(0, 2))
            hidden = place not in visible[0].tolist()
            assert (gap == 0).all() if hidden else (gap > 0).all()


def test_each_token_goes_to_its_own_place():
    """Without blocks, positions and norm the decoder is one linear layer: the guesses say who stands where."""
    mae = build()
    torch.nn.init.zeros_(mae.decoder_position)
    mae.decoder = torch.nn.Identity()
    visible, restore = random_masking(5, 6, 0.5)
    with torch.no_grad():
        tokens = mae.encode(images(), visible)
        guesses = mae.decode(tokens, restore)
        of_mask = mae.to_pixels(mae.mask_token)[0, 0]
        of_tokens = mae.to_pixels(mae.to_decoder(tokens))
    for b in range(5):
        for place in range(6):
            seen = visible[b].tolist()
            expected = of_tokens[b, seen.index(place)] if place in seen else of_mask
            assert torch.allclose(guesses[b, place], expected, atol=1e-6)


@pytest.mark.parametrize("normalize", [True, False])
def test_the_loss_is_the_squared_error_of_the_hidden_patches(normalize):
    mae = build(normalize=normalize)
    with torch.no_grad():
        loss, guesses, hidden = mae(images())
    patches = patchify(images(), 4)
    if normalize:
        patches = (patches - patches.mean(-1, keepdim=True)) / (patches.var(-1, keepdim=True) + 1e-6).sqrt()
    assert hidden.sum(dim=1).tolist() == [3] * 5
    assert torch.isclose(loss, F.mse_loss(guesses[hidden], patches[hidden]))


def test_a_patch_of_one_colour_is_no_nan():
    assert torch.equal(build().targets(torch.ones(1, 3, 8, 12)), torch.zeros(1, 6, 48))


def test_all_learns_but_the_head():
    mae = build("cls")
    mae(images())[0].backward()
    without = {name for name, p in mae.named_parameters() if p.grad is None or not p.grad.any()}
    assert without == {"vit.head.weight", "vit.head.bias"}


def loader(labels: torch.Tensor) -> DataLoader:
    return DataLoader(TensorDataset(images(24), labels), batch_size=8)


def test_pretraining_learns_from_images_alone_and_by_its_seed():
    runs = []
    for labels, seed in ((torch.zeros(24), 0), (torch.arange(24), 0), (torch.zeros(24), 1)):
        mae = build()
        runs.append((pretrain(mae, loader(labels), epochs=20, seed=seed), mae.vit.state_dict()))
    (first, weights), (again, same), (other, _) = runs
    assert first == again and all(torch.equal(weights[name], same[name]) for name in weights)
    assert first != other
    assert len(first) == 20 and first[-1] < 0.95 * first[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mask_ratio": 1.0}, "mask_ratio"),
        ({"mask_ratio": -0.1}, "mask_ratio"),
        ({"decoder_dim": 9}, "num_heads"),
        ({"decoder_depth": 0}, "depth"),
    ],
)
def test_a_wrong_option_is_named(options, message):
    vit = VisionTransformer(ViTConfig((8, 12), 4, pooling="mean", **SIZES))
    with pytest.raises(ValueError, match=message):
        MaskedAutoencoder(vit, **{"decoder_heads": 2} | options)


@pytest.mark.parametrize("options", [{"epochs": 0}, {"learning_rate": 0.0}])
def test_pretraining_without_a_step_is_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        pretrain(build(), loader(torch.zeros(24)), **{"epochs": 1} | options)
