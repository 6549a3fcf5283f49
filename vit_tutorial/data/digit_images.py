"""Handwritten digits: small enough for experiments with a handful of labels."""

import numpy as np
import torch
from torch.nn.functional import interpolate

from vit_tutorial.checks import check_image_size
from vit_tutorial.data.sets import ImageSet, Splits, take_turns

SEED = 1998  # the year in which the digits were published
TRAIN, VAL = 80, 20  # images of each class; the others are for the test


def digits(image_size: int | tuple[int, int] = 28) -> Splits:
    """The 1,797 handwritten digits that come with scikit-learn, as grey images.

    8×8 pixels with 17 levels of grey, the test part of “Optical Recognition of
    Handwritten Digits” (E. Alpaydin, C. Kaynak, 1998; UCI Machine Learning Repository,
    doi 10.24432/C50P49, CC BY 4.0), enlarged by bilinear interpolation.

    Args:
        image_size: side in pixels, or (H, W).

    Returns:
        800 images for training and 200 for validation, drawn with a fixed seed, the
        digits taking turns, so that `train.take(n)` is balanced; the other 797, 74 to 83
        of each digit, for the test. Images of shape (1, H, W), from -1 (paper) to 1 (ink).

    Raises:
        TypeError: `image_size` is not made of whole numbers.
        ValueError: it is smaller than 1.
    """
    from sklearn.datasets import load_digits  # here: it takes a second to import

    size = check_image_size(image_size)
    loaded = load_digits()
    levels = torch.from_numpy(loaded.images).float().unsqueeze(1)  # (N, 1, 8, 8), 0..16
    images = interpolate(levels, size, mode="bilinear", antialias=True) / 8 - 1
    labels = torch.from_numpy(loaded.target)
    turns = take_turns(loaded.target, TRAIN + VAL, np.random.default_rng(SEED))
    others = np.setdiff1d(np.arange(len(labels)), turns)
    parts = (*np.split(turns, [10 * TRAIN]), others)
    classes = [str(name) for name in loaded.target_names]
    return Splits(*(ImageSet(images[part], labels[part], classes) for part in parts))
