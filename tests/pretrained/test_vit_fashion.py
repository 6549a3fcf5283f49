"""The bundled weights: what they can do, and that card, curve and recipe say what is true of them."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from importlib.resources import files
from statistics import mean

import pytest
import torch
from places import ROOT
from safetensors import safe_open

from vit_tutorial import data, evaluate, pretrained
from vit_tutorial.config import ViTConfig
from vit_tutorial.data.fashion import DEBIAN
from vit_tutorial.training.recipe import Recipe

ASSETS = files("vit_tutorial") / "assets"
CARD = (ASSETS / "vit_fashion" / "README.md").read_text("utf8")
LOG = data.results("vit_fashion")


@pytest.fixture(scope="module")
def model():
    return pretrained.load("vit-fashion")


def test_it_is_small_and_has_the_sizes_that_were_asked_for(model):
    config = model.config
    assert (config.image_size, config.patch_size, config.in_channels, config.num_patches) == (28, 4, 1, 49)
    assert sum(p.numel() for p in model.parameters()) == 205_962
    path = ASSETS / "vit_fashion" / "model.safetensors"
    assert len(path.read_bytes()) < 500_000
    with safe_open(path, framework="pt") as file:
        assert {file.get_tensor(name).dtype for name in file.keys()} == {torch.float16}  # noqa: SIM118
    assert {p.dtype for p in model.parameters()} == {torch.float32} and not model.training
    assert model.classes == data.FASHION_CLASSES and model.preprocessing == "vit-fashion"


def test_it_knows_the_bundled_test_images(model):
    test = data.fashion_mnist().loaders(500).test
    accuracy = evaluate(model, test).accuracy
    assert accuracy == pytest.approx(LOG["test_accuracy"], abs=0.02)  # 2,000 of the 10,000
    assert accuracy > 0.89


def test_the_whole_test_set_gives_what_the_card_says(model):
    if not DEBIAN.is_dir():
        pytest.skip("Debian's package dataset-fashion-mnist is not installed")
    result = evaluate(model, data.fashion_mnist(full=True).loaders(500).test)
    assert result.accuracy == pytest.approx(LOG["test_accuracy"], abs=5e-4)
    right = (result.predictions == result.labels).double()
    for i, name in enumerate(data.FASHION_CLASSES):
        share = right[result.labels == i].mean().item()
        assert share == pytest.approx(LOG["test_accuracy_by_class"][name], abs=2e-3)


def test_it_clears_the_bar_and_half_precision_costs_nothing():
    assert LOG["test_accuracy"] >= 0.90
    for split in ("val", "test"):
        assert abs(LOG[f"{split}_accuracy"] - LOG[f"{split}_accuracy_float32"]) < 1e-3
    assert mean(LOG["test_accuracy_by_class"].values()) == pytest.approx(LOG["test_accuracy"], abs=1e-4)


def test_the_log_is_that_of_the_whole_run_and_of_its_best_epoch():
    runs, recipe = LOG["runs"], json.loads((ROOT / "experiments/vit_fashion.json").read_text())
    assert [r["epoch"] for r in runs] == list(range(1, recipe["epochs"] + 1))
    accuracies = [r["val_accuracy"] for r in runs]
    assert accuracies[LOG["best_epoch"] - 1] == max(accuracies)
    assert LOG["val_accuracy_float32"] == pytest.approx(max(accuracies), abs=1e-9)
    assert max(r["learning_rate"] for r in runs) <= recipe["learning_rate"]
    assert runs[-1]["learning_rate"] < 1e-6 and runs[-1]["train_loss"] < runs[0]["train_loss"] / 3


def test_the_card_has_the_numbers_of_the_log():
    for split, images in (("val", "validation, 5,000"), ("test", "test, 10,000")):
        half, full = LOG[f"{split}_accuracy"], LOG[f"{split}_accuracy_float32"]
        assert f"| {images} | {half:.2%} | {full:.2%} |" in CARD
    for name, share in LOG["test_accuracy_by_class"].items():
        assert f"| {name} | {share:.1%} |" in CARD
    assert f"Best of {len(LOG['runs'])} epochs by validation accuracy: epoch {LOG['best_epoch']}." in CARD


def test_the_card_describes_the_settings_of_the_run(model):
    settings = json.loads((ROOT / "experiments" / "vit_fashion.json").read_text())
    of = {c: {f.name: settings[f.name] for f in fields(c) if f.name in settings} for c in (Recipe, ViTConfig)}
    recipe, config = Recipe(**of[Recipe]), ViTConfig(**of[ViTConfig], num_classes=10)
    assert config == model.config
    said = re.sub(r"\s+", " ", CARD)
    for words in (
        f"{recipe.epochs} epochs, AdamW, batch {settings['batch_size']}",
        f"learning rate {recipe.learning_rate * 1000:g}e-3",
        f"weight decay {recipe.weight_decay}",
        f"norm {recipe.clip:g}",
        f"shifted by up to {settings['shift']} pixels and every other one mirrored",
        f"seed {recipe.seed}",
        f"D = {config.embed_dim}, L = {config.depth}, h = {config.num_heads}, D_mlp = {config.mlp_dim}",
    ):
        assert words in said
    assert recipe.warmup == 0.05 and "a twentieth of the steps" in said and settings["flip"]
