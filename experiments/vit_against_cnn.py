"""Chapter 6: a CNN against a ViT with as many parameters, on 500, 2,000 and 10,000 images, three seeds each.

    python experiments/vit_against_cnn.py --log runs/vit_against_cnn.jsonl

The ViT cuts its images into 4, 16 or 49 patches: with as many parameters, that is a fourteenth, a quarter or
four fifths of the CNN's multiplications. Each model has two budgets: about 942 steps of 64 images, however few
images there are, or six epochs. In each case the learning rate is tuned for itself, by the validation accuracy
of the first seed, until no neighbour is better and the best lies inside what was tried; the other seeds train with
that rate. The test images are asked after every run and have no part in the choice; `chosen` marks the best.

An hour and a quarter on one core; several processes, each with a log and `--models` of its own, share the
work. A run over all models then writes the results.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

import record
import torch
from climb import tune_rate
from small_cnn import SmallCNN
from small_vit import small_vit
from torch.utils.flop_counter import FlopCounterMode

from vit_tutorial import data, evaluate, set_seed, train

MODELS = {
    "CNN": SmallCNN,
    "ViT, 4 patches": lambda: small_vit(14),
    "ViT, 16 patches": lambda: small_vit(7),
    "ViT, 49 patches": lambda: small_vit(4),
}
SEEDS = (0, 1, 2)
SIZES = (500, 2_000, 10_000)
RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
BATCH, STEPS, EPOCHS = 64, 942, 6


def budgets(images: int) -> dict[str, int]:
    """The epochs of both budgets; with 10,000 images they are the same."""
    return {f"{STEPS} steps": round(STEPS / math.ceil(images / BATCH)), f"{EPOCHS} epochs": EPOCHS}


def multiplications(name: str) -> int:
    """What one image costs, counted by PyTorch, which counts a multiplication and an addition as two."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        MODELS[name]().eval()(torch.zeros(1, 1, 28, 28))
    return counter.get_total_flops() // 2


def fit(name: str, images: int, epochs: int, rate: float, seed: int) -> dict[str, float]:
    """Train once; the accuracy on the training, the validation and the test images."""
    splits = data.fashion_mnist()
    loaders = splits._replace(train=splits.train.take(images)).loaders(BATCH)
    set_seed(seed)
    model = MODELS[name]()
    recipe = {"epochs": epochs, "learning_rate": rate, "weight_decay": 0.3, "seed": seed}
    train(model, loaders.train, device="cpu", progress=False, **recipe)
    return {part: round(evaluate(model, batches).accuracy, 4) for part, batches in loaders._asdict().items()}


def tune(log: record.Log, name: str, images: int, epochs: int) -> list[dict[str, Any]]:
    """Climb to the best rate by validation; all runs that it took."""

    def measure(rate: float, seed: int) -> dict[str, Any]:
        case = {"name": name, "images": images, "epochs": epochs, "rate": rate, "seed": seed}
        return log.measure(case, lambda: fit(name, images, epochs, rate, seed))

    return tune_rate(RATES, SEEDS, measure, name, images, epochs)


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    options = parser.parse_args()
    cases = [(n, i, b, e) for n in options.models for i in SIZES for b, e in budgets(i).items()]
    log = record.Log(options.log)
    runs = [run | {"budget": budget} for *case, budget, epochs in cases for run in tune(log, *case, epochs)]
    if set(options.models) == set(MODELS):  # else it is a part of the work
        print(
            record.write(
                "vit_against_cnn", runs, multiplications={n: multiplications(n) for n in MODELS}
            ).name
        )


if __name__ == "__main__":
    main()
