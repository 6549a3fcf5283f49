"""The experiments of chapter 08: what they compare, on small models and by hand."""

import sys

import pytest
import torch
from places import ROOT
from scipy.stats import spearmanr

sys.path.append(str(ROOT / "experiments"))
import heat_maps
import mirrored_positions

from vit_tutorial import VisionTransformer, ViTConfig, data, inspection, pretrained, set_seed


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(heat_maps, "IMAGES", 20)
    monkeypatch.setattr(heat_maps, "SANE", 5)
    monkeypatch.setattr(heat_maps, "COUNTS", (0, 10, 49))
    heat_maps.clothes.cache_clear()
    heat_maps.fill.cache_clear()
    yield pretrained.load("vit-fashion").eval()
    heat_maps.clothes.cache_clear()
    heat_maps.fill.cache_clear()


def test_likeness_is_spearmans():
    a, b = torch.rand(6, 49), torch.rand(6, 49)
    expected = sum(spearmanr(x, y).statistic for x, y in zip(a, b, strict=True)) / 6
    assert heat_maps.likeness(a, b) == pytest.approx(expected, abs=1e-4)
    assert heat_maps.likeness(a, 3 * a.exp()) == 1


def test_curves_begin_and_end_where_they_must(few):
    runs = list(heat_maps.curves(few))
    for run in runs:
        first, _, last = run["shares"]
        assert (first if run["test"] == "deletion" else last) == 1  # the whole image
    black = [
        r for r in heat_maps.curves(few) if r["fill"] == "black" and r["way"] in ("brightness", "change")
    ]
    assert black[0]["shares"] == black[2]["shares"] and black[1]["shares"] == black[3]["shares"]


def test_all_tokens_kept_is_the_models_accuracy(few):
    test = data.fashion_mnist().test.take(20)
    right = (few(test.images).argmax(-1) == test.labels).float().mean().item()
    assert all(run["shares"][-1] == pytest.approx(right, abs=1e-4) for run in heat_maps.tokens(few))


def test_randomised_from_the_head_down(few):
    set_seed(3)
    fresh = VisionTransformer(few.config)
    before = {name: weight.clone() for name, weight in few.state_dict().items()}
    changed = set()
    for part, model in heat_maps.randomised(few, seed=3):
        now = {n for n, w in model.state_dict().items() if not torch.equal(w, before[n])}
        assert changed <= now and any(name.startswith(part) for name in now - changed)
        changed = now
    assert torch.equal(few.embeddings.class_token, fresh.embeddings.class_token)
    assert few.head.weight.abs().min() > 0


def test_mirrored_places_by_hand():
    set_seed(0)
    model = VisionTransformer(
        ViTConfig(28, 4, in_channels=1, embed_dim=8, depth=1, num_heads=2, mlp_dim=8, num_classes=2)
    )
    table = torch.randn(7, 7, 8)
    table[:, 4:] = table[:, :3].flip(1)  # the right half mirrors the left one
    model.embeddings.position_embedding.data[0, 1:] = table.reshape(49, 8)
    found = mirrored_positions.mirrored(model)
    assert found["left–right"] == pytest.approx(1) and abs(found["top–bottom"]) < 0.4
    similar = inspection.position_similarity(model)
    rows = [similar[r, c, 6 - r, c].item() for r in range(7) for c in range(7) if r != 3]
    assert found["top–bottom"] == pytest.approx(sum(rows) / 42, abs=1e-3)
