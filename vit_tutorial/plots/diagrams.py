"""Drawings of what a model computes, made from its own numbers: attention and heads."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import SubFigure
from matplotlib.patches import Rectangle
from torch import Tensor

from vit_tutorial.plots.style import COLORS, DARK, WIDTH


def attention_steps(query: Tensor, key: Tensor, value: Tensor, names: Sequence[str]) -> list[Axes]:
    """Draw one head's attention as tables: queries times keys, a softmax of each row, times values.

    The first token's row is framed wherever it has one.

    Args:
        query: shape (T, D_h), as key and value.
        names: the T tokens.

    Returns:
        The axes of the queries, the transposed keys, the scaled scores, the weights, the values and the output.

    Raises:
        ValueError: the shapes do not fit together.
    """
    shapes = [tuple(each.shape) for each in (query, key, value)]
    if query.ndim != 2 or len({*shapes}) > 1 or len(names) != len(query):
        raise ValueError(
            f"query, key and value must all have shape (T, D_h), with T = {len(names)} names; got {shapes}."
        )
    count, width = query.shape
    scores = query @ key.T / width**0.5  # (T, D_h) @ (D_h, T) -> (T, T)
    weights = scores.softmax(dim=-1)
    figure = plt.figure(figsize=(WIDTH, 0.36 * (width + count) + 1.4))
    upper, lower = figure.subfigures(2, 1, height_ratios=(width + 1.6, count + 1.6))
    above = _product(upper, (query, key.T, scores), (r"$Q$", r"$K^\top$", r"$QK^\top / \sqrt{D_h}$"))
    below = _product(lower, (weights, value, weights @ value), ("softmax", r"$V$", r"$O$"))
    above[1].set_xticks(range(count), names)
    below[1].set_yticks(range(count), names)
    for ax in (above[0], above[2], below[0], below[2]):
        ax.set_yticks(range(count), names)
        _frame_first_row(ax)
    return [*above, *below]


def split_heads(x: Tensor, num_heads: int) -> list[Axes]:
    """Draw how the width of the tokens is shared out among heads: a table of all, and one of each head.

    Args:
        x: shape (T, D), with numbers that can be told apart.
        num_heads: h, a divisor of D.

    Returns:
        The axes: all tokens, then each head's.

    Raises:
        ValueError: `x` is no table, or `num_heads` does not divide its width.
    """
    if x.ndim != 2 or num_heads < 1 or x.shape[1] % num_heads:
        raise ValueError(
            f"x must have shape (T, D) with D divisible by num_heads = {num_heads}, got {tuple(x.shape)}."
        )
    count, width = x.shape
    colors = torch.tensor([to_rgb(COLORS[i % len(COLORS)]) for i in range(num_heads)])
    tints = 0.35 * colors + 0.65  # as if on white
    tints = tints.repeat_interleave(width // num_heads, dim=0).expand(count, -1, -1)  # (T, D, 3)
    figure = plt.figure(figsize=(WIDTH, 2 * (0.36 * count + 0.5)))
    upper, lower = figure.subfigures(2, 1)
    whole = upper.subplots()
    _numbers(whole, x, tints)
    whole.set_title(r"$(T, D)$")
    own = lower.subplots(1, num_heads, squeeze=False)[0]
    parts = zip(own, x.chunk(num_heads, dim=1), tints.chunk(num_heads, dim=1), strict=True)
    for i, (ax, part, tint) in enumerate(parts):
        _numbers(ax, part, tint)
        ax.set_title(f"head {i}")
    return [whole, *own]


def _product(figure: SubFigure, tables: Sequence[Tensor], titles: Sequence[str]) -> list[Axes]:
    """Three tables side by side: the first times the second is the third."""
    axes = figure.subplots(1, 3, width_ratios=[table.shape[1] for table in tables])
    for ax, table, title in zip(axes, tables, titles, strict=True):
        scaled = table.clamp(min=0) / max(table.max().item(), 1e-9)
        _numbers(ax, table, torch.as_tensor(plt.get_cmap("Blues")(0.6 * scaled.numpy())))
        ax.set_title(title)
    for ax, between in ((axes[1], "×"), (axes[2], "=")):
        ax.set_ylabel(between, rotation=0, va="center", labelpad=8)
    return list(axes)


def _numbers(ax: Axes, table: Tensor, tints: Tensor) -> None:
    """A table with its numbers in the cells, which `tints`, shape (rows, columns, 3 or 4), colours."""
    ax.imshow(tints.numpy())
    for (row, column), number in np.ndenumerate(table.numpy()):
        text = f"{number:.0f}" if number == round(number) else f"{number:.1f}"
        ax.text(column, row, text, ha="center", va="center", color=DARK)
    ax.set(xticks=[], yticks=[])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _frame_first_row(ax: Axes) -> None:
    left, right = ax.get_xlim()
    ax.add_patch(Rectangle((left, -0.5), right - left, 1, fill=False, lw=2, ec=COLORS[1], clip_on=False))
