"""Folders of small images, one folder for each class."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from torch.utils.data import DataLoader

from vit_tutorial.data import Loaders, image_folder


def put(folder: Path, names: list[str], size: tuple[int, int] = (12, 10)) -> None:
    """Images in a new folder; the red of each pixel tells the class, the green the image, by its number."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        Image.new("RGB", size, (len(folder.name) * 10, number * 3, 0)).save(folder / name)


def numbered(n: int, suffix: str = "png") -> list[str]:
    """00.png, 01.png, …"""
    return [f"{i:02}.{suffix}" for i in range(n)]


def three_classes(root: Path) -> Path:
    """Class folders under one root: 20 cats, 10 horses, 5 bees."""
    put(root / "cat", numbered(20))
    put(root / "horse", numbered(10))
    put(root / "be", numbered(5))
    return root


def train_and_test(root: Path) -> Path:
    """Class folders of cats and horses in train (10 of each) and in test (4 of each)."""
    for part, n in (("train", 10), ("test", 4)):
        put(root / part / "horse", numbered(n))
        put(root / part / "cat", numbered(n))
    return root


def files(loader: DataLoader) -> list[str]:
    """The files of a loader, as CLASS/NAME, in order."""
    return [f"{path.parent.name}/{path.name}" for path, _ in loader.dataset.samples]


def open_it(root: Path, **options: object) -> Loaders:
    """The folder as loaders of very small images."""
    return image_folder(root, image_size=8, **options)
