"""Chapter 7: what frozen features are worth, for a far task and a near one, in place and moved.

    python experiments/frozen_features.py --log runs/frozen_features.jsonl

Four targets. "digits", from the features of vit-fashion; "clothes": dresses, coats, shirts, sneakers and ankle boots
of the whole Fashion-MNIST, from the features of a model that never saw any: it has the sizes of vit-fashion and was
pre-trained on T-shirts, trousers, pullovers, sandals and bags, six epochs, shifted and mirrored at random, one for
each seed; the weights stay beside the log. Both also "moved": every image, of training, validation and test, is
shifted at random by up to four pixels in each direction.

The ways to use 2, 5, 20 and, of digits in place, 75 labels a class are logistic regression on such features (a linear
probe), on those of the same network with random weights and on the pixels, and the nearest neighbour by pixels. Each is tuned for each
number of labels, one thing at a time, by the mean validation accuracy of three seeds: the penalty, standardised or
not, and how far shifted copies of the labelled images are added. The test images are asked after every run and have
no part in the choice; `chosen` marks the best setting.

A seed draws the labelled images and is that of the pre-training or of the random weights. An hour on one core.
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
from climb import beside, climb, with_choice
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from vit_tutorial import VisionTransformer, data, pretrained, replace_head, set_seed, train
from vit_tutorial.saving import load_model, save_model

SEEDS = (0, 1, 2)
SEEN, UNSEEN = (0, 1, 2, 5, 8), (3, 4, 6, 7, 9)  # classes of Fashion-MNIST
LABELS = {  # a class, for each target
    "digits": (2, 5, 20, 75),
    "digits, moved": (2, 5, 20),
    "clothes": (2, 5, 20),
    "clothes, moved": (2, 5, 20),
}
WAYS = ("pixels", "nearest neighbour", "untrained probe", "linear probe")
PENALTIES = tuple(10.0**i for i in range(-8, 7))  # scikit-learn's C: small is a strong penalty
COPIES = (0, 2, 4)  # pixels by which copies are moved, at most
MOVED, EPOCHS = 4, 6


class Setting(NamedTuple):
    """What is tuned; the nearest neighbour has no penalty."""

    c: float
    standardised: bool
    copies: int

    def neighbours(self, way: str) -> list[Setting]:
        """The settings that differ in one thing."""
        found = [] if way == "nearest neighbour" else [self._replace(c=c) for c in beside(PENALTIES, self.c)]
        found.append(self._replace(standardised=not self.standardised))
        return found + [self._replace(copies=by) for by in COPIES if abs(by - self.copies) == 2]


def only(images: data.ImageSet, classes: tuple[int, ...]) -> data.ImageSet:
    """The images of these classes, numbered anew from 0."""
    kept = torch.isin(images.labels, torch.tensor(classes))
    labels = torch.searchsorted(torch.tensor(classes), images.labels[kept])
    return data.ImageSet(images.images[kept], labels, [images.classes[i] for i in classes])


@cache
def clothes(classes: tuple[int, ...]) -> data.Splits:
    return data.Splits(*(only(part, classes) for part in data.fashion_mnist(full=True)))


@cache
def splits(target: str) -> data.Splits:
    """Images to learn from, to choose by, and for the last word."""
    parts = data.digits(28) if target.startswith("digits") else clothes(UNSEEN)
    return data.Splits(*map(move, parts)) if target.endswith("moved") else parts


def move(images: data.ImageSet) -> data.ImageSet:
    """Each image at another place."""
    set_seed(0)
    shift = data.augmentation(28, shift=MOVED)
    return data.ImageSet(torch.stack([shift(x) for x in images.images]), images.labels, images.classes)


@cache
def backbone(way: str, target: str, seed: int, folder: Path) -> VisionTransformer:
    """Vit-fashion, the same network with random weights, or its like that has seen other clothes only."""
    model = pretrained.load("vit-fashion")
    if way == "linear probe" and target.startswith("digits"):
        return model.eval()
    set_seed(seed)
    model = VisionTransformer(model.config)
    if way == "untrained probe":
        return model.eval()
    path = folder / f"five_classes_{seed}.safetensors"
    if not path.is_file():
        replace_head(model, len(SEEN))
        loaders = clothes(SEEN).augmented(data.augmentation(28, shift=MOVED, flip=True)).loaders(64)
        recipe = {"epochs": EPOCHS, "learning_rate": 2e-3, "weight_decay": 0.05, "warmup": 0.05}
        history = train(model, loaders.train, loaders.val, seed=seed, device="cpu", progress=False, **recipe)
        print(path.name, f"{history.val_accuracy[-1]:.1%} on its own classes", flush=True)
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
    model = backbone(way, target, seed, folder)
    return cache(lambda images: features(model, images))


@cache
def draw(target: str, labels: int, seed: int, by: int) -> tuple[Tensor, np.ndarray]:
    """So many images of each class and their labels, with copies moved by 2, … `by` pixels in every direction."""
    few = splits(target).train.draw(labels, seed)
    wide = torch.nn.functional.pad(few.images, [by] * 4, mode="replicate")
    places = product(range(0, 2 * by + 1, 2), repeat=2)
    images = torch.cat([wide[..., y : y + 28, x : x + 28] for y, x in places])
    return images, few.labels.repeat(len(images) // len(few)).numpy()


def fit(
    way: str, target: str, labels: int, setting: Setting, seed: int, prepare: Callable[[Tensor], np.ndarray]
) -> dict[str, float]:
    """Solve once, and measure on the images for validation and for the test."""
    images, answers = draw(target, labels, seed, setting.copies)
    parts = splits(target)
    steps = [StandardScaler()] if setting.standardised else []
    nearest = way == "nearest neighbour"
    last = KNeighborsClassifier(1) if nearest else LogisticRegression(C=setting.c, max_iter=2_000)
    solved = make_pipeline(*steps, last).fit(prepare(images), answers)
    return {
        name: round(float(solved.score(prepare(part.images), part.labels.numpy())), 4)
        for name, part in (("val", parts.val), ("test", parts.test))
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

    best = climb(Setting(0.01, True, 0), lambda setting: setting.neighbours(way), score)
    print(target, way, labels, best, [run["test"] for run in runs[best]], flush=True)
    return with_choice(runs, best)


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--targets", nargs="+", choices=LABELS, default=list(LABELS))
    options = parser.parse_args()
    log = record.Log(options.log)
    cases = [(way, target, n) for target in options.targets for way in WAYS for n in LABELS[target]]
    runs = [run for case in cases for run in tune(log, *case)]
    if set(options.targets) == set(LABELS):  # else it is a part of the work
        print(record.write("frozen_features", runs).name)


if __name__ == "__main__":
    main()
