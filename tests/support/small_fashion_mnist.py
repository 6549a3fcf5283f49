"""Fashion-MNIST in small, for tests: four files that the package takes for the originals, and where to put them."""

from __future__ import annotations

import gzip
import hashlib
import socket
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.datasets import FashionMNIST

from vit_tutorial.data import fashion

DEAF = socket.socket()
DEAF.bind(("127.0.0.1", 0))


def pixels(images: torch.Tensor) -> np.ndarray:
    """(N, 1, 28, 28) of -1 to 1 as (N, 28, 28) of 0 to 255."""
    return ((images[:, 0] + 1) * 127.5).round().byte().numpy()


def keys(images: torch.Tensor) -> list[bytes]:
    """The bytes of each image."""
    return [image.tobytes() for image in pixels(images)]


def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, bytes]:
    """60 training and 20 test images in four .gz files, and no network, no cache, no Debian from now on."""
    generator = np.random.default_rng(0)
    packed, resources, contents = {}, [], {}
    for part, n in (("train", 60), ("t10k", 20)):
        images = generator.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        labels = generator.permutation(np.arange(n) % 10).astype(np.uint8)
        for name, array in ((f"{part}-images-idx3-ubyte", images), (f"{part}-labels-idx1-ubyte", labels)):
            packed[f"{name}.gz"] = gzip.compress(idx(array), mtime=0)
            resources.append((f"{name}.gz", hashlib.md5(packed[f"{name}.gz"]).hexdigest()))
            contents[name] = hashlib.sha256(idx(array)).hexdigest()
    monkeypatch.setattr(FashionMNIST, "resources", resources)
    monkeypatch.setattr(FashionMNIST, "mirrors", [closed_port()])
    monkeypatch.setattr(fashion, "CONTENTS", contents)
    monkeypatch.setattr(fashion, "DEBIAN", tmp_path / "debian")
    monkeypatch.setattr(fashion, "FULL_VAL", 20)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("VIT_TUTORIAL_MIRROR", raising=False)
    return packed


def idx(array: np.ndarray) -> bytes:
    """An array as Fashion-MNIST's files hold it."""
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def closed_port() -> str:
    """An address of this machine at which nobody answers: the port is taken, but nobody listens."""
    return f"http://127.0.0.1:{DEAF.getsockname()[1]}/"


def lay(packed: dict[str, bytes], folder: Path) -> Path:
    """Write the files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, contents in packed.items():
        (folder / name).write_bytes(contents)
    return folder
