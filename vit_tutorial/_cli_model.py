"""The model that the command line asks for: a name, sizes, and what fits to the images."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vit_tutorial._cli_options import FROM_MODEL
from vit_tutorial.config import VARIANTS, ViTConfig

DEFAULT_MODEL = "small"
SMALL_MODELS = {  # for images of 28×28
    "small": dict(zip(FROM_MODEL, (7, 64, 4, 4, 128), strict=True)),
    "medium": dict(zip(FROM_MODEL, (4, 128, 6, 4, 256), strict=True)),
}
MODELS = (
    *SMALL_MODELS,
    *(
        f"ViT-{size}/{patch}"
        for size, (_, sides) in VARIANTS.items()
        for patch in sides
    ),
)
GREY = ("fashion-mnist", "fashion-mnist-full", "digits")  # data sets of one channel


def named_sizes(name: str) -> dict[str, int]:
    """The sizes of a model that has a name, but for the image size.

    Raises:
        ValueError: the name is unknown.
    """
    if name in SMALL_MODELS:
        return SMALL_MODELS[name]
    if name not in MODELS:
        raise ValueError(f"unknown model {name!r}. Known: {', '.join(MODELS)}.")
    variant = ViTConfig.named(name)
    return {size: getattr(variant, size) for size in FROM_MODEL}


def complete_model(layers: list[dict[str, Any]], data: str) -> dict[str, Any]:
    """All attributes of a `ViTConfig` but `num_classes`, fitting to the images.

    Args:
        layers: attributes from several sources, of which a later one wins; in each a
            "name" stands for the sizes of that model.
        data: name of the images, or their folder.

    Raises:
        ValueError: a value is of the wrong type, or not allowed.
    """
    name, sizes = DEFAULT_MODEL, dict(SMALL_MODELS[DEFAULT_MODEL])
    for layer in layers:
        name = layer.get("name", name)
        sizes |= expand(layer)
    small = data in GREY or name in SMALL_MODELS
    defaults = {
        "image_size": 28 if small else 224,
        "in_channels": 1 if data in GREY else 3,
    }
    try:
        full = asdict(ViTConfig(**(defaults | sizes)))
    except TypeError as error:  # from JSON, such as "depth": "four"
        raise ValueError(str(error)) from error
    check_fits(full, data)
    return {name: value for name, value in full.items() if name != "num_classes"}


def expand(layer: dict[str, Any]) -> dict[str, Any]:
    """The same attributes, with those that the model's name stands for."""
    named = named_sizes(layer["name"]) if "name" in layer else {}
    return named | {name: value for name, value in layer.items() if name != "name"}


def check_fits(sizes: dict[str, Any], data: str) -> None:
    """Check that a model of these sizes takes these images.

    Raises:
        ValueError: it does not.
    """
    channels, side = sizes["in_channels"], sizes["image_size"]
    allowed = (1,) if data in GREY else (1, 3)
    if channels not in allowed:
        numbers = " or ".join(map(str, allowed))
        raise ValueError(
            f"{data} has images of {numbers} channels, the model's in_channels are "
            f"{channels}. Choose a model, or images, that fit."
        )
    if data.startswith("fashion-mnist") and side not in (28, (28, 28)):
        raise ValueError(
            f"{data} has images of 28×28 pixels, the model's image_size is {side}. "
            "Choose a model, or images, that fit."
        )
