"""From an upright image to a tensor of the size that a model reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from PIL import Image, ImageOps
from torch import nn

from vit_tutorial.checks import check_image_size

if TYPE_CHECKING:
    from torchvision.transforms import v2


class Fit(nn.Module):
    """Resize the shorter side of a Pillow image, and crop the longer one to its centre.

    Args:
        size: (H, W) in pixels of what comes out.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self.size = size

    def forward(self, image: Image.Image) -> Image.Image:
        height, width = self.size
        return ImageOps.fit(image, (width, height), Image.Resampling.BILINEAR)


def image_transform(image_size: int | tuple[int, int] = 224) -> v2.Compose:
    """What turns an image of `read_image` into a model's input.

    Args:
        image_size: side in pixels, or (H, W): the image is resized until it just covers this, and cropped to
            the centre.

    Returns:
        A transform from a Pillow image to a tensor of shape (C, H, W), float32, from -1 (black) to 1 (white).
    """
    from torchvision.transforms import v2  # here: slow to import

    to_float = v2.ToDtype(torch.float32, scale=True)  # from 0 to 1
    steps = [Fit(check_image_size(image_size)), v2.ToImage(), to_float]
    steps += [v2.Normalize(mean=[0.5], std=[0.5]), v2.ToPureTensor()]
    return v2.Compose(steps)
