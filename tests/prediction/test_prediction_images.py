"""One image, however it comes, is read as validation reads it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from probe_model import expected, given, pixels

from vit_tutorial.data import image_folder


def test_every_form_of_a_picture_gives_the_same(tmp_path):
    array = pixels()
    picture = Image.fromarray(array)
    picture.save(tmp_path / "a.png")
    tensor = expected(array)
    forms = [str(tmp_path / "a.png"), tmp_path / "a.png", Image.open(tmp_path / "a.png"), picture, array]
    forms += [array / 255, (array / 255).astype(np.float32), array[:, ::-1][:, ::-1], tensor, tensor[None]]
    for form in forms:
        torch.testing.assert_close(given(form), tensor, rtol=0, atol=1e-6)


def test_floats_are_rounded_to_eight_bits():
    image = np.full((4, 4), 0.999)  # 254.7 of 255
    image[0, :2] = (0.001, 0.5)
    torch.testing.assert_close(
        given(image, channels=1)[0, 0], torch.tensor([0, 128, 255, 255]) / 127.5 - 1, rtol=0, atol=1e-6
    )


def test_grey_pictures_and_grey_models(tmp_path):
    array = pixels(channels=1)
    grey = expected(array)
    for form in (array, array[:, :, 0], array[:, :, 0] / 255, Image.fromarray(array[:, :, 0])):
        torch.testing.assert_close(given(form, channels=1), grey, rtol=0, atol=1e-6)
        torch.testing.assert_close(given(form), grey.expand(3, 4, 4), rtol=0, atol=1e-6)
    luma = np.rint(pixels() @ [0.299, 0.587, 0.114])[:, :, None]  # ITU-R 601
    assert (given(pixels(), channels=1) - expected(luma)).abs().max() <= 1.01 / 127.5


def test_transparent_pixels_lie_over_white():
    array = pixels(channels=4)
    alpha = array[:, :, 3:] / 255
    over_white = array[:, :, :3] * alpha + 255 * (1 - alpha)
    for form in (array, Image.fromarray(array), array / 255):
        assert (given(form) - expected(over_white)).abs().max() <= 1.01 / 127.5


def test_a_rotated_photo_is_upright(tmp_path):
    array = pixels()
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to see it upright
    Image.fromarray(array).save(tmp_path / "a.png", exif=exif)
    upright = expected(np.rot90(array, k=-1).copy())
    for form in (tmp_path / "a.png", Image.open(tmp_path / "a.png")):
        torch.testing.assert_close(given(form), upright, rtol=0, atol=1e-6)


def test_cropped_to_the_centre(tmp_path):
    array = pixels(4, 10)
    torch.testing.assert_close(given(array), expected(array[:, 3:7]), rtol=0, atol=1e-6)
    torch.testing.assert_close(given(array, size=(4, 6)), expected(array[:, 2:8]), rtol=0, atol=1e-6)


@pytest.mark.parametrize(("mode", "channels"), [("RGB", 3), ("L", 1)])
def test_the_same_bits_as_in_validation(tmp_path, mode, channels):
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for i in range(3):
            array = pixels(31 + i, 47)
            Image.fromarray(array).save(tmp_path / name / f"{i}.jpg")
    folder = image_folder(tmp_path, image_size=16, mode=mode).val.dataset
    for i, (path, _) in enumerate(folder.samples):
        for form in (path, Image.open(path)):
            assert torch.equal(given(form, channels, 16), folder[i][0])
