"""Images of a folder shared out to training, validation and test; each class alike."""

from __future__ import annotations

import numpy as np

from vit_tutorial.data.folder_scan import Files


def share_out(
    files: dict[str, Files], val_share: float, test_share: float, seed: int
) -> dict[str, Files]:
    """The files of "train", "val" and "test", drawn by a seed where they are not given.

    Args:
        files: what `scan` has found.
        val_share, test_share: shares of each class; at least one image of it is taken.
        seed: fixes which.

    Raises:
        ValueError: a share is not in (0, 1), both leave nothing for training, or a class
            has too few images; the message names its folder.
    """
    for name, share in (("val_share", val_share), ("test_share", test_share)):
        if not 0 < share < 1:
            raise ValueError(
                f"{name} must lie between 0 and 1: the share of each class's images that "
                f"are kept from training, got {share}."
            )
    generator = np.random.default_rng(seed)
    if "all" in files:
        if val_share + test_share >= 1:
            raise ValueError(
                f"val_share {val_share} and test_share {test_share} leave no images for "
                "training: their sum must be smaller than 1."
            )
        shares = {"test": test_share, "val": val_share}
        return _draw(files["all"], "train", shares, generator)
    if "val" not in files:
        return files | _draw(files["train"], "train", {"val": val_share}, generator)
    return files


def _draw(
    files: Files, rest: str, shares: dict[str, float], generator: np.random.Generator
) -> dict[str, Files]:
    """Take a share of each class for each split; what remains is the split `rest`."""
    splits: dict[str, Files] = {split: {} for split in (rest, *shares)}
    for name, paths in files.items():
        numbers = [max(1, round(len(paths) * share)) for share in shares.values()]
        if sum(numbers) >= len(paths):
            raise ValueError(
                f"the class folder {paths[0].parent} has too few images, {len(paths)}: "
                f"{sum(numbers)} of them for {' and '.join(shares)} leave none for "
                "training. Add images, or choose smaller shares."
            )
        order = generator.permutation(len(paths))
        parts = np.split(order, np.cumsum(numbers))
        for split, part in zip((*shares, rest), parts, strict=True):
            splits[split][name] = [paths[i] for i in sorted(part)]
    return splits
