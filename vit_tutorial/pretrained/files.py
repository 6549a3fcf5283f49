"""Trained weights by name: they lie in the package, or in torchvision's cache."""

from __future__ import annotations

import warnings
from contextlib import suppress
from http.client import HTTPException
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import torch

from vit_tutorial.checks import check_choice
from vit_tutorial.data.downloads import DownloadError, sha256_of
from vit_tutorial.model import VisionTransformer
from vit_tutorial.pretrained.preprocessing import BUNDLED, NAMES, torchvision_weights
from vit_tutorial.pretrained.sources import from_timm, from_torchvision
from vit_tutorial.saving import CheckpointError, load_model

if TYPE_CHECKING:
    from torchvision.models import WeightsEnum

TIMM = "timm:"
CONNECT = 5.0  # seconds to wait for an answer, before a download of minutes begins


def load(name: str) -> VisionTransformer:
    """Trained weights by name, ready to predict or to be fine-tuned.

    Args:
        name: "vit-fashion": 28×28 grey images of clothes, ten classes, in this package; its checksum is
            verified. Or torchvision's weights for ImageNet's 1,000 classes, 224×224 colours:
            "torchvision/vit_b_16" (346 MB), "…/vit_b_32", "…/vit_l_16" or "…/vit_l_32"; they lie in
            torchvision's cache, or are downloaded there, and torchvision verifies the checksum. Or "timm:NAME",
            a Vision Transformer of the package timm, which fetches it; its preprocessing is then unknown.

    Returns:
        A float32 model in eval mode on the CPU, with the names of its classes as `classes`; its
        `preprocessing` is the name, by which `transform` and `predict` know what its images have to go
        through.

    Raises:
        ValueError: the name is unknown.
        ModuleNotFoundError: timm is not installed.
        DownloadError: the weights are not here and can't be fetched (an `OSError`); the message says how to
            place the file by hand.
        CheckpointError: the file is damaged, or holds something else.
    """
    if str(name).startswith(TIMM):
        import timm  # here: not everybody has it

        return from_timm(timm.create_model(name.removeprefix(TIMM), pretrained=True)).float().eval()
    check_choice(name, "name", NAMES)
    model = _load_bundled() if name == BUNDLED else _load_torchvision(name)
    model.preprocessing = name
    return model.float().eval()


def _load_bundled() -> VisionTransformer:
    """The weights in this package, once their checksum is right."""
    folder = files("vit_tutorial") / "assets" / "vit_fashion"
    wanted = (folder / "model.safetensors.sha256").read_text("utf8").partition(" ")[0].strip()
    with as_file(folder / "model.safetensors") as path:
        got = sha256_of(path)
        if got != wanted:
            raise CheckpointError(
                f"{path} is damaged: its sha256 is {got}, and should be {wanted}. Install the package again."
            )
        return load_model(path)


def _load_torchvision(name: str) -> VisionTransformer:
    """A model of torchvision's weights and classes, from its cache or the web."""
    weights = torchvision_weights(name)
    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(weights.url).name
    model = _read_cached(weights, path) if path.is_file() else from_torchvision(_fetch(weights, path))
    model.classes = tuple(weights.meta["categories"])
    return model


def _read_cached(weights: WeightsEnum, path: Path) -> VisionTransformer:
    """A model of the file in the cache, if it is what its name says."""
    if not path.stem.endswith(f"-{sha256_of(path)[:8]}"):
        warnings.warn(
            f"{path} is not the file that torchvision publishes: the checksum in its "
            "name is another one. It is used as it is.",
            stacklevel=4,  # at the line that calls pretrained.load
        )
    try:
        entries = weights.get_state_dict(map_location="cpu", weights_only=True)
        model, classes = from_torchvision(entries), len(weights.meta["categories"])
        if model.config.num_classes != classes:
            raise ValueError(f"{model.config.num_classes} classes, not {classes}")
    except Exception as error:  # whatever reading a damaged pickle may raise
        raise CheckpointError(
            f"{path} ({path.stat().st_size:,} bytes) is truncated, or something else than {weights}. "
            "Remove it; then it is downloaded again."
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
