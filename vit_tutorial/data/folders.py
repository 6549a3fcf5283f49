"""Your own photos: one folder for each class, as loaders for training."""

import os
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset
from tqdm import tqdm

from vit_tutorial.checks import check_choice
from vit_tutorial.data.downloads import sha256_of
from vit_tutorial.data.folder_scan import Files, scan, share_out
from vit_tutorial.data.reading import read_image
from vit_tutorial.data.sets import Loaders, Splits
from vit_tutorial.data.transforms import image_transform

Transform = Callable[[Image.Image], Tensor]


class ImageFolder(Dataset):
    """Image files with their labels, read when they are asked for.

    Args:
        files: the files of each class; classes are numbered in this order.
        transform: from a Pillow image to a tensor.
        mode: "RGB" or "L", as for `read_image`.
        standard: whether `image_transform` is all, or the first part, of the transform.
    """

    def __init__(self, files: Files, transform: Transform, mode: str, standard: bool = True) -> None:
        self.classes = tuple(files)
        self.counts = {name: len(paths) for name, paths in files.items()}
        self.samples = []
        for label, paths in enumerate(files.values()):
            self.samples += [(path, label) for path in paths]
        self.transform, self.mode = transform, mode
        self.standard = standard  # values from -1 to 1, by `image_transform`

    @cached_property
    def contents(self) -> dict[str, str]:
        """For each class a checksum of its files' names and sizes: other images have another one."""
        lines: dict[str, list[str]] = {name: [] for name in self.classes}
        for path, label in self.samples:
            lines[self.classes[label]].append(f"{path.name} {path.stat().st_size}")
        return {name: sha256("\n".join(files).encode()).hexdigest() for name, files in lines.items()}

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, i: int) -> tuple[Tensor, int]:
        """Image `i`, as the transform makes it, and its label."""
        path, label = self.samples[i]
        return self.transform(read_image(path, self.mode)), label


def image_folder(
    root: str | Path,
    image_size: int | tuple[int, int] = 224,
    batch_size: int = 32,
    transform: Transform | None = None,
    train_transform: Transform | None = None,
    val_share: float = 0.2,
    test_share: float = 0.2,
    seed: int = 0,
    num_workers: int = 0,
    *,
    mode: str = "RGB",
    ignore: Sequence[str] = (),
    check: bool = True,
) -> Loaders:
    """Loaders for a folder of images that holds one folder for each class.

    Either `root` holds the class folders, and its images are split in three, or it holds `train` and `test` (perhaps
    also `val`, `valid` or `validation`), and these hold the class folders; without `val`, part of the training images
    become it.

    A file without an image's suffix, a folder inside a class folder or a file that can't be read is an error. Only
    hidden files and what other programs leave behind (`__MACOSX`, `Thumbs.db`, `desktop.ini`) are passed over.

    Args:
        root: the folder.
        image_size: side in pixels, or (H, W); see `image_transform`.
        batch_size: B, images in a batch.
        transform: from a Pillow image to a tensor, in place of `image_transform`.
        train_transform: the same for training images, where augmentation belongs.
        val_share: about this share of each class is for validation, where `root` has no such folder:
            of the training images, or of all where the test images are drawn, too.
        test_share: about this share of each class is for the test, where `root` has no test folder.
        seed: fixes, with an image's class and name, whether it is one of these: an image that is added moves
            no other.
        num_workers: processes that read images beside the one that trains.
        mode: "RGB", or "L" (grey) for a model of one channel.
        ignore: patterns of names to pass over, such as "*.txt".
        check: read every image once before training.

    Returns:
        Loaders with `classes`, sorted by name, and `counts`.

    Raises:
        FileNotFoundError, NotADirectoryError: there is no such folder, or it is a file.
        ValueError: a share is not in (0, 1), or a folder or file, named, does not fit.
    """
    check_choice(mode, "mode", ("RGB", "L"))
    evaluation = transform or image_transform(image_size)
    patterns = (ignore,) if isinstance(ignore, str) else tuple(ignore)
    found = scan(Path(root).expanduser(), patterns)
    files = share_out(found, val_share, test_share, seed)
    splits = Splits(
        ImageFolder(files["train"], train_transform or evaluation, mode, transform is None),
        ImageFolder(files["val"], evaluation, mode, transform is None),
        ImageFolder(files["test"], evaluation, mode, transform is None),
    )
    if check:
        _check_files([path for split in splits for path, _ in split.samples])
        _warn_of_copies(splits)
    return splits.loaders(batch_size, num_workers)


def _check_files(files: list[Path]) -> None:
    """Read every file once, several at a time; one error names those that can't be."""
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:
        found = threads.map(_fault, files)
        bar = tqdm(found, "images read", len(files), leave=False, disable=None, delay=3)
        faults = [fault for fault in bar if fault]
    if faults:
        more = f"\n… and {len(faults) - 10} more." if len(faults) > 10 else ""
        raise ValueError(
            f"{len(faults)} of {len(files)} images can't be used. Repair them, remove "
            "them, or leave them out by ignore=(...) (--ignore):\n" + "\n".join(faults[:10]) + more
        )


def _warn_of_copies(splits: Splits) -> None:
    """Warn where a test or validation image is, byte for byte, one for training, too: it would measure memory."""
    trained, *others = ([path for path, _ in split.samples] for split in splits)
    held = [path for files in others for path in files]
    sizes = {path.stat().st_size for path in held}
    known = {sha256_of(path): path for path in trained if path.stat().st_size in sizes}
    sums = {path: sha256_of(path) for path in held} if known else {}
    copies = [(path, known[number]) for path, number in sums.items() if number in known]
    if copies:
        first = f"the first is {copies[0][0]}, which is {copies[0][1]} once more"
        warnings.warn(
            f"{len(copies)} images of val or test are also in train; {first}. Remove them.", stacklevel=3
        )


def _fault(file: Path) -> str | None:
    """What is wrong with an image file."""
    try:
        read_image(file)
    except (ValueError, OSError) as error:
        return str(error)
    return None
