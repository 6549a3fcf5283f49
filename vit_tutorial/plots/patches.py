"""Figures of one image: its patches, tokens' weights, and HTML that draws itself."""

import base64
from importlib import resources

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from IPython.display import HTML
from matplotlib import cbook
from matplotlib.axes import Axes
from torch import Tensor

from vit_tutorial.patches import unpatchify
from vit_tutorial.plots.images import show_image
from vit_tutorial.plots.style import DARK, LIGHT


def show_patches(patches: Tensor, columns: int, labels: bool = False, ax: Axes | None = None) -> Axes:
    """Draw patches row by row, with the ground in the gaps between them.

    Args:
        patches: shape (N, C, P, P), values from 0 to 1; C is 1 or 3.
        columns: patches in a row; divides N.
        labels: number the rows and columns from 0, as code counts them.
        ax: where to draw; the current axes if None.

    Raises:
        ValueError: the shape is another, or `columns` does not divide N.
    """
    shape = tuple(patches.shape)
    if len(shape) != 4 or shape[1] not in (1, 3) or shape[2] != shape[3]:
        raise ValueError(f"patches must have shape (N, 1 or 3, P, P), got {shape}.")
    n, _, _, p = shape
    if columns < 1 or n % columns != 0:
        raise ValueError(f"{n} patches do not fill rows of {columns}: choose columns that divide {n}.")
    gap, rows = max(1, p // 8), n // columns
    side = p + gap
    # A fourth channel, opacity, lets the page show through the gaps: (N, 4, P, P).
    opaque = torch.cat([patches.expand(-1, 3, -1, -1), torch.ones_like(patches[:, :1])], dim=1)
    cells = F.pad(opaque, (0, gap, 0, gap)).flatten(1)[None]
    image = unpatchify(cells, side, (rows * side, columns * side))[0]
    ax = show_image(image[:, :-gap, :-gap], ax)
    if labels:
        ax.set_axis_on()
        ax.spines[:].set_visible(False)
        middles = np.arange(max(rows, columns)) * side + p / 2
        ax.set_xticks(middles[:columns], range(columns))
        ax.set_yticks(middles[:rows], range(rows))
        ax.tick_params(length=0)
    return ax


def show_weights(weights: Tensor, labels: list[str], ax: Axes | None = None) -> Axes:
    """Draw a small table of attention weights: a row for each query, a column for each key.

    Args:
        weights: shape (N, N), from 0 to 1.
        labels: a name for each token.
        ax: where to draw; the current axes if None.

    Raises:
        ValueError: the weights are not a square table with a label for each row.
    """
    n = len(labels)
    if tuple(weights.shape) != (n, n):
        raise ValueError(f"weights must have shape ({n}, {n}) for {n} labels, got {tuple(weights.shape)}.")
    ax = ax or plt.gca()
    ax.imshow(weights.detach().cpu().numpy(), cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(n, n):
        weight = weights[row, column].item()
        color = LIGHT if weight > 0.71 else DARK
        ax.text(column, row, f"{weight:.2f}", ha="center", va="center", color=color)
    ax.set_xticks(range(n), labels)
    ax.set_yticks(range(n), labels)
    ax.set(xlabel="key", ylabel="query")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def patch_explorer() -> HTML:
    """A photo with a slider for the patch size: grid, N, patch length and attention's cost follow it.

    One piece of HTML with its own script and picture: works in the built book, in JupyterLab and in Colab's
    sandboxed frame, without a network. Labels are Chinese where the page is, else English.
    """
    with cbook.get_sample_data("grace_hopper.jpg") as file:
        photo = base64.b64encode(file.read()).decode()
    template = _asset("patch_explorer.html")
    # The grid that is seen until the script runs.
    grid = "".join(f"M{i} 0V224M0 {i}H224" for i in range(0, 225, 16))
    return HTML(template.replace("{{photo}}", photo).replace("{{grid}}", grid))


def encoder_block_diagram() -> HTML:
    """One encoder block with the shapes between its parts, in the page's own colours."""
    return HTML(_asset("encoder_block.svg"))


def _asset(name: str) -> str:
    """The text of a file that comes with the package."""
    return resources.files("vit_tutorial").joinpath("assets", name).read_text("utf8")
