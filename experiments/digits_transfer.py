"""Chapter 7: handwritten digits with 2, 5, 20 and 75 labels a class, three ways, three seeds each.

    python experiments/digits_transfer.py --log runs/digits_transfer.jsonl

From scratch, by a linear probe on the frozen weights of vit-fashion, and by fine-tuning all of them. Every run
has 300 steps of 32 images (of 20 where there are no more). Each way and number of labels has six settings, of
learning rates and augmentation; the best one by mean validation accuracy over the seeds is trained once more,
and only then meets the test images. With it, scratch and fine-tuning also get 1,200 steps ("4× steps").

A seed draws the labelled images, the first weights and the order of the images. A line of the log is one run:
stopped and started again, the script goes on where it was. An hour and a half on one core.
"""

from __future__ import annotations

import argparse
import json
import math
from functools import cache
from itertools import product
from pathlib import Path
from statistics import mean
from typing import Any

import record
import torch

from vit_tutorial import VisionTransformer, data, evaluate, freeze, pretrained, replace_head, set_seed, train
from vit_tutorial.transfer import parameter_groups

SEEDS = (0, 1, 2)
LABELS = (2, 5, 20, 75)  # a class
STEPS, BATCH = 300, 32
CHANGES = {"shift": 2, "rotate": 10.0}  # augmentation
SETTINGS = {  # learning rate of the head, and the backbone's as a share of it
    "scratch": [(1e-3, 1.0), (3e-3, 1.0), (1e-2, 1.0)],
    "linear probe": [(1e-2, 0.0), (3e-2, 0.0), (1e-1, 0.0)],
    "fine-tuning": [(3e-3, 0.3), (3e-3, 1.0), (1e-2, 1.0)],
    "scratch, 4× steps": [],  # the best setting of "scratch"
    "fine-tuning, 4× steps": [],
}
Setting = tuple[float, float, bool]  # rate, share of the backbone, augmented


@cache
def digits() -> data.Splits:
    return data.digits(28)


def build(way: str, share: float) -> VisionTransformer:
    """The model before training: the sizes of vit-fashion, with its weights or new ones."""
    model = pretrained.load("vit-fashion")
    if way.startswith("scratch"):
        model = VisionTransformer(model.config)
    replace_head(model, 10)
    return freeze(model, except_="head") if share == 0 else model


def loaders(labels: int, seed: int, augmented: bool) -> data.Loaders:
    """So many labelled images of each digit; those for validation and test stay all."""
    splits = digits()._replace(train=digits().train.draw(labels, seed))
    if augmented:
        splits = splits.augmented(data.augmentation(28, **CHANGES))
    return splits.loaders(BATCH)


def fit(way: str, labels: int, setting: Setting, seed: int) -> tuple[VisionTransformer, data.Loaders]:
    """Train once."""
    rate, share, augmented = setting
    set_seed(seed)
    model, batches = build(way, share), loaders(labels, seed, augmented)
    groups = parameter_groups(model, rate, share or 1.0)
    optimizer = torch.optim.AdamW(groups, weight_decay=0.05)
    steps = 4 * STEPS if way.endswith("4× steps") else STEPS
    epochs = math.ceil(steps / len(batches.train))
    train(model, batches.train, optimizer=optimizer, epochs=epochs, seed=seed, device="cpu", progress=False)
    return model, batches


class Log:
    """The validation accuracy of each run, in a file that grows by a line for each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text("utf8").splitlines() if path.is_file() else []
        self.runs = {self.key(run): run for run in map(json.loads, lines)}

    @staticmethod
    def key(run: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(run[name] for name in ("way", "labels", "rate", "backbone", "augmented", "seed"))

    def measure(
        self, way: str, labels: int, setting: Setting, seed: int, test: bool = False
    ) -> dict[str, Any]:
        """A run out of the log, or a new one; with `test` the test images are asked, too."""
        rate, share, augmented = setting
        run = {
            "way": way,
            "labels": labels,
            "rate": rate,
            "backbone": share,
            "augmented": augmented,
            "seed": seed,
        }
        known = self.runs.get(self.key(run), {})
        if "val" not in known or (test and "test" not in known):
            model, batches = fit(way, labels, setting, seed)
            run["val"] = round(evaluate(model, batches.val).accuracy, 4)
            if test:
                run["test"] = round(evaluate(model, batches.test).accuracy, 4)
            self.runs[self.key(run)] = run
            with self.path.open("a", encoding="utf8") as file:
                print(json.dumps(run, ensure_ascii=False), file=file, flush=True)
        return self.runs[self.key(run)]


def compare(log: Log, way: str, labels: int) -> list[dict[str, Any]]:
    """All settings and seeds; the setting that validates best meets the test images."""
    settings = [(*pair, augmented) for pair, augmented in product(SETTINGS[way], (False, True))]
    if way.endswith("4× steps"):  # the setting that was best with fewer steps
        best = compare(log, way.partition(",")[0], labels)[-1]
        settings = [(best["rate"], best["backbone"], best["augmented"])]
    runs = {s: [log.measure(way, labels, s, seed) for seed in SEEDS] for s in settings}
    best = max(settings, key=lambda s: mean(run["val"] for run in runs[s]))
    chosen = [log.measure(way, labels, best, seed, test=True) for seed in SEEDS]
    print(way, labels, best, [run["test"] for run in chosen], flush=True)
    others = [{k: v for k, v in run.items() if k != "test"} for s in settings if s != best for run in runs[s]]
    return others + chosen


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--ways", nargs="+", choices=SETTINGS, default=list(SETTINGS))
    options = parser.parse_args()
    log = Log(options.log)
    runs = [run for way, labels in product(options.ways, LABELS) for run in compare(log, way, labels)]
    if set(options.ways) == set(SETTINGS):  # else it is a part of the work
        print(record.write("digits_transfer", runs).name)


if __name__ == "__main__":
    main()
