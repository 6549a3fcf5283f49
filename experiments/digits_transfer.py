"""Chapter 7: handwritten digits with 2, 5, 20 and 75 labels a class, from scratch and by fine-tuning.

    python experiments/digits_transfer.py --log runs/digits_transfer.jsonl

Both ways get 300 and 1,200 steps of 32 images (of 20 where there are no more), and each of the sixteen cases is
tuned for itself: learning rate, rate of the backbone, augmentation, one thing at a time, until no neighbour of a
setting is better and the best rate lies inside what was tried. A setting's score is the mean, over three seeds, of
how far its validation accuracy is ahead of the starting point's; one that is two points behind with a seed gets no
further seeds. The test images are asked after every run and have no part in the choice; `chosen` marks the best.

A seed draws the labelled images, the first weights and the order of the images. Three hours on one core;
several processes, each with a log and `--ways` or `--steps` of its own, share the work. A run over
everything then writes the results.
"""

from __future__ import annotations

import argparse
import math
from functools import cache
from itertools import product
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

import record
import torch
from climb import beside, climb, with_choice

from vit_tutorial import VisionTransformer, data, evaluate, pretrained, replace_head, set_seed, train
from vit_tutorial.transfer import parameter_groups

WAYS = ("scratch", "fine-tuning")
LABELS = (2, 5, 20, 75)  # a class
STEPS = (300, 1_200)
SEEDS = (0, 1, 2)
BATCH = 32
RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)  # of the head
BACKBONES = (0.03, 0.1, 0.3, 1.0)  # the other layers' rate, as a share of the head's
BEHIND = 0.02


class Setting(NamedTuple):
    """What is tuned; from scratch, all layers share one rate."""

    rate: float
    backbone: float
    augmented: bool

    def neighbours(self, way: str) -> list[Setting]:
        """The settings that differ in one thing."""
        found = [self._replace(augmented=not self.augmented)]
        found += [self._replace(rate=rate) for rate in beside(RATES, self.rate)]
        if way == "fine-tuning" and self.backbone == 1.0:
            found.append(self._replace(backbone=0.3))
        elif way == "fine-tuning":
            found += [self._replace(backbone=share) for share in beside(BACKBONES, self.backbone)]
        return found


START = Setting(3e-3, 1.0, True)
SHOWN = (
    Setting(3e-3, 1.0, False),
    Setting(3e-3, 0.3, True),
    Setting(1e-2, 0.3, True),
)  # in chapter 7's table


@cache
def digits() -> data.Splits:
    return data.digits(28)


def build(way: str) -> VisionTransformer:
    """The model before training: the sizes of vit-fashion, with its weights or new ones."""
    model = pretrained.load("vit-fashion")
    return replace_head(VisionTransformer(model.config) if way == "scratch" else model, 10)


def loaders(labels: int, seed: int, augmented: bool) -> data.Loaders:
    """So many labelled images of each digit; those for validation and test stay all."""
    splits = digits()._replace(train=digits().train.draw(labels, seed))
    if augmented:
        splits = splits.augmented(data.augmentation(28, shift=2, rotate=10.0))
    return splits.loaders(BATCH)


def fit(way: str, steps: int, labels: int, setting: Setting, seed: int) -> dict[str, float]:
    """Train once, and measure on the images for validation and for the test."""
    set_seed(seed)
    model, batches = build(way), loaders(labels, seed, setting.augmented)
    groups = parameter_groups(model, setting.rate, setting.backbone)
    optimizer = torch.optim.AdamW(groups, weight_decay=0.05)
    epochs = math.ceil(steps / len(batches.train))
    train(model, batches.train, optimizer=optimizer, epochs=epochs, seed=seed, device="cpu", progress=False)
    return {part: round(evaluate(model, getattr(batches, part)).accuracy, 4) for part in ("val", "test")}


def tune(log: record.Log, way: str, steps: int, labels: int) -> list[dict[str, Any]]:
    """Climb to the best setting by validation; all runs that it took."""
    runs: dict[Setting, list[dict[str, Any]]] = {}

    def measure(setting: Setting, seed: int) -> dict[str, Any]:
        case = {"way": way, "steps": steps, "labels": labels, **setting._asdict(), "seed": seed}
        return log.measure(case, lambda: fit(way, steps, labels, setting, seed))

    def score(setting: Setting) -> float:
        ahead = []
        runs[setting] = []
        for seed in SEEDS:
            runs[setting].append(measure(setting, seed))
            ahead.append(runs[setting][-1]["val"] - measure(START, seed)["val"])
            if ahead[-1] < -BEHIND:
                break
        return mean(ahead)

    best = climb(START, lambda setting: setting.neighbours(way), score)
    if (way, steps, labels) == ("fine-tuning", 300, 5):
        runs |= {setting: [measure(setting, seed) for seed in SEEDS] for setting in SHOWN}
    print(way, steps, labels, best, [run["test"] for run in runs[best]], flush=True)
    return with_choice(runs, best)


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--steps", nargs="+", type=int, choices=STEPS, default=STEPS)
    options = parser.parse_args()
    cases = list(product(options.ways, options.steps, LABELS))
    runs = [run for case in cases for run in tune(record.Log(options.log), *case)]
    if set(options.ways) == set(WAYS) and set(options.steps) == set(STEPS):  # else it is a part of the work
        print(record.write("digits_transfer", runs).name)


if __name__ == "__main__":
    main()
