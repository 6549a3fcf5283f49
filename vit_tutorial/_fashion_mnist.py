"""Fashion-MNIST: 28×28 grey photos of clothes in ten classes, bundled or in full."""

from __future__ import annotations

import lzma
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch

from vit_tutorial.data.sets import ImageSet, Splits, take_turns

FASHION_SPLITS = {"train": 10_000, "val": 2_000, "test": 2_000}  # the bundled subset
FASHION_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
FULL_VAL = 5_000  # of the 60,000 training images
SEED = 2017  # the year in which Fashion-MNIST appeared


def fashion_mnist(full: bool = False, root: str | Path | None = None) -> Splits:
    """Fashion-MNIST: clothes in ten classes, the book's data set.

    Args:
        full: False: 14,000 images that come with this package, 10,000 for training and
            2,000 each for validation and test, as many of each class; image i has class
            i % 10, so that `train.take(n)` is balanced, too. True: all 70,000, in
            55,000, 5,000 and 10,000. They are searched for in root/FashionMNIST/raw
            and in Debian's package dataset-fashion-mnist, otherwise downloaded (31 MB).
        root: where the full set lies, or shall lie; None: in ~/.cache/vit_tutorial.

    Returns:
        Sets of images of shape (1, 28, 28), float32, from -1 (black) to 1. Validation
        images are drawn, with a fixed seed, from the original training set; test images
        are from the original test set.

    Raises:
        OSError: the full set is not here and can't be downloaded; the message names
            three ways to get it.
        ValueError: a file of the full set is damaged, or `root` is given without `full`.

    Source: H. Xiao, K. Rasul, R. Vollgraf, “Fashion-MNIST: a Novel Image Dataset for
        Benchmarking Machine Learning Algorithms”, arXiv 1708.07747. MIT licence.
    """
    if full:
        return _full(root)
    if root is not None:
        raise ValueError(
            f"root {str(root)!r} is for the full set: fashion_mnist(full=True, root=…). "
            "The subset comes with the package."
        )
    asset = files("vit_tutorial") / "assets" / "fashion_mnist" / "images.npy.xz"
    with asset.open("rb") as packed, lzma.open(packed) as file:
        pixels = torch.from_numpy(np.load(file))
    parts = pixels.split(list(FASHION_SPLITS.values()))
    return Splits(*(_image_set(part, torch.arange(len(part)) % 10) for part in parts))


def _full(root: str | Path | None) -> Splits:
    """All images; those of training and validation take turns by class."""
    from torchvision.datasets import FashionMNIST  # here: slow to import

    from vit_tutorial._fashion_files import originals

    root = originals(root)
    train, test = FashionMNIST(root, train=True), FashionMNIST(root, train=False)
    labels = train.targets.numpy()
    each = int(np.bincount(labels).min())  # 6,000: the classes are of equal size
    turns = take_turns(labels, each, np.random.default_rng(SEED))
    parts = np.split(turns, [FULL_VAL])
    val, rest = (_image_set(train.data[part], train.targets[part]) for part in parts)
    return Splits(rest, val, _image_set(test.data, test.targets))


def _image_set(pixels: torch.Tensor, labels: torch.Tensor) -> ImageSet:
    """Pixels (N, 28, 28) of 0 to 255, and labels (N,), as a set of images."""
    images = pixels.unsqueeze(1) / 127.5 - 1  # (N, 28, 28) -> (N, 1, 28, 28)
    return ImageSet(images, labels, FASHION_CLASSES)
