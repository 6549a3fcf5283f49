"""From an image to a model's input: resized and cropped to the centre, from -1 to 1, as torchvision does it."""

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import v2

from vit_tutorial.data import image_transform, read_image


@pytest.mark.parametrize("size", [32, (32, 20), (20, 32), (90, 120)])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_transform_gives_a_tensor_of_the_right_size_and_range(size, mode, photo):
    x = image_transform(size)(read_image(photo, mode))
    height, width = (size, size) if isinstance(size, int) else size
    assert x.shape == (len(mode), height, width) and x.dtype == torch.float32
    assert type(x) is torch.Tensor
    assert -1 <= x.min() < -0.8 and 0.5 < x.max() <= 1


def test_transform_of_a_square_is_torchvision_s(photo):
    square = photo.crop((0, 0, 48, 48))
    theirs = v2.Compose(
        [v2.Resize(20), v2.CenterCrop(20), v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]
    )(square)
    assert torch.equal(image_transform(20)(square), (theirs - 0.5) / 0.5)


@pytest.mark.parametrize("size", [(48, 64), (96, 100), (60, 120), (90, 32), 48])
def test_transform_of_a_photo_is_resize_and_centre_crop(size, photo):
    height, width = (size, size) if isinstance(size, int) else size
    scale = max(height / 48, width / 64)
    large = v2.Resize((round(48 * scale), round(64 * scale)))(photo)
    theirs = v2.CenterCrop((height, width))(v2.ToImage()(large)) / 127.5 - 1
    ours = image_transform(size)(photo)
    assert (ours - theirs).abs()[:, 2:-2, 2:-2].max() < 0.01  # where no pixel beyond the crop plays a part
    assert (ours.flip(2) - theirs).abs().mean() > 0.2


def test_black_and_white_are_minus_one_and_one():
    image = Image.fromarray(np.array([[0, 255]], np.uint8).repeat(2, 0))
    assert image_transform(2)(image).tolist() == [[[-1, 1], [-1, 1]]]


@pytest.mark.parametrize("size", [0, (3, 0), (1, 2, 3)])
def test_transform_refuses_other_sizes(size):
    with pytest.raises(ValueError, match="image_size"):
        image_transform(size)
