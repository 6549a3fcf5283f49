"""Figures of images in [-1, 1]: a look at a data set, and the surest mistakes."""

import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor
from torch.utils.data import Dataset

from vit_tutorial.checks import check_positive
from vit_tutorial.plots.style import WIDTH, as_written
from vit_tutorial.tensor_checks import check_images
from vit_tutorial.training.evaluation import Evaluation


def show_image(image: Tensor, ax: Axes | None = None) -> Axes:
    """Draw an image of shape (1, 3 or 4, H, W) or (H, W), values from 0 to 1, without axes; a fourth channel is opacity."""
    if image.ndim == 3:
        image = image.permute(1, 2, 0)  # (C, H, W) -> (H, W, C), as matplotlib wants it
    pixels = image.squeeze(-1).detach().cpu().clamp(0, 1).numpy()
    ax = ax or plt.gca()
    ax.imshow(pixels, cmap="gray", vmin=0, vmax=1, interpolation="none")
    ax.set_axis_off()
    return ax


def image_grid(images: Tensor, labels: Sequence[str] | None = None, columns: int = 5) -> np.ndarray:
    """Draw images in a grid, row by row, each with its label above.

    Args:
        images: shape (N, C, H, W), from -1 (black) to 1 (white); C is 1 or 3.
        labels: a short text for each image.
        columns: images in a row.

    Returns:
        The axes of the images, shape (N,), in a new figure.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: no image, not one label for each, or a wrong shape or value.
    """
    check_images(images)
    for image in images:
        check_image(image)
    n, _, height, width = images.shape
    if n == 0:
        raise ValueError("images has shape (0, ...): there is no image to draw.")
    labels = [""] * n if labels is None else [str(label) for label in labels]
    if len(labels) != n:
        raise ValueError(f"labels must be {n}, one for each image, got {len(labels)}.")
    columns = min(check_positive(columns, "columns"), n)
    rows = math.ceil(n / columns)
    lines = max(len(label.splitlines()) for label in labels)
    row = WIDTH / columns * height / width + 0.2 * lines
    figure = plt.figure(figsize=(WIDTH, rows * row))
    cells = figure.subplots(rows, columns, squeeze=False)
    for ax in cells.flat:
        ax.set_axis_off()
    axes = cells.ravel()[:n]
    for ax, image, label in zip(axes, images, labels, strict=True):
        show_image((image + 1) / 2, ax)
        ax.set_title(label, pad=3, **as_written(label))
    return axes


def most_confident_mistakes(evaluation: Evaluation, count: int = 8) -> Tensor:
    """Find the wrong predictions to which the model gave the highest probability.

    Args:
        evaluation: what `evaluate` returned for N images.
        count: how many at most, 1 or more.

    Returns:
        Indices of the images, shape (at most count,), int64: the surest mistake first,
        the smaller index first among equals.
    """
    count = check_positive(count, "count")
    wrong = (evaluation.predictions != evaluation.labels).nonzero().squeeze(1)
    surest = evaluation.probabilities[wrong].max(dim=-1).values
    order = surest.argsort(descending=True, stable=True)
    return wrong[order[:count]]


def confident_mistakes(
    images: Dataset | Tensor, evaluation: Evaluation, classes: Sequence[str], count: int = 8, columns: int = 4
) -> np.ndarray:
    """Draw the surest mistakes: the true class, the predicted one, its probability.

    Args:
        images: the images that were evaluated, in that order: a dataset of (image,
            label), or shape (N, C, H, W); from -1 (black) to 1 (white).
        evaluation: what `evaluate` returned for them.
        classes: the K names, in the order of the labels.
        count: how many mistakes to draw at most.
        columns: images in a row.

    Returns:
        The axes of the images, in the order of `most_confident_mistakes`. Where no
        prediction is wrong, one axes that says so.

    Raises:
        TypeError: a number is not whole.
        ValueError: images, evaluation and classes do not fit each other.
    """
    n, k = evaluation.logits.shape
    if len(images) != n:
        raise ValueError(f"images are {len(images)}, but the evaluation is of {n}: give the same.")
    check_classes(classes, k)
    chosen = most_confident_mistakes(evaluation, count).tolist()
    if not chosen:
        ax = plt.figure(figsize=(WIDTH, 0.6)).subplots()
        ax.set_axis_off()
        words = f"No mistakes: all {n:,} predictions are right."
        ax.text(0.5, 0.5, words, ha="center", va="center")
        return np.array([ax])
    pictures = torch.stack([_image(images, i, evaluation.labels[i]) for i in chosen])
    titles = [_title(evaluation, i, classes) for i in chosen]
    return image_grid(pictures, titles, columns)


def check_image(image: Tensor) -> None:
    """Check shape and values of an image before a figure is made for it."""
    shape = tuple(image.shape)
    if len(shape) != 3 or shape[0] not in (1, 3):
        raise ValueError(f"an image must have shape (1 or 3, H, W), got {shape}.")
    low, high = image.min().item(), image.max().item()
    if not image.is_floating_point() or not -1.01 <= low <= high <= 1.01:
        raise ValueError(
            f"an image must have floating-point values from -1 to 1, got {image.dtype} "
            f"from {low:.4g} to {high:.4g}. For pixels of 0 to 255: pixels / 127.5 - 1."
        )


def check_classes(classes: Sequence[str], k: int) -> None:
    """Check that there are `k` class names."""
    if len(classes) != k:
        raise ValueError(f"classes must be {k} names, one for each output, got {len(classes)}.")


def shorten(name: str, length: int = 14) -> str:
    """A class name that fits beside a figure: cut off, with an ellipsis."""
    return name if len(name) <= length else name[: length - 1] + "…"


def _title(evaluation: Evaluation, i: int, classes: Sequence[str]) -> str:
    true, predicted = evaluation.labels[i], evaluation.predictions[i]
    names = f"{shorten(classes[true])}\n→ {shorten(classes[predicted])}"
    return f"{names}\np = {evaluation.probabilities[i, predicted]:.3f}"


def _image(images: Dataset | Tensor, i: int, label: Tensor) -> Tensor:
    """Image `i`; a dataset says its label, too, which must be the evaluation's."""
    if isinstance(images, Tensor):
        return images[i]
    image, own = images[i]
    if own != label:
        raise ValueError(
            f"image {i} has label {int(own)}, but label {int(label)} in the evaluation: "
            "the order differs. Evaluate with a loader that does not shuffle."
        )
    return image
