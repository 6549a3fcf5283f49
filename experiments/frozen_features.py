"""Chapter 7: what frozen features are worth, for digits and for clothes that pre-training never saw.

    python experiments/frozen_features.py --log runs/frozen_features.jsonl

Two targets. "digits": the features of vit-fashion. "new clothes": the ten classes of Fashion-MNIST are cut into two
halves, those of even and those of odd number; a model with the sizes and the recipe of vit-fashion, but eight
epochs, is pre-trained on one half, and its features have to tell the classes of the other half apart. Both halves,
three seeds each: six pre-trainings, half an hour on one core; their weights stay beside the log.

Four ways to use 2, 5, 20 and 75 labels a class: logistic regression on the pixels, on the features (a linear
probe), on the features of the same network with random weights, and the nearest neighbour by pixels. Each is tuned
for each number of labels: the penalty, standardised or not, with shifted copies of the labelled images or without.
The test images are asked after every run, and have no part in the choice; `chosen` marks the best setting.

A seed draws the labelled images and, for new clothes, is that of the pre-training.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

import numpy as np
import record
import torch
from climb import beside, climb
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from vit_tutorial import VisionTransformer, data, pretrained, replace_head, set_seed, train
from vit_tutorial.saving import load_model, save_model

SEEDS, LABELS = (0, 1, 2), (2, 5, 20, 75)
TARGETS = ("digits", "new clothes, even", "new clothes, odd")
WAYS = ("pixels", "features", "random features", "nearest neighbour")
PENALTIES = tuple(10.0**i for i in range(-7, 6))  # scikit-learn's C: small is a strong penalty
SHIFTS = tuple(product((-2, 0, 2), repeat=2))  # of the copies, in pixels
EPOCHS = 8


class Setting(NamedTuple):
    """What is tuned; the nearest neighbour has no penalty."""

    c: float
    standardised: bool
    shifted: bool

    def neighbours(self, way: str) -> list[Setting]:
        """The settings that differ in one thing."""
        found = [] if way == "nearest neighbour" else [self._replace(c=c) for c in beside(PENALTIES, self.c)]
        found.append(self._replace(standardised=not self.standardised))
        return [*found, self._replace(shifted=not self.shifted)]


def half(images: data.ImageSet, parity: int) -> data.ImageSet:
    """The images of every other class, numbered anew from 0."""
    kept = images.labels % 2 == parity
    return data.ImageSet(images.images[kept], images.labels[kept] // 2, images.classes[parity::2])


@cache
def splits(target: str) -> data.Splits:
    """Images to learn from, to choose by, and for the last word."""
    if target == "digits":
        return data.digits(28)
    parity = ("even", "odd").index(target.split()[-1])
    return data.Splits(*(half(part, parity) for part in data.fashion_mnist(full=True)))


@cache
def pretrain(target: str, seed: int, folder: Path) -> VisionTransformer:
    """Vit-fashion, or its like that has seen only the other half of the clothes."""
    model = pretrained.load("vit-fashion")
    if target == "digits":
        return model.eval()
    others = {"even": "new clothes, odd", "odd": "new clothes, even"}[target.split()[-1]]
    path = folder / f"without_{target.split()[-1]}_{seed}.safetensors"
    if not path.is_file():
        set_seed(seed)
        model = replace_head(VisionTransformer(model.config), 5)
        loaders = splits(others).augmented(data.augmentation(28, shift=2, flip=True)).loaders(64)
        recipe = {"epochs": EPOCHS, "learning_rate": 2e-3, "weight_decay": 0.05, "warmup": 0.05}
        history = train(model, loaders.train, loaders.val, seed=seed, device="cpu", **recipe)
        print(path.name, f"{history.val_accuracy[-1]:.1%} on its own half", flush=True)
        save_model(model, path)
    return load_model(path).eval()


def features(model: VisionTransformer, images: Tensor) -> np.ndarray:
    """The class token after the last block, shape (N, D)."""
    with torch.inference_mode():
        return torch.cat([model.tokens(part)[:, 0] for part in images.split(500)]).numpy()


def inputs(way: str, target: str, seed: int, folder: Path) -> Callable[[Tensor], np.ndarray]:
    """What a way makes of images."""
    if way in ("pixels", "nearest neighbour"):
        return lambda images: images.flatten(1).numpy()
    model = pretrain(target, seed, folder)
    if way == "random features":
        set_seed(seed)
        model = VisionTransformer(model.config).eval()
    return cache(lambda images: features(model, images))


def copies(images: Tensor) -> Tensor:
    """Every image nine times, moved by two pixels or not; what comes in repeats the pixels of that side."""
    wide = torch.nn.functional.pad(images, (2, 2, 2, 2), mode="replicate")
    height, width = images.shape[-2:]
    return torch.cat([wide[..., 2 + y : 2 + y + height, 2 + x : 2 + x + width] for y, x in SHIFTS])


def fit(
    way: str, target: str, labels: int, setting: Setting, seed: int, prepare: Callable[[Tensor], np.ndarray]
) -> dict[str, float]:
    """Solve once, and measure on the images for validation and for the test."""
    train, val, test = splits(target)
    few = train.draw(labels, seed)
    images = copies(few.images) if setting.shifted else few.images
    answers = few.labels.repeat(len(images) // len(few)).numpy()
    steps = [StandardScaler()] if setting.standardised else []
    nearest = way == "nearest neighbour"
    last = KNeighborsClassifier(1) if nearest else LogisticRegression(C=setting.c, max_iter=2_000)
    solved = make_pipeline(*steps, last).fit(prepare(images), answers)
    return {
        name: round(float(solved.score(prepare(part.images), part.labels.numpy())), 4)
        for name, part in (("val", val), ("test", test))
    }


def tune(log: record.Log, way: str, target: str, labels: int) -> list[dict[str, Any]]:
    """Climb to the best setting by validation; all runs that it took."""
    prepare = {seed: inputs(way, target, seed, log.path.parent) for seed in SEEDS}
    runs: dict[Setting, list[dict[str, Any]]] = {}

    def score(setting: Setting) -> float:
        case = {"target": target, "way": way, "labels": labels, **setting._asdict()}
        runs[setting] = [
            log.measure(
                case | {"seed": seed}, lambda s=seed: fit(way, target, labels, setting, s, prepare[s])
            )
            for seed in SEEDS
        ]
        return mean(run["val"] for run in runs[setting])

    best = climb(Setting(0.01, True, False), lambda setting: setting.neighbours(way), score)
    print(target, way, labels, best, [run["test"] for run in runs[best]], flush=True)
    return [run | {"chosen": setting == best} for setting, found in runs.items() for run in found]


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--targets", nargs="+", choices=TARGETS, default=list(TARGETS))
    options = parser.parse_args()
    log = record.Log(options.log)
    runs = [
        run
        for target, way, labels in product(options.targets, WAYS, LABELS)
        for run in tune(log, way, target, labels)
    ]
    if set(options.targets) == set(TARGETS):  # else it is a part of the work
        print(record.write("frozen_features", runs).name)


if __name__ == "__main__":
    main()
