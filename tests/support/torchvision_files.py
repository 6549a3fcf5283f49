"""What lies in torchvision's cache, and a folder of photos: files for the tests of the full size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torchvision
from PIL import Image
from torch import nn

URL = "https://download.pytorch.org/models/vit_b_16-c867db91.pth"
NAME = "torchvision/vit_b_16"
COLOURS = {"pizza": (210, 60, 40), "steak": (60, 40, 120), "sushi": (90, 220, 150)}


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
    path = home / "hub" / "checkpoints" / Path(URL).name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def small(num_classes: int = 1000) -> nn.Module:
    """A ViT of torchvision's that is quick to save, with random weights."""
    torch.manual_seed(1)
    model = torchvision.models.VisionTransformer(16, 4, 2, 1, 64, 20, num_classes=num_classes).eval()
    nn.init.normal_(model.heads.head.weight)
    return model
