"""Folders of images, looked through: which file is of which class, in which split."""

import hashlib
import unicodedata
import warnings
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

from vit_tutorial.data.reading import suffixes

Files = dict[str, list[Path]]  # the files of each class

# The split that a folder of this name holds.
SPLITS = {"train": "train", "training": "train", "test": "test", "testing": "test"}
SPLITS |= {"val": "val", "valid": "val", "validation": "val"}
DEBRIS = (".*", "__MACOSX", "Thumbs.db", "desktop.ini")  # left behind by other programs


def scan(root: Path, ignore: tuple[str, ...]) -> dict[str, Files]:
    """The images of each class: in "train", "test", perhaps "val", or in "all"."""
    if not root.exists():
        raise FileNotFoundError(f"there is no folder {root}.")
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is a file: pass the folder of class folders.")
    folders = _split_folders(root, ignore)
    if not folders:
        return {"all": _class_files(root, ignore)}
    files = {split: _class_files(folder, ignore) for split, folder in folders.items()}
    for split in folders:
        for one, other in (("train", split), (split, "train")):
            for name in files[one].keys() - files[other].keys():
                raise ValueError(
                    f"there is a class folder {folders[one] / name}, but none of this "
                    f"name in {folders[other]}: every split needs every class."
                )
    return files


def share_out(files: dict[str, Files], val_share: float, test_share: float, seed: int) -> dict[str, Files]:
    """The files of "train", "val" and "test", drawn where they are not given."""
    for name, share in (("val_share", val_share), ("test_share", test_share)):
        if not 0 < share < 1:
            raise ValueError(f"{name} must lie between 0 and 1, a share of each class's images, got {share}.")
    if "all" in files:
        if test_share + val_share >= 1:
            raise ValueError(
                f"test_share {test_share} and val_share {val_share} together leave nothing for training. Take less."
            )
        return _draw(files["all"], {"test": test_share, "val": test_share + val_share}, seed)
    if "val" not in files:
        return files | _draw(files["train"], {"val": val_share}, seed)
    return files


def _draw(files: Files, limits: dict[str, float], seed: int) -> dict[str, Files]:
    """Give each file a place from 0 to 1 by its name: up to the first limit it is for the first split, and so on.

    So an image that is added moves no other. Each split has at least one image of each class; where the limits
    give it none, it takes the next, which may go back to training, and never the other way, when others come.
    """
    splits: dict[str, Files] = {split: {} for split in ("train", *limits)}
    for name, paths in files.items():
        places = {path: place(path, seed) for path in paths}
        rest = sorted(paths, key=places.get)
        for split, limit in limits.items():
            number = max(1, sum(places[path] < limit for path in rest))
            splits[split][name], rest = sorted(rest[:number]), rest[number:]
        if not rest:
            raise ValueError(
                f"the class folder {paths[0].parent} has too few images, {len(paths)}: by their names all are for "
                f"{' and '.join(limits)}, and none is left for training. Add images, or choose another seed."
            )
        splits["train"][name] = sorted(rest)
    return splits


def place(path: Path, seed: int) -> float:
    """A number from 0 to 1 that seed, class and name of a file fix, on every system."""
    name = unicodedata.normalize("NFC", f"{seed}/{path.parent.name}/{path.name}")
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64


def _split_folders(root: Path, ignore: tuple[str, ...]) -> dict[str, Path]:
    """Where root/train, root/test and perhaps root/val are; nothing for class folders."""
    folders, files = _entries(root, ignore)
    found: dict[str, Path] = {}
    for folder in folders:
        split = SPLITS.get(folder.name.lower())
        if split in found:
            both = f"{found[split]} and {folder} are both folders of {split} images"
            raise ValueError(f"{both}: keep one.")
        if split:
            found[split] = folder
    if len(found) < 2 and not any(_entries(path, ignore)[0] for path in found.values()):
        return {}  # a folder "train" with photos of trains is a class like any other
    for split in ("train", "test"):
        if split not in found:
            there = " and ".join(repr(folder.name) for folder in found.values())
            raise ValueError(
                f"{root} has {there}, but no folder {split!r}. Add it; only images for "
                "validation are taken from those in train."
            )
    for path in files + [folder for folder in folders if folder not in found.values()]:
        raise _stray(path, "lies beside the folders of the splits")
    return found


def _class_files(folder: Path, ignore: tuple[str, ...]) -> Files:
    """The images in each class folder of a folder, by name."""
    folders, files = _entries(folder, ignore)
    if not folders:
        raise ValueError(
            f"{folder} has no class folders: put the images of each class into a folder "
            "of its own, named as the class."
        )
    if files:
        raise _stray(files[0], "lies beside the class folders and belongs to no class")
    if len(folders) == 1:
        raise ValueError(
            f"{folder} has only one class folder, {folders[0].name!r}: a classifier "
            "needs two classes or more. Is root the right level?"
        )
    twins = Counter(path.name.casefold() for path in folders)
    if alike := [path.name for path in folders if twins[path.name.casefold()] > 1]:
        warnings.warn(
            f"the classes {', '.join(alike)} in {folder} have almost one name: are they one?", stacklevel=5
        )
    return {path.name: _images(path, ignore) for path in folders}


def _images(folder: Path, ignore: tuple[str, ...]) -> list[Path]:
    """The images in one class folder."""
    folders, files = _entries(folder, ignore)
    if folders:
        raise _stray(folders[0], "is a folder inside a class folder")
    for file in files:
        if file.exists() and not file.is_file():
            raise _stray(file, "is no file (a pipe or a device)")
        if file.suffix.lower() not in suffixes():
            raise _stray(file, "has not the suffix of an image (.jpg, .png, …)")
    if not files:
        raise ValueError(f"the class folder {folder} has no images.")
    return files


def _entries(folder: Path, ignore: tuple[str, ...]) -> tuple[list[Path], list[Path]]:
    """The folders in a folder, and its files, both sorted by name, without debris."""
    folders, files = [], []
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if not any(fnmatchcase(path.name, pattern) for pattern in DEBRIS + ignore):
            (folders if path.is_dir() else files).append(path)
    return folders, files


def _stray(path: Path, reason: str) -> ValueError:
    """The error for a path that fits nowhere, with a pattern that leaves it out."""
    pattern = path.name
    if path.is_file() and path.suffix and path.suffix.lower() not in suffixes():
        pattern = f"*{path.suffix}"
    return ValueError(f"{path} {reason}. Move it away, or leave it out by ignore=({pattern!r},) (--ignore).")
