"""Chapter 9: a scaling law fitted to small models predicts larger ones before they are trained.

    python experiments/scaling_laws.py --log runs/scaling_laws.jsonl

Models of four widths learn 500 to 8,000 images of Fashion-MNIST, three seeds each. The learning rate is tuned
for each width, with 2,000 images and 16 epochs; the number of epochs for each case, by the validation loss of
the first seed, until no neighbour is better. The mean test losses are fitted by L = E + A / N^a + B / D^b
(Hoffmann et al. 2022, equation 2), with N parameters in the encoder and D images; what the fit says of larger
models and more images is written into the log *before* these are trained. Test images choose nothing.

Needs the full set (`data.fashion_mnist(full=True)`). The small cases take about an hour and a half on one core, the
larger ones half an hour to some hours each: `--larger 2` trains the first two of them alone. A prediction whose case
was not trained stands in the results all the same.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import record
import torch
from climb import beside, climb, with_choice
from scipy.optimize import least_squares

from vit_tutorial import VisionTransformer, ViTConfig, data, evaluate, set_seed, train

WIDTHS, IMAGES = (16, 24, 32, 48), (500, 1_000, 2_000, 4_000, 8_000)
LARGER = ((64, 32_000), (96, 16_000), (128, 32_000), (128, 55_000))  # (width, images), predicted first
SEEDS = (0, 1, 2)
RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
EPOCHS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
BATCH, DEPTH = 64, 4


def model(width: int) -> VisionTransformer:
    """Four blocks over 16 patches, heads of width 8."""
    sizes = {"embed_dim": width, "depth": DEPTH, "num_heads": width // 8, "mlp_dim": 2 * width}
    return VisionTransformer(ViTConfig(28, 7, in_channels=1, num_classes=10, **sizes))


def parameters(width: int) -> int:
    """N of the law: what the encoder learns, without embeddings and head."""
    return sum(p.numel() for p in model(width).encoder.parameters())


class Sweep:
    """The cases that were trained, and the choices between them."""

    def __init__(self, log: record.Log) -> None:
        self.log, self.splits = log, data.fashion_mnist(full=True)

    def measure(self, width: int, images: int, epochs: int, rate: float, seed: int = 0) -> dict[str, Any]:
        """Train once: loss and accuracy on validation and test images."""
        case = {"width": width, "images": images, "epochs": epochs, "rate": rate, "seed": seed}

        def run() -> dict[str, Any]:
            loaders = self.splits._replace(train=self.splits.train.take(images)).loaders(BATCH)
            set_seed(seed)
            vit, recipe = model(width), {"epochs": epochs, "learning_rate": rate, "seed": seed}
            train(vit, loaders.train, device="cpu", progress=False, **recipe)
            found = {}
            for split in ("val", "test"):
                result = evaluate(vit, getattr(loaders, split))
                found |= {f"{split}_loss": result.loss, f"{split}_accuracy": result.accuracy}
            return {name: round(value, 5) for name, value in found.items()}

        return self.log.measure(case, run)

    def rate(self, width: int) -> float:
        """The best learning rate of a width."""
        return climb(
            3e-3, lambda r: beside(RATES, r), lambda r: -self.measure(width, 2_000, 16, r)["val_loss"]
        )

    def case(self, width: int, images: int) -> list[dict[str, Any]]:
        """All runs of one width and number of images, and which epochs were chosen."""
        rate, tried = self.rate(width), {}

        def score(epochs: int) -> float:
            tried[epochs] = [self.measure(width, images, epochs, rate)]
            return -tried[epochs][0]["val_loss"]

        start = 8  # from below: among too many epochs there is a second minimum, where the model knows all by heart
        best = climb(start, lambda epochs: beside(EPOCHS, epochs), score)
        tried[best] += [self.measure(width, images, best, rate, seed) for seed in SEEDS[1:]]
        print(width, images, best, rate, [run["test_loss"] for run in tried[best]], flush=True)
        return with_choice(tried, best)


def predicted(law: dict[str, float], n: np.ndarray, d: np.ndarray) -> np.ndarray:
    """L = E + A / N^a + B / D^b."""
    return law["E"] + law["A"] * n ** -law["a"] + law["B"] * d ** -law["b"]


def fit(n: np.ndarray, d: np.ndarray, loss: np.ndarray) -> dict[str, float]:
    """The law's five numbers, by the relative error; the best of many starts."""
    names = ("E", "A", "a", "B", "b")

    def error(x: np.ndarray) -> np.ndarray:  # E, A and B as logarithms: none is below zero
        law = dict(zip(names, (np.exp(x[0]), np.exp(x[1]), x[2], np.exp(x[3]), x[4]), strict=True))
        return np.log(predicted(law, n, d) / loss)

    starts = itertools.product((-4, -2), (0, 3), (0.2, 0.8), (0, 3), (0.2, 0.8))
    found = [least_squares(error, start, loss="huber", f_scale=0.02) for start in starts]
    x = min(found, key=lambda result: result.cost).x
    law = dict(zip(names, (np.exp(x[0]), np.exp(x[1]), x[2], np.exp(x[3]), x[4]), strict=True))
    return {name: float(value) for name, value in law.items()}


def means(runs: list[dict[str, Any]]) -> tuple[np.ndarray, ...]:
    """N, D and the mean test loss over the seeds of each chosen case."""
    chosen = [run for run in runs if run["chosen"]]
    cases = sorted({(run["width"], run["images"]) for run in chosen})
    losses = [[r["test_loss"] for r in chosen if (r["width"], r["images"]) == case] for case in cases]
    n, d = ([parameters(width) for width, _ in cases], [images for _, images in cases])
    return np.array(n, float), np.array(d, float), np.array([np.mean(each) for each in losses])


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--larger", type=int, default=len(LARGER))
    options = parser.parse_args()
    log = record.Log(options.log)
    sweep = Sweep(log)
    small = [run for case in itertools.product(WIDTHS, IMAGES) for run in sweep.case(*case)]
    law = log.measure({"law": "of the small models"}, lambda: fit(*means(small)))
    for width, images in LARGER:
        case = {"prediction": [width, images]}
        log.measure(case, lambda w=width, d=images: {"test_loss": float(predicted(law, parameters(w), d))})
    large = [run | {"predicted": True} for case in LARGER[: options.larger] for run in sweep.case(*case)]
    guesses = [run for run in log.runs if "prediction" in run]
    record.write("scaling_laws", small + large, law=law, predictions=guesses)


if __name__ == "__main__":
    main()
