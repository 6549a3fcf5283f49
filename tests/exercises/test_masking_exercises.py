"""The solutions of chapter 10 against loops, PyTorch's own functions and the package."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from vit_tutorial import VisionTransformer, ViTConfig, patchify
from vit_tutorial.exercises import all_exercises
from vit_tutorial.masked_autoencoder import MaskedAutoencoder, random_masking


def solution(number: str):
    return all_exercises()[number].solution


@pytest.mark.parametrize(("b", "n", "kept"), [(4, 9, 3), (1, 5, 5), (3, 6, 1)])
def test_random_masking_by_loops(b, n, kept):
    noise = torch.rand(b, n, generator=torch.Generator().manual_seed(0))
    visible, restore = solution("10.1")(noise, kept)
    for i in range(b):
        places = sorted(range(n), key=lambda p, i=i: noise[i, p].item())
        assert visible[i].tolist() == places[:kept]
        assert restore[i].tolist() == [places.index(p) for p in range(n)]


def test_random_masking_is_the_packages():
    torch.manual_seed(3)
    expected = random_masking(5, 12, 0.75)
    torch.manual_seed(3)
    for mine, theirs in zip(solution("10.1")(torch.rand(5, 12), 3), expected, strict=True):
        assert torch.equal(mine, theirs)


@pytest.fixture(scope="module")
def mae() -> MaskedAutoencoder:
    torch.manual_seed(0)
    config = ViTConfig((8, 12), 4, embed_dim=16, depth=1, num_heads=2, mlp_dim=24, num_classes=3)
    mae = MaskedAutoencoder(VisionTransformer(config), decoder_dim=8, decoder_heads=2).eval()
    torch.nn.init.normal_(mae.vit.embeddings.class_token)
    return mae


def test_visible_tokens_is_what_the_packages_encoder_gets(mae):
    images, embeddings = torch.rand(4, 3, 8, 12), mae.vit.embeddings
    visible, _ = random_masking(4, 6, 0.5)
    with torch.no_grad():
        mine = solution("10.2")(
            embeddings.patch_embedding(images), embeddings.position_embedding, embeddings.class_token, visible
        )
        assert torch.allclose(mae.vit.encoder(mine), mae.encode(images, visible), atol=1e-6)


def test_put_back_by_loops():
    tokens, mask = torch.rand(3, 2, 4), torch.rand(1, 1, 4)
    visible, restore = random_masking(3, 5, 0.6)
    row = solution("10.3")(tokens, mask, restore)
    for b in range(3):
        seen = visible[b].tolist()
        for place in range(5):
            expected = tokens[b, seen.index(place)] if place in seen else mask[0, 0]
            assert torch.equal(row[b, place], expected)


def test_masked_loss_is_the_packages(mae):
    images = torch.rand(4, 3, 8, 12)
    with torch.no_grad():
        loss, guesses, hidden = mae(images)
    assert torch.isclose(solution("10.4")(guesses, patchify(images, 4), hidden), loss)


def test_contrastive_loss_by_its_formula():
    a, b = torch.rand(6, 3, dtype=torch.float64), torch.rand(6, 3, dtype=torch.float64)
    similar = F.cosine_similarity(a[:, None], b[None], dim=-1) / 0.2
    terms = [-(s[i, i].exp() / s[i].exp().sum()).log() for s in (similar, similar.T) for i in range(6)]
    assert torch.isclose(solution("10.5")(a, b, 0.2), torch.stack(terms).mean())
