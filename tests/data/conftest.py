"""What tests of images start from: class folders, split or not, and a photo."""

from pathlib import Path

import pytest
from class_folders import three_classes, train_and_test
from PIL import Image

from vit_tutorial.data import sample_photo


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    """Class folders under one root."""
    return three_classes(tmp_path)


@pytest.fixture
def split(tmp_path: Path) -> Path:
    """Class folders in train and in test."""
    return train_and_test(tmp_path)


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    """The sample photo, 64 pixels wide and 48 high."""
    pixels = (sample_photo(64) * 255).round().byte().permute(1, 2, 0).numpy()
    return Image.fromarray(pixels).crop((0, 0, 64, 48))
