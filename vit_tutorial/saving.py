"""Chapter 6: weights on disk: `safetensors` files that are whole or not there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from vit_tutorial.config import ViTConfig
from vit_tutorial.model import VisionTransformer

SHAPELESS = ("num_heads", "position", "pooling", "layer_norm_eps")  # no weight shows it


class CheckpointError(ValueError):
    """A file that is not what it should be; the message names it and the way out."""


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` make a file beside `path`, then give it its name in one step.

    Whenever the process is killed, `path` holds either the old file or the new one.

    Args:
        path: the file's final name; its folder is made if it is missing.
        write: writes a whole file to the path that it is given.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    try:
        write(half)
        with half.open("rb+") as file:
            os.fsync(file.fileno())  # on disk before it gets the name
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def save_model(
    model: nn.Module, path: str | Path, classes: Sequence[str] | None = None
) -> Path:
    """Write a model's weights, and what it takes to build it again, to one file.

    Args:
        model: a `VisionTransformer`; of another module only the weights are written.
        path: such as "model.safetensors"; an existing file is replaced.
        classes: the K names of the classes; None keeps those that `model.classes` has.

    Returns:
        The path.

    Raises:
        ValueError: there are not K names.
    """
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
        metadata["classes"] = json.dumps(list(classes), ensure_ascii=False)
    tensors = {  # copies: the format has no place for two names of one memory
        name: tensor.detach().cpu().contiguous().clone()
        for name, tensor in model.state_dict().items()
    }
    content = save(tensors, metadata)
    write_atomically(Path(path), lambda half: half.write_bytes(content))
    return Path(path)


def load_model(path: str | Path) -> VisionTransformer:
    """Build the model that `save_model` wrote.

    Args:
        path: the file.

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
        model = VisionTransformer(ViTConfig(**json.loads(metadata["config"])))
        classes = json.loads(metadata.get("classes", "null"))
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{path} holds weights but not the sizes of the model they belong to. Build "
            "the model yourself and use load_weights(model, path), or pour a library's "
            "weights with vit_tutorial.pretrained."
        ) from error
    _fill(model, tensors, path)
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
    _check_choices(model, metadata, path)
    _fill(model, tensors, path)


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


def _fill(model: nn.Module, tensors: dict[str, Tensor], path: str | Path) -> None:
    own = model.state_dict()
    wrong = sorted(own.keys() ^ tensors.keys())
    wrong += [n for n in own if n in tensors and own[n].shape != tensors[n].shape]
    if wrong:
        raise CheckpointError(
            f"{path} does not fit this model: {len(wrong)} names or shapes differ, the "
            f"first is {wrong[0]}. Build the model with the sizes it was saved with."
        )
    model.load_state_dict(tensors)


def _check_choices(
    model: nn.Module, metadata: dict[str, str], path: str | Path
) -> None:
    config = getattr(model, "config", None)
    try:
        theirs = ViTConfig(**json.loads(metadata["config"]))
    except (KeyError, TypeError, ValueError):
        return  # nothing is known of the model that had these weights
    for name in SHAPELESS if isinstance(config, ViTConfig) else ():
        if getattr(theirs, name) != getattr(config, name):
            raise CheckpointError(
                f"{path} is of a model with {name} = {getattr(theirs, name)!r}, this one "
                f"has {getattr(config, name)!r}: the weights would fit and mean something "
                f"else. Build the model with the same {name}."
            )
