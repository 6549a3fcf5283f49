"""Fixtures for tests of the command line: two classes of pictures, and a model that was trained on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from command_line import COLOURS, Result, call, train_arguments
from PIL import Image


@pytest.fixture(scope="session")
def photos(tmp_path_factory) -> Path:
    """Two classes of 15 noisy pictures: blue ones and red ones."""
    folder, generator = tmp_path_factory.mktemp("data") / "photos", np.random.default_rng(0)
    for name, colour in COLOURS.items():
        (folder / name).mkdir(parents=True)
        for i in range(15):
            pixels = generator.normal(colour, 30, (20, 24, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{i}.png")
    return folder


@pytest.fixture(scope="session")
def trained(photos, tmp_path_factory) -> tuple[Path, Result]:
    out = tmp_path_factory.mktemp("runs") / "first"
    return out, call(*train_arguments(photos, out))


@pytest.fixture(scope="session")
def weights(trained) -> Path:
    return trained[0] / "best.safetensors"
