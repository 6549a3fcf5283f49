"""The command line's options: one for each attribute of the classes that hold settings."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Callable
from dataclasses import Field, dataclass, fields
from typing import Any, get_type_hints

from vit_tutorial.checks import check_positive
from vit_tutorial.config import ViTConfig
from vit_tutorial.data.augment import check_augmentation
from vit_tutorial.training.recipe import Recipe


@dataclass(frozen=True)
class DataSettings:
    """Which images, and how many at a time.

    Attributes:
        name: "fashion-mnist" (10,000 images for training, in this package),
            "fashion-mnist-full" (55,000), "digits" (scikit-learn's), or a folder with
            one folder of images for each class.
        root: folder of the full Fashion-MNIST's files; None: they are searched for.
        batch_size: images in a batch, for each process that torchrun starts.
        shift: in training, move each image by up to so many pixels in each direction.
        rotate: in training, turn each image by up to so many degrees either way.
        flip: in training, mirror every other image, left to right.
    """

    name: str
    root: str | None = None
    batch_size: int = 64
    shift: int = 0
    rotate: float = 0.0
    flip: bool = False

    def __post_init__(self) -> None:
        check_augmentation(self.shift, self.rotate, self.flip)
        _check_text(self.name, "data.name")
        _check_text(self.root or "", "data.root")
        check_positive(self.batch_size, "batch_size")


@dataclass(frozen=True)
class Machine:
    """What computes; a resumed run may have another.

    Attributes:
        device: such as "cpu" or "cuda"; None: a GPU if there is one.
        num_workers: processes that read images beside each one that trains.
    """

    device: str | None = None
    num_workers: int = 0

    def __post_init__(self) -> None:
        _check_text(self.device or "", "machine.device")
        if self.num_workers != 0:
            check_positive(self.num_workers, "num_workers")


SECTIONS = {
    "data": DataSettings,
    "model": ViTConfig,
    "recipe": Recipe,
    "machine": Machine,
}
FLAGS = {"data.name": "--data"}  # all others are called as their attribute
SOURCE = ("name", "root", "batch_size")  # of the images, and not what becomes of them
FROM_MODEL = ("patch_size", "embed_dim", "depth", "num_heads", "mlp_dim")
OTHER_DEFAULTS = {
    "data.name": "needed for a new run",
    "model.image_size": "default: 28, or 224 for a folder and a model of the paper",
    "model.in_channels": "default: 3 for a folder, else 1",
    **{f"model.{name}": "default: as --model says" for name in FROM_MODEL},
}
PLACEHOLDERS = {"data.name": "NAME", "data.root": "FOLDER", "machine.device": "NAME"}


def whole(text: str) -> int:
    """A whole number from the command line."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be a whole number, got {text!r}"
        ) from None


def number(text: str) -> float:
    """A number from the command line."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, got {text!r}") from None


def number_or_none(text: str) -> float | None:
    """A number, or the word "none"."""
    return None if text.lower() == "none" else number(text)


def word_or_none(text: str) -> str | None:
    """A word, or None for the word "none"."""
    return None if text.lower() == "none" else text


def size(text: str) -> int | tuple[int, int]:
    """Pixels: one side, or height and width as in 160x224."""
    sides = [whole(side) for side in text.lower().split("x")]
    if len(sides) > 2:
        raise argparse.ArgumentTypeError(
            f"must be one side or HEIGHTxWIDTH in pixels, got {text!r}"
        )
    return sides[0] if len(set(sides)) == 1 else (sides[0], sides[1])


CONVERTERS: dict[Any, tuple[Callable[[str], Any], str]] = {
    int: (whole, "N"),
    float: (number, "X"),
    float | None: (number_or_none, "X"),
    str: (str, "WORD"),
    str | None: (word_or_none, "WORD"),
    int | tuple[int, int]: (size, "SIZE"),
}


def add_options(group: argparse._ActionsContainer, section: str, *only: str) -> None:
    """Give a group of a parser one option for each attribute of a section's class.

    What the command line holds arrives under "section.attribute"; what it does not
    hold is not there at all.

    Args:
        group: of a command's parser.
        section: a key of `SECTIONS`.
        *only: these attributes; without any, all that a user can choose.
    """
    cls = SECTIONS[section]
    texts, types = attribute_texts(cls), get_type_hints(cls)
    for field in fields(cls):
        key = f"{section}.{field.name}"
        if key == "model.num_classes" or (only and field.name not in only):
            continue  # the images decide how many classes there are
        flag = FLAGS.get(key, f"--{field.name.replace('_', '-')}")
        text = _help(texts.get(field.name, ""), key, field)
        group.add_argument(
            flag, dest=key, default=argparse.SUPPRESS, help=text, **_kind(types, key)
        )


def attribute_texts(cls: type) -> dict[str, str]:
    """What a class's docstring says about each attribute, on one line."""
    section = (inspect.getdoc(cls) or "").partition("Attributes:\n")[2]
    paragraph = section.partition("\n\n")[0]
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", paragraph, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}


def given(arguments: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """The options that the command line holds, by section."""
    found: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for key, value in vars(arguments).items():
        section, dot, name = key.partition(".")
        if dot:
            found[section][name] = value
    return found


def _kind(types: dict[str, Any], key: str) -> dict[str, Any]:
    """How argparse reads the value of an option."""
    kind = types[key.partition(".")[2]]
    if kind is bool:
        return {"action": argparse.BooleanOptionalAction}
    convert, placeholder = CONVERTERS[kind]
    return {"type": convert, "metavar": PLACEHOLDERS.get(key, placeholder)}


def _check_text(value: str, name: str) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text (str), got {value!r}.")


def _help(text: str, key: str, field: Field) -> str:
    default = "none" if field.default is None else field.default
    default = "no" if default is False else default
    remark = OTHER_DEFAULTS.get(key, f"default: {default}")
    text = re.sub(r"\bNone\b", '"none"', text.removesuffix("."))
    return f"{text} ({remark})".replace("%", "%%")  # argparse fills in values at a %
