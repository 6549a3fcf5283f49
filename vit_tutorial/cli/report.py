"""Results as text."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from vit_tutorial.training.evaluation import Evaluation


def report(result: Evaluation, split: str, classes: tuple[str, ...]) -> str:
    """Loss, accuracy, and the accuracy of each class."""
    right = result.predictions == result.labels
    heading, *names = padded(["class", *classes])
    lines = [
        f"{split}: {len(right):,} images, loss {result.loss:.4f}, accuracy "
        f"{result.accuracy:.2%}",
        "",
        f"{heading}  images  accuracy",
    ]
    for i, name in enumerate(names):
        mine = right[result.labels == i]
        accuracy = f"{mine.double().mean().item():.2%}" if len(mine) else "-"
        lines.append(f"{name}  {len(mine):6,}  {accuracy:>8}")
    return "\n".join(lines)


def padded(names: list[str]) -> list[str]:
    """Names of equal width in a terminal, where Chinese characters are twice as wide."""
    wide = [sum(east_asian_width(letter) in "WF" for letter in name) for name in names]
    most = max(len(name) + extra for name, extra in zip(names, wide, strict=True))
    return [name.ljust(most - extra) for name, extra in zip(names, wide, strict=True)]
