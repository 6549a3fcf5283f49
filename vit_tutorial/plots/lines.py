"""Lines that are told apart without colour, and values over several seeds."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

# Line i has its own colour, marker and, where that says nothing else, line style.
Points = Mapping[float, Sequence[float]]  # {x: one value for each seed}
MARKERS = ("o", "s", "D", "^", "v", "X", "P", "*")
LINE_STYLES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))


def look(i: int) -> dict[str, Any]:
    """Colour and marker of line `i`, as arguments of `Axes.plot`."""
    return {"color": f"C{i}", "marker": MARKERS[i % len(MARKERS)], "ms": 5}


def long_look(i: int, points: int, alone: bool = False) -> dict[str, Any]:
    """The same for a line of many points: if not `alone`, line style and ten markers."""
    if alone:
        return {"color": f"C{i}"}
    every = max(1, points // 10)
    first = i * every // 4 % every  # so that equal lines show each other's markers
    style = LINE_STYLES[i % len(LINE_STYLES)]
    return look(i) | {"ls": style, "markevery": (first, every)}


def legend_above(ax: Axes, handles: Sequence[Line2D]) -> None:
    """Put the legend above the axes, where it hides nothing: two columns if they fit."""
    labels = [handle.get_label() for handle in handles]
    half = math.ceil(len(labels) / 2)
    columns = (labels[:half], labels[half:])
    width = sum(max(map(len, column), default=0) for column in columns)
    place = {"loc": "lower left", "bbox_to_anchor": (0, 1), "labelspacing": 0.3}
    ncols = 2 if width <= 36 else 1
    ax.legend(handles=handles, ncols=ncols, frameon=False, **place)


def points_with_spread(
    values: Mapping[str, Points], xlabel: str, ylabel: str, log_x: bool = False, ax: Axes | None = None
) -> Axes:
    """Draw what several seeds gave: each as a point, and a line through their means.

    Args:
        values: {label: {x: one value for each seed}}; the numbers of seeds may differ.
        xlabel: name of x, which has a tick at each value if there are at most 8.
        ylabel: name of the values.
        log_x: equal factors of x are equally far apart.
        ax: where to draw; the current axes if None.

    Raises:
        ValueError: a label or an x has no value, or one that can't be drawn.
    """
    if not values:
        raise ValueError("values are empty: give {label: {x: [value, ...]}}.")
    for label, points in values.items():
        _check_points(label, points, log_x)
    ax = ax or plt.gca()
    handles = []
    for i, (label, points) in enumerate(values.items()):
        xs, style = sorted(points), LINE_STYLES[i % len(LINE_STYLES)]
        means = [np.mean(points[x]) for x in xs]
        seeds = [(x, y) for x in xs for y in points[x]]
        ax.plot(xs, means, color=f"C{i}", ls=style)
        ax.plot(*zip(*seeds, strict=True), ls="", alpha=0.6, **look(i))
        handles.append(Line2D([], [], label=label, ls=style, **look(i)))
    if log_x:
        ax.set_xscale("log")
        ax.minorticks_off()
    ticks = sorted({x for points in values.values() for x in points})
    if len(ticks) <= 8:
        ax.set_xticks(ticks, [f"{x:,.10g}" for x in ticks])
    ax.set(xlabel=xlabel, ylabel=ylabel)
    legend_above(ax, handles)
    return ax


def _check_points(label: str, points: Points, log_x: bool) -> None:
    if not points:
        raise ValueError(f"{label!r} has no points: give {{x: [value, ...]}}.")
    for x, seeds in points.items():
        if log_x and x <= 0:
            raise ValueError(f"{label!r} has a point at x = {x}: use log_x=False, or leave it out.")
        if not len(seeds) or not all(map(math.isfinite, seeds)):
            raise ValueError(f"{label!r} needs one finite value or more at {x}, got {seeds}.")
