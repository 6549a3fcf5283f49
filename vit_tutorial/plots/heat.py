"""Heat maps of patches, all on one scale, so that nothing does not look like something."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from vit_tutorial.plots.images import show_image
from vit_tutorial.plots.style import WIDTH


def heat_maps(
    maps: Tensor | Sequence[Tensor],
    titles: Sequence[str],
    columns: int = 4,
    image: Tensor | None = None,
    own_scales: bool = False,
) -> list[Axes]:
    """Draw heat maps in a grid, row by row, on one scale from 0 to the largest value.

    Args:
        maps: each of shape (rows, columns of patches).
        titles: a text above each; "" for none.
        columns: maps in a row.
        image: shape (C, H, W), from -1 to 1: lies below each map, which is then half transparent.
        own_scales: stretch each map from its own smallest to its own largest value instead: many published
            pictures are made so, and it makes something of nothing.

    Returns:
        The axes of the maps.

    Raises:
        ValueError: there is no map, or not a title for each.
    """
    if not len(maps) or len(maps) != len(titles):
        raise ValueError(
            f"there must be a map or more, and a title for each; got {len(maps)} and {len(titles)}."
        )
    maps = [torch.as_tensor(each).detach().float().cpu().numpy() for each in maps]
    rows = -(-len(maps) // columns)
    high, wide = maps[0].shape
    title = 0.24 if any(titles) else 0.05
    figure = plt.figure(figsize=(WIDTH, rows * (WIDTH / columns * high / wide + title)))
    cells = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in cells:
        ax.set_axis_off()
    largest = max(each.max() for each in maps)
    for ax, each, text in zip(cells, maps, titles, strict=False):
        low, top = (each.min(), each.max()) if own_scales else (0, largest)
        drawn = _draw(ax, each, low, top, image)
        ax.set_title(text, pad=3)
    if not own_scales:
        figure.colorbar(drawn, ax=cells.tolist(), shrink=0.8, aspect=30, pad=0.02, ticks=MaxNLocator(4))
    return list(cells[: len(maps)])


def _draw(ax: Axes, values: np.ndarray, low: float, top: float, image: Tensor | None) -> object:
    """One map, over the picture where there is one; the picture's pixels say how large it is."""
    if image is None:
        return ax.imshow(values, cmap="cividis", vmin=low, vmax=top)
    show_image((image + 1) / 2, ax)
    _, height, width = image.shape
    place = (-0.5, width - 0.5, height - 0.5, -0.5)
    return ax.imshow(values, cmap="cividis", vmin=low, vmax=top, extent=place, alpha=0.65)
