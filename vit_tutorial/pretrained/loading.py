"""Trained weights by name, and what their images have to go through."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image
from torch import Tensor, nn

from vit_tutorial.checks import check_choice
from vit_tutorial.model import VisionTransformer
from vit_tutorial.pretrained.files import load_bundled, load_torchvision
from vit_tutorial.pretrained.preprocessing import (
    BUNDLED,
    NAMES,
    name_and_size,
    torchvision_weights,
    transform_of,
)
from vit_tutorial.pretrained.sources import from_torchvision


def load(name: str) -> VisionTransformer:
    """Trained weights by name, ready to predict or to be fine-tuned.

    Args:
        name: "vit-fashion": 28×28 grey images of clothes, ten classes, in this package;
            its checksum is verified. Or torchvision's weights for ImageNet's 1,000
            classes, 224×224 colours: "torchvision/vit_b_16" (346 MB), "…/vit_b_32",
            "…/vit_l_16" or "…/vit_l_32"; they lie in torchvision's cache, or are
            downloaded there, and torchvision verifies the checksum.

    Returns:
        A float32 model in eval mode on the CPU, with the names of its classes as
        `classes`; its `preprocessing` is the name, by which `transform` and `predict`
        know what its images have to go through.

    Raises:
        ValueError: the name is unknown.
        DownloadError: the weights are not here and can't be fetched (an `OSError`); the
            message says how to place the file by hand.
        CheckpointError: the file is damaged, or holds something else.
    """
    check_choice(name, "name", NAMES)
    if name == BUNDLED:
        model = load_bundled()
    else:
        weights = torchvision_weights(name)
        model = load_torchvision(weights, from_torchvision)
        model.classes = tuple(weights.meta["categories"])
    model.preprocessing = name
    return model.float().eval()


def transform(
    source: str | VisionTransformer, image_size: int | tuple[int, int] | None = None
) -> Callable[[Image.Image], Tensor]:
    """What an image has to go through before a pre-trained model sees it.

    Args:
        source: a name as for `load`, or a model: one that `load` gave, also with a new
            head, resized, or saved and loaded again. A model that was trained on
            `data.image_transform` has that.
        image_size: of the model's images; None: as the model, or the weights, have it.

    Returns:
        From an upright Pillow image, as `data.read_image` gives it, to a tensor
        (C, H, W).

    Raises:
        TypeError: the source is another model.
        ValueError: the name is unknown, or the size is not square where it has to be.
    """
    if isinstance(source, nn.Module):
        name, own = name_and_size(source)
    else:
        name = check_choice(source, "name", NAMES)
        own = 28 if name == BUNDLED else 224
    return transform_of(name, own if image_size is None else image_size)
