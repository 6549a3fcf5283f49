"""Draw the bundled subset of Fashion-MNIST from the original four files: balanced, by a stated seed.

    python experiments/fashion_mnist_subset.py [FOLDER [TARGET]]

FOLDER holds `train-images-idx3-ubyte.gz` and the three others as Zalando Research publishes them; Debian's package
`dataset-fashion-mnist` puts them where the script looks first. Training and validation images come from the
original training set, test images from the original test set. Image i of each split has class i % 10, so that
the first images of a split are balanced, too, and no labels need to be stored.
"""

from __future__ import annotations

import gzip
import hashlib
import lzma
import sys
from pathlib import Path

import numpy as np

from vit_tutorial.data import FASHION_SPLITS
from vit_tutorial.data.fashion import DEBIAN, is_original
from vit_tutorial.data.sets import take_turns

SEED = 2017  # the year in which Fashion-MNIST appeared
TARGET = Path(__file__).parents[1] / "vit_tutorial/assets/fashion_mnist/images.npy.xz"


def read(folder: Path, name: str, header: int) -> np.ndarray:
    """The bytes of one original file after its header; stops where it isn't the original."""
    contents = gzip.decompress((folder / f"{name}.gz").read_bytes())
    if not is_original(contents, name):
        sys.exit(f"{folder / name}.gz is not the original file.")
    return np.frombuffer(contents, np.uint8, offset=header)


def draw(folder: Path) -> np.ndarray:
    """Pixels (N, 28, 28) of the subset: training, validation, test; image i of each has class i % 10."""
    generator = np.random.default_rng(SEED)
    subset = []
    for part, size in (
        ("train", FASHION_SPLITS["train"] + FASHION_SPLITS["val"]),
        ("t10k", FASHION_SPLITS["test"]),
    ):
        images = read(folder, f"{part}-images-idx3-ubyte", header=16).reshape(-1, 28, 28)
        labels = read(folder, f"{part}-labels-idx1-ubyte", header=8)
        subset.append(images[take_turns(labels, size // 10, generator)])
    return np.concatenate(subset)


def main(folder: Path = DEBIAN, target: Path = TARGET) -> None:
    subset = draw(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(target, "wb", preset=9 | lzma.PRESET_EXTREME) as file:
        np.save(file, subset)
    digest = hashlib.sha256(subset.tobytes()).hexdigest()
    print(f"{len(subset):,} images, {target.stat().st_size / 1e6:.2f} MB, sha256 of the pixels {digest}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
