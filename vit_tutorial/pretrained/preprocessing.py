"""What a pre-trained model's images went through: the same has to be done to every other image."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PIL import Image
from torch import Tensor, nn

from vit_tutorial.checks import check_image_size
from vit_tutorial.config import ViTConfig
from vit_tutorial.data.transforms import image_transform

if TYPE_CHECKING:
    from torchvision.models import WeightsEnum

BUNDLED = "vit-fashion"
PREFIX = "torchvision/"
TORCHVISION = tuple(f"{PREFIX}vit_{size}" for size in ("b_16", "b_32", "l_16", "l_32"))
NAMES = (BUNDLED, *TORCHVISION)


def torchvision_weights(name: str) -> WeightsEnum:
    """The entry of torchvision's list for a name such as "torchvision/vit_b_16"."""
    from torchvision.models import get_model_weights  # here: slow to import

    return get_model_weights(name.removeprefix(PREFIX)).IMAGENET1K_V1


def needs_own_values(model: nn.Module) -> bool:
    """Whether a model may take other values than those from -1 to 1."""
    return getattr(model, "preprocessing", None) not in (None, BUNDLED)


def name_and_size(model: nn.Module) -> tuple[str | None, int | tuple[int, int]]:
    """What `transform_of` needs to know of a model.

    Raises:
        TypeError: the model has no `config`.
    """
    config = getattr(model, "config", None)
    if not isinstance(config, ViTConfig):
        raise TypeError(
            f"{type(model).__name__} has no ViTConfig as its config, which tells the size "
            "of its images. Give a VisionTransformer, or a name."
        )
    return getattr(model, "preprocessing", None), config.image_size


def transform_of(
    name: str | None, image_size: int | tuple[int, int]
) -> Callable[[Image.Image], Tensor]:
    """The transform of a pre-trained model, for images of a size.

    Args:
        name: of the model; None for one that was trained on `data.image_transform`.
        image_size: side in pixels, or (H, W), of what the model takes.

    Raises:
        ValueError: the name is unknown, or torchvision's transform, which makes squares,
            can't make images of that size.
    """
    if name not in (None, *NAMES):
        raise ValueError(
            f"the model's preprocessing is {name!r}, and known are "
            f"{', '.join(map(repr, NAMES))}. Pass a transform of your own."
        )
    height, width = check_image_size(image_size)
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
