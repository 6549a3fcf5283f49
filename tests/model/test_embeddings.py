"""Class token and positions against formulas written out by hand, and interpolation against timm."""

from copy import deepcopy

import pytest
import torch
from reference import assert_error_names, random_tensor, randomise

from vit_tutorial import (
    Embeddings,
    PatchEmbedding,
    interpolate_position_embedding,
    sincos_position_embedding,
)


def embeddings(position: str = "learned", class_token: bool = True, dropout: float = 0.0) -> Embeddings:
    built = Embeddings((8, 12), 4, 3, 8, dropout, position, class_token)
    return randomise(built.double())


@pytest.mark.parametrize("class_token", [True, False])
@pytest.mark.parametrize("position", ["learned", "sincos2d", "none"])
def test_tokens_written_out(position, class_token):
    ours, images = embeddings(position, class_token), random_tensor(2, 3, 8, 12)
    patches = ours.patch_embedding(images)
    tokens = ours(images)
    assert tokens.shape == (2, 6 + class_token, 8)
    table = {
        "learned": ours.position_embedding,
        "sincos2d": torch.cat([torch.zeros(1, 8), sincos_position_embedding((2, 3), 8)])[None].double(),
        "none": torch.zeros(1, 7, 8, dtype=torch.float64),
    }[position]
    table = table[:, -(6 + class_token) :]
    for b in range(2):
        torch.testing.assert_close(tokens[b, class_token:], patches[b] + table[0, class_token:])
        if class_token:
            torch.testing.assert_close(tokens[b, 0], ours.class_token[0, 0] + table[0, 0])


def test_what_trains_and_what_is_saved():
    def names(position: str, class_token: bool) -> tuple[set[str], set[str]]:
        built = embeddings(position, class_token)
        return set(dict(built.named_parameters())), set(built.state_dict())

    patch = {"patch_embedding.projection.weight", "patch_embedding.projection.bias"}
    everything = patch | {"class_token", "position_embedding"}
    assert names("learned", True) == (everything, everything)
    assert names("sincos2d", True) == (patch | {"class_token"}, everything)
    assert names("none", False) == (patch, patch)
    assert embeddings("none", False).class_token is None
    assert embeddings("none", False).position_embedding is None


def test_start():
    torch.manual_seed(0)
    built = Embeddings()
    assert built.class_token.shape == (1, 1, 768) and built.class_token.abs().max() == 0
    assert built.position_embedding.shape == (1, 197, 768)
    assert built.position_embedding.std().item() == pytest.approx(0.02, rel=0.01)
    first = built.position_embedding.flatten()[:3].tolist()  # with every PyTorch from 2.6 to 2.15
    assert first == pytest.approx([-0.0150602115, 0.0094756735, -0.0352861769], abs=1e-8)
    assert isinstance(built.patch_embedding, PatchEmbedding)
    assert sum(p.numel() for p in built.parameters()) == 590_592 + 768 + 151_296


def test_dropout_only_in_training():
    built, images = embeddings(dropout=0.5), random_tensor(2, 3, 8, 12)
    torch.manual_seed(0)
    share = (built.train()(images) == 0).double().mean().item()
    assert 0.3 < share < 0.7
    assert torch.equal(built.eval()(images), embeddings()(images))


@pytest.mark.parametrize("position", ["learned", "sincos2d", "none"])
def test_resized(position):
    built, images = embeddings(position), random_tensor(2, 3, 16, 20)
    before = deepcopy(built.state_dict())
    other = built.resized((16, 20))
    assert other(images).shape == (2, 21, 8)
    assert other.image_size == (16, 20) and built.image_size == (8, 12)
    for name, value in built.state_dict().items():
        assert torch.equal(value, before[name])
    if position == "learned":
        expected = interpolate_position_embedding(built.position_embedding, (2, 3), (4, 5))
        assert torch.equal(other.position_embedding, expected)
        assert other.position_embedding.requires_grad
    if position == "sincos2d":
        fresh = Embeddings((16, 20), 4, 3, 8, position=position).double()
        assert torch.equal(other.position_embedding, fresh.position_embedding)


def table(t: int) -> torch.Tensor:
    return torch.zeros(1, t, 4)


BAD_INPUT = [
    (lambda: sincos_position_embedding(3, 6), ValueError, ["divisible by 4", "6", "8"]),
    (lambda: sincos_position_embedding((3, 0), 8), ValueError, ["grid_size[1]", "0"]),
    (lambda: sincos_position_embedding(3.0, 8), TypeError, ["grid_size", "3.0"]),
    (lambda: sincos_position_embedding(3, 8, temperature=0.0), ValueError, ["temperature", "0.0"]),
    (lambda: interpolate_position_embedding([0.0], 2, 3), TypeError, ["table", "list"]),
    (lambda: interpolate_position_embedding(table(4)[0], 2, 3), ValueError, ["(1, T, D)", "(4, 4)"]),
    (lambda: interpolate_position_embedding(table(7), 2, 3), ValueError, ["old_grid 2×2", "(1, 7, 4)"]),
    (lambda: interpolate_position_embedding(table(4).expand(2, -1, -1), 2, 3), ValueError, ["(2, 4, 4)"]),
    (lambda: interpolate_position_embedding(table(4), 2, (3, 3, 3)), ValueError, ["new_grid", "(3, 3, 3)"]),
    (lambda: Embeddings((8, 10), 4), ValueError, ["width 10", "4"]),
    (lambda: Embeddings(8, 4, position="rope"), ValueError, ["position", "'rope'", "'sincos2d'"]),
    (lambda: Embeddings(8, 4, embed_dim=6, position="sincos2d"), ValueError, ["divisible by 4", "6"]),
    (lambda: Embeddings(8, 4, dropout=1.0), ValueError, ["dropout", "[0, 1)", "1.0"]),
    (lambda: Embeddings(8, 4, dropout="0"), TypeError, ["dropout", "'0'", "str"]),
    (
        lambda: Embeddings(8, 4)(torch.zeros(1, 3, 8, 12)),
        ValueError,
        ["8×8", "8×12", "model.resized((8, 12))"],
    ),
    (lambda: Embeddings(8, 4)(torch.zeros(3, 8, 8)), ValueError, ["(3, 8, 8)", "unsqueeze(0)"]),
    (lambda: Embeddings(8, 4).resized((8, 9)), ValueError, ["width 9", "4"]),
]


@pytest.mark.parametrize(("call", "error", "words"), BAD_INPUT)
def test_bad_input_is_named(call, error, words):
    assert_error_names(call, error, words)
