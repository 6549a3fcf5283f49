"""The photo of chapter 1."""

import numpy as np
import torch
from matplotlib import cbook
from PIL import Image

from vit_tutorial import data


def test_whole_photo_is_the_file_itself():
    with cbook.get_sample_data("grace_hopper.jpg") as file:
        pixels = np.array(Image.open(file))
    photo = data.sample_photo(size=None)
    assert photo.shape == (3, 600, 512) and photo.dtype == torch.float32
    assert np.array_equal((photo * 255).round().byte().permute(1, 2, 0).numpy(), pixels)


def test_square_photo_is_the_upper_square_undistorted():
    small, upper = data.sample_photo(64), data.sample_photo(size=None)[:, :512]
    assert small.shape == (3, 64, 64)
    assert small.min() >= 0 and small.max() <= 1
    means = torch.nn.functional.avg_pool2d(upper, 8)  # 512 / 64
    assert (small - means).abs().mean() < 0.02
