"""Chapter 6: weights on disk: `safetensors` files that are whole or not there."""

import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from secrets import token_hex
from time import sleep

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from vit_tutorial.checks import check_image_size
from vit_tutorial.config import ViTConfig
from vit_tutorial.model import VisionTransformer
from vit_tutorial.wrapped import unwrap

# What no weight shows:
SHAPELESS = ("image_size", "num_heads", "position", "pooling", "layer_norm_eps")


class CheckpointError(ValueError):
    """A file that is not what it should be; the message names it and the way out."""


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` make a file at the path that it is given, then rename it to `path`.

    Whenever the process is killed, `path` holds either the old file or the new one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # No link waits under a name that nobody knows.
    half = path.with_name(f".{path.name}.{token_hex(4)}.half")
    try:
        write(half)
        with half.open("rb+") as file:
            os.fsync(file.fileno())  # on disk before it gets the name
        for wait in (0.1, 0.5, 2):  # on Windows a virus scanner may hold the old file
            with suppress(PermissionError):
                half.replace(path)
                return
            sleep(wait)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def save_model(
    model: nn.Module, path: str | Path, classes: Sequence[str] | None = None
) -> Path:
    """Write a model's weights, and what it takes to build it again, to one file.

    Args:
        model: a `VisionTransformer`, compiled or wrapped or not; of another module only
            the weights are written.
        path: such as "model.safetensors"; an existing file is replaced.
        classes: the K names of the classes; None keeps those that `model.classes` has.

    Returns:
        The path.

    Raises:
        ValueError: there are not K names.
    """
    model = unwrap(model)
    classes = getattr(model, "classes", None) if classes is None else classes
    config = getattr(model, "config", None)
    metadata = {"format": "pt"}
    if isinstance(config, ViTConfig):
        if classes is not None and len(classes) != config.num_classes:
            raise ValueError(
                f"{len(classes)} class names for a model of {config.num_classes} "
                "classes. Give one name for each output of the head, in their order."
            )
        metadata["config"] = json.dumps(asdict(config), default=int)  # NumPy's numbers
    if getattr(model, "preprocessing", None) is not None:
        metadata["preprocessing"] = model.preprocessing
    if classes is not None:
        metadata["classes"] = json.dumps(list(map(str, classes)), ensure_ascii=False)
    tensors = {  # copies: the format has no place for two names of one memory
        name: tensor.detach().cpu().contiguous().clone()
        for name, tensor in model.state_dict().items()
    }
    content = save(tensors, metadata)
    write_atomically(Path(path), lambda half: half.write_bytes(content))
    return Path(path)


def load_model(path: str | Path) -> VisionTransformer:
    """Build the model that `save_model` wrote.

    Returns:
        The model, in eval mode, on the CPU; its `classes` are the names, or None, and
        its `preprocessing` is what `pretrained.load` gave it, or None.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: the file is truncated, of another kind, or does not describe a
            `VisionTransformer`.
    """
    tensors, metadata = read_tensors(path)
    try:
        config = ViTConfig(**json.loads(metadata["config"]))
        if config.depth > len(tensors):
            raise ValueError(f"{config.depth} blocks in {len(tensors)} tensors")
        with torch.device("meta"):  # no memory for what the file may only claim
            _check_fit(VisionTransformer(config), tensors, path)
        classes = json.loads(metadata.get("classes", "null"))
    except CheckpointError:
        raise
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"{path} holds weights but not the sizes of the model they belong to. Build "
            "the model yourself and use load_weights(model, path), or pour a library's "
            "weights with vit_tutorial.pretrained."
        ) from error
    model = VisionTransformer(config)
    model.load_state_dict(tensors)
    model.classes = None if classes is None else tuple(classes)
    model.preprocessing = metadata.get("preprocessing")
    return model.eval()


def load_weights(model: nn.Module, path: str | Path) -> None:
    """Fill a model with the weights of a file.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: the file is truncated or of another kind, or a name or shape
            differs from the model's, or its heads; the model keeps its weights.
    """
    tensors, metadata = read_tensors(path)
    model = unwrap(model)
    _check_choices(model, metadata, path)
    _check_fit(model, tensors, path)
    model.load_state_dict(tensors)


def read_tensors(path: str | Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors and the metadata of a safetensors file; errors as `load_model`."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}. Save a model there first.")
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return tensors, dict(file.metadata() or {})
    except (SafetensorError, ValueError) as error:
        raise CheckpointError(
            f"{path} is no whole safetensors file ({error}): truncated, or of another "
            f"kind ({path.stat().st_size:,} bytes). Copy or save it again."
        ) from error


def _check_fit(model: nn.Module, tensors: dict[str, Tensor], path: str | Path) -> None:
    own = model.state_dict()
    wrong = sorted(own.keys() ^ tensors.keys())
    wrong += [n for n in own if n in tensors and own[n].shape != tensors[n].shape]
    if wrong:
        raise CheckpointError(
            f"{path} does not fit this model: {len(wrong)} names or shapes differ, the "
            f"first is {wrong[0]}. Build the model with the sizes it was saved with."
        )
    for name, tensor in tensors.items():
        sound = tensor.is_floating_point() == own[name].is_floating_point()
        if not (sound and tensor.isfinite().all()):
            raise CheckpointError(
                f"{path}: {name} ({tensor.dtype}) does not hold finite floating-point "
                "numbers. Save a sound model."
            )


def _check_choices(
    model: nn.Module, metadata: dict[str, str], path: str | Path
) -> None:
    config = getattr(model, "config", None)
    try:
        theirs = ViTConfig(**json.loads(metadata["config"]))
    except (KeyError, TypeError, ValueError):
        return  # nothing is known of the model that had these weights
    if not isinstance(config, ViTConfig):
        return
    said = [asdict(each) | {"image_size": _grid_of(each)} for each in (theirs, config)]
    for name in SHAPELESS:
        if said[0][name] != said[1][name]:
            raise CheckpointError(
                f"{path} is of a model with {name} = {said[0][name]!r}, this one has {said[1][name]!r}: the weights "
                f"would fit and mean something else. Build the model with the same {name}."
            )


def _grid_of(config: ViTConfig) -> tuple[int, int] | None:
    """The image size that positions belong to; without positions any will do."""
    return None if config.position == "none" else check_image_size(config.image_size)
