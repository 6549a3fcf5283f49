"""What a pre-trained model's images went through: the same has to be done to every other image."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

from PIL import Image
from torch import Tensor, nn

from vit_tutorial.checks import check_choice, check_image_size
from vit_tutorial.config import ViTConfig
from vit_tutorial.data.transforms import image_transform
from vit_tutorial.model import VisionTransformer

if TYPE_CHECKING:
    from torchvision.models import WeightsEnum

BUNDLED = "vit-fashion"
PREFIX = "torchvision/"
TORCHVISION = tuple(f"{PREFIX}vit_{size}" for size in ("b_16", "b_32", "l_16", "l_32"))
NAMES = (BUNDLED, *TORCHVISION)
NOBODY_KNOWS = (
    "nobody knows what this model's images went through in training: here they get values from -1 to 1, which may be "
    "wrong. Pass the transform that it was trained with, or set model.preprocessing."
)
UNKNOWN = "unknown"  # of a model that was trained on other values than `image_transform` gives


def transform(
    source: str | VisionTransformer, image_size: int | tuple[int, int] | None = None
) -> Callable[[Image.Image], Tensor]:
    """What an image has to go through before a pre-trained model sees it.

    Args:
        source: a name as for `load`, or a model: one that `load` gave, also with a new head, resized, or
            saved and loaded again. A model that was trained on `data.image_transform` has that.
        image_size: of the model's images; None: as the model, or the weights, have it.

    Returns:
        From an upright Pillow image, as `data.read_image` gives it, to a tensor (C, H, W).

    Raises:
        TypeError: the source is another model.
        ValueError: the name is unknown, or the size is not square where it has to be.
    """
    if isinstance(source, nn.Module):
        name, own = getattr(source, "preprocessing", None), config_of(source).image_size
    else:
        name = check_choice(source, "name", NAMES)
        own = 28 if name == BUNDLED else 224
    if name == UNKNOWN:
        warnings.warn(NOBODY_KNOWS, stacklevel=2)
    if name not in (None, UNKNOWN, *NAMES):
        raise ValueError(
            f"the model's preprocessing is {name!r}, and known are "
            f"{', '.join(map(repr, NAMES))}. Pass a transform of your own."
        )
    height, width = check_image_size(own if image_size is None else image_size)
    if name not in TORCHVISION:
        return image_transform((height, width))
    if height != width:
        raise ValueError(
            f"the images of {name} are square, this model takes {height}×{width} pixels. "
            "Pass a transform of your own, with the same mean and std."
        )
    transforms = torchvision_weights(name).transforms
    original = transforms()
    crop, resize = original.crop_size[0], original.resize_size[0]
    return transforms(crop_size=height, resize_size=round(height * resize / crop))


def torchvision_weights(name: str) -> WeightsEnum:
    """The entry of torchvision's list for a name such as "torchvision/vit_b_16"."""
    from torchvision.models import get_model_weights  # here: slow to import

    return get_model_weights(name.removeprefix(PREFIX)).IMAGENET1K_V1


def needs_own_values(model: nn.Module) -> bool:
    """Whether a model may take other values than those from -1 to 1."""
    return getattr(model, "preprocessing", None) not in (None, BUNDLED)


def config_of(model: nn.Module) -> ViTConfig:
    """What tells the size of a model's images; a TypeError if it has none."""
    config = getattr(model, "config", None)
    if not isinstance(config, ViTConfig):
        raise TypeError(
            f"{type(model).__name__} has no ViTConfig as its config, which tells the size "
            "of its images. Give a VisionTransformer, or a name."
        )
    return config
