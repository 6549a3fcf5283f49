"""What is no image, or no whole one, is an error that names it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from handmade_png import png
from PIL import Image

from vit_tutorial.data import read_image

LEVELS = np.arange(256, dtype=np.int32).reshape(16, 16)


@pytest.mark.parametrize(("values", "suffix"), [(LEVELS, "tiff"), (LEVELS.astype(np.float32), "tiff"),
                                                (LEVELS, None)])  # fmt: skip
def test_pixels_without_a_known_range_are_refused(values, suffix, tmp_path):
    source = Image.fromarray(values)
    if suffix:
        source.save(tmp_path / "deep.tiff")
        source = tmp_path / "deep.tiff"
    with pytest.raises(
        ValueError, match=f"{'deep.tiff' if suffix else 'the image'} .*mode [IF].*no known range"
    ):
        read_image(source)


def truncated(photo: Image.Image, path: Path) -> Path:
    photo.resize((256, 192)).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "bmp", "tiff", "webp", "ppm"])
def test_truncated_file_is_named(suffix, photo, tmp_path):
    path = truncated(photo, tmp_path / f"half.{suffix}")
    with pytest.raises(ValueError, match=rf"half\.{suffix} (can't be read as an|is no) image"):
        read_image(path)
    if suffix not in ("tiff", "webp"):  # opened before it is seen to be broken
        with pytest.raises(ValueError, match=rf"half\.{suffix}"):
            read_image(Image.open(path))


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (b"", "0 bytes"),
        (b"Not an image at all.\n" * 9, "none of JPEG, "),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n", "none of JPEG, "),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "broken|none of"),
        (b"\xff\xd8\xff\xe0" + bytes(40), "can't be read|no image"),
    ],
)
def test_file_that_is_no_image_is_named(contents, words, tmp_path):
    path = tmp_path / "odd.jpg"
    path.write_bytes(contents)
    with pytest.raises(ValueError, match=rf"odd\.jpg (.*)({words})"):
        read_image(path)


def test_decompression_bomb_is_named_at_once(tmp_path):
    path = png(tmp_path / "bomb.png", 60_000, 60_000, bytes([8, 2, 0, 0, 0]), bytes(100))
    with pytest.raises(ValueError, match=r"bomb\.png .*3600000000 pixels"):
        read_image(path)


@pytest.mark.parametrize(("source", "error", "words"), [("missing.png", FileNotFoundError, "missing.png"), (np.zeros((4, 4, 3), np.uint8), TypeError, "ndarray.*fromarray"), (torch.zeros(3, 4, 4), TypeError, "Tensor")])  # fmt: skip
def test_other_sources_are_refused(source, error, words):
    with pytest.raises(error, match=words):
        read_image(source)


def test_other_modes_are_refused(photo):
    with pytest.raises(ValueError, match="'RGB', 'L', got 'RGBA'"):
        read_image(photo, "RGBA")
