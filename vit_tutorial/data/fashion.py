"""Fashion-MNIST: 28×28 grey photos of clothes in ten classes, bundled or in full."""

import gzip
import hashlib
import lzma
import os
import zlib
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch

from vit_tutorial.data.downloads import DownloadError, download
from vit_tutorial.data.sets import ImageSet, Splits, take_turns
from vit_tutorial.saving import write_atomically

FASHION_SPLITS = {"train": 10_000, "val": 2_000, "test": 2_000}  # the bundled subset
FASHION_CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                   "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")  # fmt: skip
FULL_VAL = 5_000  # of the 60,000 training images
SEED = 2017  # the year in which Fashion-MNIST appeared
DEBIAN = Path("/usr/share/datasets/fashion-mnist")  # read, never written to
TIMEOUT = (3.0, 10.0)  # seconds: for a connection, for the next piece of data
CONTENTS = {  # SHA-256 of the unpacked files: who packs them anew changes the MD5 of the .gz
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}


def fashion_mnist(full: bool = False, root: str | Path | None = None) -> Splits:
    """Fashion-MNIST: clothes in ten classes, the book's data set.

    Args:
        full: False: the 14,000 images in this package, 10,000 for training, 2,000 each for validation and
            test; image i has class i % 10, so that `train.take(n)` is balanced. True: all 70,000, in 55,000,
            5,000 and 10,000, from root/FashionMNIST/raw, Debian's dataset-fashion-mnist, or the web (31 MB).
        root: where the full set lies, or shall lie; None: in ~/.cache/vit_tutorial.

    Returns:
        Sets of images of shape (1, 28, 28), float32, from -1 (black) to 1. Validation images are drawn, with
        a fixed seed, from the original training set.

    Raises:
        OSError: the full set can't be downloaded; the message names three ways out.
        ValueError: a file of the full set is damaged, or `root` is given without `full`.

    Source: H. Xiao, K. Rasul, R. Vollgraf, “Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine
        Learning Algorithms”, arXiv 1708.07747. MIT licence.
    """
    if full:
        return _full(root)
    if root is not None:
        raise ValueError(f"root {str(root)!r} is for the full set: pass full=True.")
    asset = files("vit_tutorial") / "assets" / "fashion_mnist" / "images.npy.xz"
    with asset.open("rb") as packed, lzma.open(packed) as file:
        pixels = torch.from_numpy(np.load(file))
    parts = pixels.split(list(FASHION_SPLITS.values()))
    return Splits(*(_image_set(part, torch.arange(len(part)) % 10) for part in parts))


def is_original(contents: bytes, name: str) -> bool:
    """Whether these are the contents of the original file of this name, unpacked."""
    return hashlib.sha256(contents).hexdigest() == CONTENTS[name]


def _full(root: str | Path | None) -> Splits:
    """All images; those of training and validation take turns by class."""
    from torchvision.datasets import FashionMNIST  # here: slow to import

    if root is None or Path(root) == DEBIAN:
        root = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "vit_tutorial"
    root = Path(root).expanduser()
    raw = root / "FashionMNIST" / "raw"  # there the class looks for its files
    for name in CONTENTS:
        _provide(raw, name, FashionMNIST.mirrors[0])
    train, test = FashionMNIST(root, train=True), FashionMNIST(root, train=False)
    generator = np.random.default_rng(SEED)
    turns = take_turns(train.targets.numpy(), len(train) // 10, generator)
    parts = np.split(turns, [FULL_VAL])
    val, rest = (_image_set(train.data[part], train.targets[part]) for part in parts)
    return Splits(rest, val, _image_set(test.data, test.targets))


def _image_set(pixels: torch.Tensor, labels: torch.Tensor) -> ImageSet:
    """Pixels (N, 28, 28) of 0 to 255, and labels (N,), as a set of images."""
    images = pixels.unsqueeze(1) / 127.5 - 1  # (N, 28, 28) -> (N, 1, 28, 28)
    return ImageSet(images, labels, FASHION_CLASSES)


def _provide(raw: Path, name: str, mirror: str) -> None:
    """Have one file unpacked in `raw`; it is never there by half."""
    target = raw / name
    if target.is_file() and is_original(target.read_bytes(), name):
        return
    places = (raw / f"{name}.gz", DEBIAN / f"{name}.gz", target)
    found = next((place for place in places if place.is_file()), None)
    contents = _unpacked(found, name) if found else _fetch(raw, name, mirror)
    if contents is None:
        raise ValueError(f"{found} is damaged. Remove it, and call again.")
    write_atomically(target, lambda half: half.write_bytes(contents))


def _unpacked(packed: Path, name: str) -> bytes | None:
    """What is in a .gz file; None if that is not what was published."""
    try:
        contents = gzip.decompress(packed.read_bytes())
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return None
    return contents if is_original(contents, name) else None


def _fetch(raw: Path, name: str, mirror: str) -> bytes:
    """Download and unpack one file."""
    try:
        packed = download(f"{mirror}{name}.gz", raw, timeout=TIMEOUT)
        contents = _unpacked(packed, name)
        if contents is not None:
            return contents
        packed.unlink()
        reason = f"{mirror}{name}.gz is not the original file."
    except OSError as error:
        reason = str(error).splitlines()[0]
    raise DownloadError(
        f"{name}.gz of the full Fashion-MNIST could not be downloaded: {reason}\n"
        "There are three ways to get it:\n"
        "1. On Debian or Ubuntu: apt-get install dataset-fashion-mnist\n"
        f"2. Put {'.gz, '.join(CONTENTS)}.gz into {raw}\n"
        "3. Connect to the network, or name a mirror: VIT_TUTORIAL_MIRROR=https://…\n"
        "The bundled subset, fashion_mnist(), needs none of this."
    )
