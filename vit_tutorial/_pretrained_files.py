"""Where the weights of `pretrained.load` come from: the package, or torchvision's cache."""

from __future__ import annotations

import hashlib
import pickle
import warnings
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import torch

from vit_tutorial._download_errors import DownloadError
from vit_tutorial.model import VisionTransformer
from vit_tutorial.saving import CheckpointError, load_model

if TYPE_CHECKING:
    from torchvision.models import WeightsEnum

CONNECT = 5.0  # seconds to wait for an answer, before a download of minutes begins


def load_bundled() -> VisionTransformer:
    """The weights in this package, once their checksum is right.

    Raises:
        CheckpointError: the file is not the one that was published.
    """
    folder = files("vit_tutorial") / "assets" / "vit_fashion"
    wanted = (folder / "model.safetensors.sha256").read_text("utf8").split()[0]
    with as_file(folder / "model.safetensors") as path:
        got = _sha256(path)
        if got != wanted:
            raise CheckpointError(
                f"{path} is damaged: its sha256 is {got}, and should be {wanted}. "
                "Install the package again."
            )
        return load_model(path)


def load_torchvision(weights: WeightsEnum) -> dict[str, Any]:
    """The state dict of torchvision's weights, from its cache or else from the web.

    Raises:
        DownloadError: the file is not in the cache and can't be fetched; at once where
            there is no connection. The message says how to place it by hand.
        CheckpointError: the file in the cache is damaged.
    """
    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(weights.url).name
    if not path.is_file():
        return _fetch(weights, path)
    if not path.stem.endswith(f"-{_sha256(path)[:8]}"):
        warnings.warn(
            f"{path} is not the file that torchvision publishes: the checksum in its "
            "name is another one. It is used as it is.",
            stacklevel=4,
        )
    try:
        return weights.get_state_dict(progress=False, weights_only=True)
    except (OSError, EOFError, RuntimeError, pickle.UnpicklingError) as error:
        raise CheckpointError(
            f"{path} ({path.stat().st_size:,} bytes) can't be read: truncated, or no "
            "file of weights. Remove it; then it is downloaded again."
        ) from error


def _fetch(weights: WeightsEnum, path: Path) -> dict[str, Any]:
    """Download by torchvision, which checks the checksum; ask the server first."""
    try:
        urlopen(Request(weights.url, method="HEAD"), timeout=CONNECT).close()
        return weights.get_state_dict(check_hash=True, weights_only=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: a wrong checksum
        megabytes = weights.meta["_file_size"]
        raise DownloadError(
            f"the weights could not be downloaded ({error}). Where there is a "
            f"connection, fetch {weights.url} ({megabytes:.0f} MB) and place the file "
            f"here:\n{path}\nFrom then on no connection is needed. TORCH_HOME moves "
            'this folder; pretrained.load("vit-fashion") needs no download.'
        ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
