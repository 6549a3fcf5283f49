"""Read the original authors' .npz files, without running anything in them."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor


def read_npz(path: str | Path) -> dict[str, Tensor]:
    """Read all arrays of an .npz file, without pickle: no code in it is run."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise
    except Exception as error:  # whatever reading a damaged file may raise
        raise ValueError(
            f"cannot read {path} as an .npz file of arrays: {error}. It may be cut short, "
            "of another kind, or hold pickled objects, which are never run: fetch it again."
        ) from error
    for name, array in arrays.items():
        if array.dtype not in (np.float16, np.float32, np.float64):
            raise ValueError(
                f"the file {path} has an array of no floating-point numbers: {name} ({array.dtype})."
            )
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def turn(name: str, entry: Tensor) -> Tensor:
    """Turn a JAX kernel the way PyTorch's layers have it."""
    if name == "embedding/kernel":
        return entry.permute(3, 2, 0, 1)  # (P, P, C, D) -> (D, C, P, P)
    if name.endswith("/out/kernel"):
        return entry.flatten(0, 1).T  # (h, D_h, D) -> (D, h·D_h)
    if name.endswith(("/query/kernel", "/key/kernel", "/value/kernel")):
        return entry.flatten(1).T  # (D, h, D_h) -> (h·D_h, D)
    if name.endswith(("/query/bias", "/key/bias", "/value/bias")):
        return entry.flatten()  # (h, D_h) -> (h·D_h,)
    return entry.T if name.endswith("/kernel") else entry
