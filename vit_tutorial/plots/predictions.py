"""Figures of predictions: which classes are taken for which, and one image's top classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from vit_tutorial.checks import check_positive
from vit_tutorial.plots.images import check_classes, check_image, shorten, show_image
from vit_tutorial.plots.style import DARK, LIGHT, WIDTH, as_written
from vit_tutorial.tensor_checks import check_tensor

if TYPE_CHECKING:
    from sklearn.metrics import ConfusionMatrixDisplay


def confusion_matrix(
    labels: Tensor, predictions: Tensor, classes: Sequence[str], ax: Axes | None = None
) -> ConfusionMatrixDisplay:
    """Draw how many images of each class got which prediction: for up to about 12 classes.

    Args:
        labels: the true classes, shape (N,), whole numbers from 0 to K-1.
        predictions: the predicted ones, likewise.
        classes: the K names, in the order of the labels.
        ax: where to draw; a new figure, large enough for the counts, if None.

    Returns:
        scikit-learn's display: `.confusion_matrix` holds the counts, shape (K, K), a
        row for each true class and a column for each predicted one; `.ax_` the axes.

    Raises:
        ValueError: a shape is another, there is no image, or a class has no name.
    """
    import sklearn.metrics  # here: slow to import

    labels = _check_labels(labels, "labels", len(classes))
    predictions = _check_labels(predictions, "predictions", len(classes))
    if labels.shape != predictions.shape:
        raise ValueError(
            f"labels and predictions must be equally many, got {len(labels)} and {len(predictions)}."
        )
    ax = ax or plt.figure(figsize=(WIDTH, WIDTH)).subplots()
    counts = sklearn.metrics.confusion_matrix(labels.numpy(), predictions.numpy(), labels=range(len(classes)))
    names = [shorten(name) for name in classes]
    display = sklearn.metrics.ConfusionMatrixDisplay(counts, display_labels=names)
    display.plot(cmap="Blues", colorbar=False, ax=ax, xticks_rotation=90)
    for number, text in zip(counts.flat, display.text_.flat, strict=True):
        text.set_color(LIGHT if number > 0.71 * counts.max() else DARK)
    look = as_written(*names)
    ax.set_xticks(range(len(names)), names, rotation=90, **look)
    ax.set_yticks(range(len(names)), names, **look)
    ax.set(xlabel="predicted class", ylabel="true class")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(True)
    return display


def top_classes(
    image: Tensor,
    probabilities: Tensor,
    classes: Sequence[str],
    k: int | None = None,
    axes: Sequence[Axes] | None = None,
) -> np.ndarray:
    """Draw an image and, beside it, the probabilities of its most likely classes.

    Args:
        image: shape (C, H, W), from -1 (black) to 1 (white); C is 1 or 3.
        probabilities: shape (K,), the softmax of the image's logits.
        classes: the K names, in the order of the labels.
        k: how many classes, the likeliest on top; None: at most five.
        axes: one for the image, one for the bars; a new figure if None.

    Returns:
        The two axes.

    Raises:
        TypeError: `probabilities` is no tensor, or `k` no whole number.
        ValueError: a shape or a probability is impossible, or `k` not in [1, K].
    """
    check_image(image)
    check_tensor(probabilities, "probabilities", "(K,)", 1)
    check_classes(classes, len(probabilities))
    _check_probabilities(probabilities)
    k = check_positive(min(5, len(classes)) if k is None else k, "k")
    if k > len(classes):
        raise ValueError(f"k must be at most K = {len(classes)} classes, got {k}.")
    if axes is None:
        axes = plt.figure(figsize=(WIDTH, 1.8)).subplots(1, 2, width_ratios=(1, 1.4))
    picture, bars = axes
    show_image((image + 1) / 2, picture)
    values, indices = probabilities.detach().cpu().sort(descending=True, stable=True)
    names = [shorten(classes[i]) for i in indices[:k]]
    drawn = bars.barh(range(k), values[:k].tolist(), color="C0", height=0.7)
    bars.bar_label(drawn, fmt="{:.3f}", padding=3)
    bars.set_yticks(range(k), names, **as_written(*names))
    bars.invert_yaxis()
    bars.set(xlim=(0, 1.3), xticks=[])  # room for the number at a bar of length 1
    bars.tick_params(length=0)
    bars.spines["bottom"].set_visible(False)
    return np.array([picture, bars])


def _check_probabilities(probabilities: Tensor) -> None:
    total, least = probabilities.sum().item(), probabilities.min().item()
    if least < 0 or not abs(total - 1) < 0.01:
        raise ValueError(
            f"probabilities must be at least 0 and sum to 1, got a sum of {total:.4g} "
            f"and a smallest value of {least:.4g}. Take logits.softmax(dim=-1)."
        )


def _check_labels(values: Tensor, name: str, k: int) -> Tensor:
    """Whole numbers from 0 to k-1, shape (N,), N at least 1, on the CPU."""
    values = torch.as_tensor(values).detach().cpu()
    shape = tuple(values.shape)
    if len(shape) != 1 or shape[0] == 0:
        raise ValueError(f"{name} must have shape (N,), at least one image, got {shape}.")
    if values.is_floating_point():
        raise ValueError(f"{name} must be whole numbers, got {values.dtype}: use logits.argmax(-1).")
    wrong = values[(values < 0) | (values >= k)]
    if len(wrong):
        raise ValueError(f"{name} holds {wrong[0]}, but there are {k} class names, for 0 to {k - 1}.")
    return values
