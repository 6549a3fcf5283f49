"""What the command line prints: results as text."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from vit_tutorial.training.evaluation import Evaluation
from vit_tutorial.training.history import History


def summary(history: History, out: Path) -> str:
    best = history.best_epoch
    return (
        f"best epoch {best} of {history.epochs}: validation accuracy "
        f"{history.val_accuracy[best - 1]:.2%}, weights in {out / 'best.safetensors'}"
    )


def report(result: Evaluation, split: str, classes: tuple[str, ...]) -> str:
    """Loss, accuracy, and the accuracy of each class."""
    right = result.predictions == result.labels
    lines = [
        f"{split}: {len(right):,} images, loss {result.loss:.4f}, accuracy "
        f"{result.accuracy:.2%}",
        "",
    ]
    heading, *names = padded(["class", *classes])
    lines.append(f"{heading}  images  accuracy")
    for i, name in enumerate(names):
        mine = right[result.labels == i]
        accuracy = f"{mine.double().mean().item():.2%}" if len(mine) else "-"
        lines.append(f"{name}  {len(mine):6,}  {accuracy:>8}")
    return "\n".join(lines)


def padded(names: list[str]) -> list[str]:
    """Names of equal width in a terminal, where Chinese characters are twice as wide."""
    widths = [
        sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in name)
        for name in names
    ]
    most = max(widths)
    return [
        name + " " * (most - width) for name, width in zip(names, widths, strict=True)
    ]
