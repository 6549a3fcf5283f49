"""Images to work with: the photo of chapter 1, the data sets of training, your own folder."""

from __future__ import annotations

import numpy as np
import torch
from matplotlib import cbook
from PIL import Image
from torch import Tensor

from vit_tutorial._augmentation import augmentation
from vit_tutorial._digits import digits
from vit_tutorial._image_folder import image_folder
from vit_tutorial._image_sets import ImageSet, Loaders, Splits
from vit_tutorial._image_transform import image_transform
from vit_tutorial._read_image import read_image
from vit_tutorial._results import results
from vit_tutorial.archives import ArchiveError, UnsafeArchive, unpack
from vit_tutorial.downloads import DownloadError, download
from vit_tutorial.fashion import FASHION_CLASSES, FASHION_SPLITS, fashion_mnist

__all__ = [
    "FASHION_CLASSES",
    "FASHION_SPLITS",
    "ArchiveError",
    "DownloadError",
    "ImageSet",
    "Loaders",
    "Splits",
    "UnsafeArchive",
    "augmentation",
    "digits",
    "download",
    "fashion_mnist",
    "image_folder",
    "image_transform",
    "read_image",
    "results",
    "sample_photo",
    "unpack",
]


def sample_photo(size: int | None = 224) -> Tensor:
    """The portrait of Grace Hopper that comes with matplotlib (public domain, U.S. Navy).

    Args:
        size: side in pixels; the photo's upper square is resized to it. None: the whole photo, 600×512.

    Returns:
        Shape (3, size, size), or (3, 600, 512): float32, from 0 (black) to 1.
    """
    with cbook.get_sample_data("grace_hopper.jpg") as file:
        photo = Image.open(file).convert("RGB")
    if size is not None:
        square = min(photo.size)
        photo = photo.resize(
            (size, size), Image.Resampling.BICUBIC, box=(0, 0, square, square)
        )
    return (
        torch.from_numpy(np.array(photo)).permute(2, 0, 1) / 255
    )  # (H, W, 3) -> (3, H, W)
