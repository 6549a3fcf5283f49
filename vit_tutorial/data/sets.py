"""Labelled images in memory, their three splits, and the loaders that hand out batches."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import cached_property
from hashlib import sha256
from operator import index
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from vit_tutorial.checks import check_positive, check_seed
from vit_tutorial.data.augment import chain
from vit_tutorial.tensor_checks import check_images


class ImageSet(Dataset):
    """Images in memory with their labels: a dataset for `torch.utils.data.DataLoader`.

    Args:
        images: shape (N, C, H, W), float32, from -1 (black) to 1: x / 127.5 - 1 of a
            pixel x of 0 to 255, the range of values that the paper's authors use.
        labels: shape (N,), whole numbers from 0 to len(classes) - 1.
        classes: the name of each class, in the order of the labels.
        transform: what an image goes through each time it is asked for, such as
            `data.augmentation(...)`: from a tensor (C, H, W) to another.

    Raises:
        TypeError: `images` is no tensor.
        ValueError: shape or type of images or labels is another.
    """

    standard = True  # values from -1 to 1, as `image_transform` makes them

    def __init__(
        self,
        images: Tensor,
        labels: Tensor,
        classes: Sequence[str],
        transform: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        check_images(images)
        labels = torch.as_tensor(labels)
        if not images.is_floating_point():
            raise ValueError(
                f"images must be floating-point numbers from -1 to 1, got "
                f"{images.dtype}: turn pixels of 0 to 255 into pixels / 127.5 - 1."
            )
        if labels.is_floating_point():
            raise ValueError(f"labels must be whole numbers, got {labels.dtype}.")
        if labels.shape != images.shape[:1]:
            raise ValueError(
                f"labels must have shape ({len(images)},), one for each image, got {tuple(labels.shape)}."
            )
        self.images, self.labels, self.classes = images, labels.long(), tuple(classes)
        self.transform = transform
        k = len(self.classes)
        wrong = self.labels[(self.labels < 0) | (self.labels >= k)]
        if len(wrong):
            raise ValueError(f"label {wrong[0]} names none of the {k} classes, 0 to {k - 1}.")

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, i: int) -> tuple[Tensor, int]:
        """Image `i`, of shape (C, H, W), and its label."""
        i = index(i)
        image = self.images[i]
        return self.transform(image) if self.transform else image, int(self.labels[i])

    def __getitems__(self, indices: Sequence[int]) -> list[tuple[Tensor, int]]:
        """What `DataLoader` calls for a batch: all of its images in one step."""
        chosen = torch.as_tensor(indices)
        images, labels = self.images[chosen].unbind(), self.labels[chosen].tolist()
        if self.transform:
            images = map(self.transform, images)
        return list(zip(images, labels, strict=True))

    def __repr__(self) -> str:
        size = "×".join(str(side) for side in self.images.shape[1:])
        return f"ImageSet({len(self):,} images of {size}, {len(self.classes)} classes)"

    @property
    def counts(self) -> dict[str, int]:
        """How many images each class has."""
        number = torch.bincount(self.labels, minlength=len(self.classes)).tolist()
        return dict(zip(self.classes, number, strict=True))

    @cached_property
    def contents(self) -> dict[str, str]:
        """For each class a checksum of its images: other images have another one."""
        parts = {name: self.images[self.labels == label] for label, name in enumerate(self.classes)}
        return {name: sha256(part.numpy().tobytes()).hexdigest() for name, part in parts.items()}

    def take(self, n: int) -> ImageSet:
        """The first `n` images: as many of each class, where the classes take turns."""
        if check_positive(n, "n") > len(self):
            raise ValueError(f"n must be at most {len(self)}, all there are, got {n}.")
        return self._chosen(slice(n))

    def draw(self, each: int, seed: int = 0) -> ImageSet:
        """Draw `each` images of every class at random; the classes take turns.

        Args:
            each: how many of every class, from 1 to what the smallest one has.
            seed: which images; the same seed draws the same ones.
        """
        fewest = min(self.counts, key=self.counts.get)
        if check_positive(each, "each") > self.counts[fewest]:
            raise ValueError(
                f"each must be at most {self.counts[fewest]}, the images there are of "
                f"class {fewest!r}, got {each}."
            )
        generator = np.random.default_rng(check_seed(seed))
        chosen = take_turns(self.labels.numpy(), each, generator)
        return self._chosen(torch.from_numpy(chosen))

    def _chosen(self, which: slice | Tensor) -> ImageSet:
        images, labels = self.images[which], self.labels[which]
        return ImageSet(images, labels, self.classes, self.transform)


def told_by(dataset: Dataset, name: str) -> Any:
    """What a dataset, or the one that it is a part of (`Subset`), says by an attribute; None where there is none."""
    while not hasattr(dataset, name) and hasattr(dataset, "dataset"):
        dataset = dataset.dataset
    return getattr(dataset, name, None)


def take_turns(labels: np.ndarray, each: int, generator: np.random.Generator) -> np.ndarray:
    """Indices of `each` images of every class, none twice, the classes taking turns."""
    chosen = [
        generator.choice(np.flatnonzero(labels == label), each, replace=False)
        for label in range(int(labels.max()) + 1)
    ]
    return np.stack(chosen, axis=1).ravel()  # (K, each) -> (each, K) -> (each * K,)


class Loaders(NamedTuple):
    """Batches for training, for decisions in between, and for the last word."""

    train: DataLoader
    val: DataLoader
    test: DataLoader

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each class, in the order of the labels."""
        return self.train.dataset.classes

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many images each class has in "train", in "val" and in "test"."""
        return {name: loader.dataset.counts for name, loader in self._asdict().items()}


class Splits(NamedTuple):
    """Three datasets without a common image, and with the same classes."""

    train: Any  # an ImageSet, or another dataset with `classes` and `counts`
    val: Any
    test: Any

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each class, in the order of the labels."""
        return self.train.classes

    def augmented(self, transform: Callable[[Tensor], Tensor] | None) -> Splits:
        """The same images, of which those for training go through a transform.

        Args:
            transform: such as `data.augmentation(28, shift=2)`; it comes after one that
                is set already. None changes nothing.
        """
        train = copy.copy(self.train)
        train.transform = chain(train.transform, transform)
        return self._replace(train=train)

    def loaders(self, batch_size: int = 64, num_workers: int = 0) -> Loaders:
        """Loaders of batches: training images shuffled anew each time, others in order.

        Args:
            batch_size: B, images in a batch; the last batch of a pass may be smaller.
            num_workers: processes that read images beside the one that trains.
        """
        batch_size = check_positive(batch_size, "batch_size")
        options = {"batch_size": batch_size, "num_workers": num_workers}
        train = DataLoader(self.train, shuffle=True, **options)
        val, test = (DataLoader(part, **options) for part in (self.val, self.test))
        return Loaders(train, val, test)
