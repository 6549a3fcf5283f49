"""Chapter 6: a ViT against a CNN with as many parameters, on 500, 2,000 and 10,000 images, three seeds each.

    python experiments/vit_against_cnn.py

Every run has about 942 steps of 64 images, however few images there are. The learning rate is chosen for each
model and each number of images, out of two, by the mean validation accuracy; the test images are asked once,
with that rate. Half an hour on one core.
"""

from __future__ import annotations

import math
from statistics import mean
from typing import Any

import record
import torch
from small_cnn import SmallCNN
from small_vit import small_vit

from vit_tutorial import data
from vit_tutorial.training import evaluate, train
from vit_tutorial.training.seeding import set_seed

SEEDS = (0, 1, 2)
SIZES = (500, 2_000, 10_000)
RATES = (1e-3, 3e-3)
STEPS, BATCH = 942, 64


def build(name: str) -> torch.nn.Module:
    """The ViT of chapter 6, or its opponent."""
    return SmallCNN() if name == "CNN" else small_vit()


def fit(model: torch.nn.Module, images: int, rate: float, seed: int) -> dict[str, Any]:
    """Train once and measure on training and validation images."""
    splits = data.fashion_mnist()
    loaders = splits._replace(train=splits.train.take(images)).loaders(BATCH)
    epochs = round(STEPS / math.ceil(images / BATCH))
    recipe = {"epochs": epochs, "learning_rate": rate, "weight_decay": 0.3, "seed": seed}
    train(model, loaders.train, device="cpu", **recipe)
    return {
        "images": images,
        "learning_rate": rate,
        "seed": seed,
        "train_accuracy": round(evaluate(model, loaders.train).accuracy, 4),
        "val_accuracy": round(evaluate(model, loaders.val).accuracy, 4),
    }


def compare(name: str, images: int) -> list[dict[str, Any]]:
    """Train with every rate and seed; the rate that validates best meets the test images."""
    runs, models = [], []
    for rate in RATES:
        for seed in SEEDS:
            set_seed(seed)
            models.append(build(name))
            runs.append({"name": name, **fit(models[-1], images, rate, seed)})
            print(runs[-1], flush=True)
    means = {rate: mean(r["val_accuracy"] for r in runs if r["learning_rate"] == rate) for rate in RATES}
    best = max(means, key=means.get)
    test = data.fashion_mnist().loaders(BATCH).test
    for run, model in zip(runs, models, strict=True):
        if run["learning_rate"] == best:
            run["test_accuracy"] = round(evaluate(model, test).accuracy, 4)
    return runs


def main() -> None:
    torch.set_num_threads(1)
    runs = [run for name in ("ViT", "CNN") for images in SIZES for run in compare(name, images)]
    print(record.write("vit_against_cnn", runs).name)


if __name__ == "__main__":
    main()
