"""Where the weights of `pretrained.load` come from: the package, or torchvision's cache."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import torch

from vit_tutorial.data.downloads import DownloadError, sha256_of
from vit_tutorial.model import VisionTransformer
from vit_tutorial.saving import CheckpointError, load_model

if TYPE_CHECKING:
    from torchvision.models import WeightsEnum

CONNECT = 5.0  # seconds to wait for an answer, before a download of minutes begins


def load_bundled() -> VisionTransformer:
    """The weights in this package, once their checksum is right.

    Raises:
        CheckpointError: the file is missing, or not the one that was published.
    """
    folder = files("vit_tutorial") / "assets" / "vit_fashion"
    try:
        line = (folder / "model.safetensors.sha256").read_text("utf8")
        with as_file(folder / "model.safetensors") as path:
            got, wanted = sha256_of(path), line.partition(" ")[0].strip()
            if got != wanted:
                raise CheckpointError(
                    f"{path} is damaged: its sha256 is {got}, and should be "
                    f"{wanted or 'known'}. Install the package again."
                )
            return load_model(path)
    except FileNotFoundError as error:
        raise CheckpointError(
            f"{error.filename} is missing. Install the package again."
        ) from error


def load_torchvision(
    weights: WeightsEnum, pour: Callable[[dict[str, Any]], VisionTransformer]
) -> VisionTransformer:
    """A model of torchvision's weights, from its cache or else from the web.

    Args:
        weights: the entry of torchvision's list.
        pour: from their state dict to a model.

    Raises:
        DownloadError: the file is not in the cache and can't be fetched; at once where
            there is no connection. The message says how to place it by hand.
        CheckpointError: the file in the cache is damaged, or holds something else.
    """
    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(weights.url).name
    if not path.is_file():
        return pour(_fetch(weights, path))
    if not path.stem.endswith(f"-{sha256_of(path)[:8]}"):
        warnings.warn(
            f"{path} is not the file that torchvision publishes: the checksum in its "
            "name is another one. It is used as it is.",
            stacklevel=3,  # at the line that calls pretrained.load
        )
    file = f"{path} ({path.stat().st_size:,} bytes)"
    way_out = "Remove it; then it is downloaded again."
    try:
        entries = weights.get_state_dict(map_location="cpu", weights_only=True)
    except Exception as error:  # whatever reading a damaged pickle may raise
        raise CheckpointError(
            f"{file} can't be read: truncated, or no file of weights. {way_out}"
        ) from error
    try:
        model, classes = pour(entries), len(weights.meta["categories"])
        if model.config.num_classes != classes:
            raise ValueError(f"{model.config.num_classes} classes, not {classes}")
    except (AttributeError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{file} holds something else than {weights}: {error}. {way_out}"
        ) from error
    return model


def _fetch(weights: WeightsEnum, path: Path) -> dict[str, Any]:
    """Download by torchvision, which checks the checksum; ask the server first."""
    try:
        with suppress(HTTPError):  # it may refuse this question, and yet send the file
            urlopen(Request(weights.url, method="HEAD"), timeout=CONNECT).close()
        return weights.get_state_dict(check_hash=True, weights_only=True)
    except (OSError, HTTPException, RuntimeError) as error:  # the last: wrong checksum
        megabytes = weights.meta["_file_size"] * 1.048576  # torchvision counts in MiB
        raise DownloadError(
            f"the weights could not be downloaded ({error}). Where there is a "
            f"connection, fetch {weights.url} ({megabytes:.0f} MB) and place the file "
            f"here:\n{path}\nFrom then on no connection is needed. TORCH_HOME moves "
            'this folder; pretrained.load("vit-fashion") needs no download.'
        ) from error
