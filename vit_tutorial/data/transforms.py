"""From an upright image to a tensor of the size that a model reads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch
from PIL import Image, ImageOps

from vit_tutorial.checks import check_image_size

if TYPE_CHECKING:
    from torchvision.transforms import v2


def image_transform(image_size: int | tuple[int, int] = 224) -> v2.Compose:
    """What turns an image of `read_image` into a model's input.

    Args:
        image_size: side in pixels, or (H, W): the image is resized until it just covers this, and cropped to
            the centre.

    Returns:
        A transform from a Pillow image to a tensor of shape (C, H, W), float32, from -1 (black) to 1 (white).
    """
    from torchvision.transforms import v2  # here: slow to import

    height, width = check_image_size(image_size)
    fit = partial(ImageOps.fit, size=(width, height), method=Image.Resampling.BILINEAR)
    steps = [fit, v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]  # from 0 to 1
    steps += [v2.Normalize(mean=[0.5], std=[0.5]), v2.ToPureTensor()]
    return v2.Compose(steps)
