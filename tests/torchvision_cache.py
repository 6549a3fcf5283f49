"""Full size without the web: torchvision's cache with a ViT-B/16 that nobody has trained, and a folder of photos."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from torch import nn

FILE = "hub/checkpoints/vit_b_16-c867db91.pth"  # below TORCH_HOME
URL = "https://download.pytorch.org/models/vit_b_16-c867db91.pth"
NAME = "torchvision/vit_b_16"
COLOURS = {"pizza": (210, 60, 40), "steak": (60, 40, 120), "sushi": (90, 220, 150)}


@pytest.fixture(scope="session")
def untrained() -> nn.Module:
    """torchvision's ViT-B/16, all of whose weights, those of the head too, are random."""
    torch.manual_seed(0)
    model = torchvision.models.vit_b_16(weights=None).eval()
    nn.init.normal_(model.heads.head.weight, std=0.05)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1 or parameter.shape[:2] == (1, 1):  # biases, norms, the class token
                parameter.add_(0.1 * torch.randn_like(parameter))
    return model


@pytest.fixture(scope="session")
def filled(untrained: nn.Module, tmp_path_factory: Any) -> Iterator[Path]:
    """A TORCH_HOME in which this model lies; 346 MB that are removed afterwards."""
    home = tmp_path_factory.mktemp("torch_home")
    path = home / FILE
    path.parent.mkdir(parents=True)
    torch.save(untrained.state_dict(), path)
    yield home
    path.unlink()


def photo_folder(root: Path) -> Path:
    """Noisy photos of odd sizes, of one colour for each class; one is transparent, one grey, one lies on its side."""
    generator = np.random.default_rng(0)
    for name, colour in COLOURS.items():
        (root / name).mkdir(parents=True)
        for i in range(6):
            height, width = generator.integers(180, 320, 2)
            pixels = generator.normal(colour, 25, (height, width, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(root / name / f"{i}.jpg")
    with Image.open(root / "pizza" / "0.jpg") as photo:
        photo.putalpha(200)
        photo.save(root / "pizza" / "transparent.png")
    with Image.open(root / "steak" / "0.jpg") as photo:
        photo.convert("L").save(root / "steak" / "grey.jpg")
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to see it upright
    with Image.open(root / "sushi" / "0.jpg") as photo:
        photo.save(root / "sushi" / "turned.jpg", exif=exif)
    return root


def in_cache(home: Path) -> Path:
    """Where torchvision keeps the file of ViT-B/16, if TORCH_HOME is `home`."""
    path = home / "hub" / "checkpoints" / "vit_b_16-c867db91.pth"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The TORCH_HOME of a test, without any file."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path


def small(num_classes: int = 1000) -> nn.Module:
    torch.manual_seed(1)
    model = torchvision.models.VisionTransformer(16, 4, 2, 1, 64, 20, num_classes=num_classes).eval()
    nn.init.normal_(model.heads.head.weight)
    return model
