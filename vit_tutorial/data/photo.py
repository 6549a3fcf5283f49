"""The photo of chapters 1 and 2."""

import numpy as np
import torch
from matplotlib import cbook
from PIL import Image
from torch import Tensor


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
        box = (0, 0, square, square)
        photo = photo.resize((size, size), Image.Resampling.BICUBIC, box)
    levels = torch.from_numpy(np.array(photo))
    return levels.permute(2, 0, 1) / 255  # (H, W, 3) -> (3, H, W)
