"""Chapters 6 and 7: ask a trained model what it sees in an image."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from vit_tutorial.checks import check_image_size, check_positive
from vit_tutorial.config import ViTConfig
from vit_tutorial.data import read_image
from vit_tutorial.pretrained import preprocessing
from vit_tutorial.training.evaluation import evaluating

AnyImage = str | Path | Image.Image | np.ndarray | Tensor
MODES = {1: "L", 3: "RGB"}  # channels of a model: how Pillow calls such an image


@dataclass(frozen=True)
class Prediction:
    """What a model says about one image.

    Attributes:
        classes: the K names of the classes.
        probabilities: of each class, shape (K,), on the CPU; their sum is 1.
    """

    classes: tuple[str, ...]
    probabilities: Tensor

    def top(self, k: int = 5) -> list[tuple[str, float]]:
        """The `k` most likely classes with their probabilities, the first one first.

        Args:
            k: how many; where there are fewer classes, all of them.

        Raises:
            TypeError: `k` is not a whole number.
            ValueError: `k` is smaller than 1.
        """
        number = min(check_positive(k, "k"), len(self.classes))
        values, indices = self.probabilities.topk(number)
        names = [self.classes[i] for i in indices.tolist()]
        return list(zip(names, values.tolist(), strict=True))


def predict(
    model: nn.Module,
    image: AnyImage,
    transform: Callable[[Image.Image], Tensor] | None = None,
) -> Prediction:
    """Classify one image of any size.

    An image is prepared as `data.image_folder` does it for validation: by
    `data.read_image` (grey for a model of one channel), then `data.image_transform`, or
    what belongs to the model's pre-trained weights (`pretrained.transform`).

    Args:
        model: with a `config`, as `VisionTransformer`; without `classes` (their names)
            they are called "class 0" and so on. Its modes are the same afterwards.
        image: a path; a Pillow image; an array of shape (H, W), (H, W, 1), (H, W, 3) or
            (H, W, 4), of uint8 or of floats from 0 to 1; or a tensor of shape (C, H, W)
            or (1, C, H, W) that is prepared already: from -1 to 1, or as the transform
            of the pre-trained weights makes it.
        transform: from a Pillow image to a tensor (C, H, W), where the model was trained
            with another one; it sets the range of values.

    Raises:
        FileNotFoundError: there is no such file.
        TypeError: the image is of another type, or the model has no `config`.
        ValueError: the file is no image, or shape or values are not allowed.
    """
    config = preprocessing.config_of(model)
    if isinstance(image, Tensor):
        own_values = transform is not None or preprocessing.needs_own_values(model)
        x = _prepared(image, config, check_range=not own_values)
    else:
        transform = transform or preprocessing.transform(model)
        x = transform(_picture(image, config.in_channels)).unsqueeze(0)
    parameter = next(model.parameters())
    with evaluating(model), torch.inference_mode():
        logits = model(x.to(parameter.device, parameter.dtype)).float().cpu()
    classes = getattr(model, "classes", None)
    if classes is None:
        classes = [f"class {i}" for i in range(logits.shape[-1])]
    return Prediction(tuple(classes), logits[0].softmax(dim=-1))


def _picture(image: AnyImage, channels: int) -> Image.Image:
    """A Pillow image with as many channels as the model takes."""
    if channels not in MODES:
        raise ValueError(
            f"images have 1 or 3 channels, the model {channels}. Pass a tensor with "
            f"{channels} channels."
        )
    if isinstance(image, np.ndarray):
        image = _from_array(image)
    if not isinstance(image, str | os.PathLike | Image.Image):
        raise TypeError(
            "an image must be a path, a Pillow image, an array or a tensor, got "
            f"{type(image).__name__}. For several images call predict for each."
        )
    return read_image(image, MODES[channels])


def _prepared(image: Tensor, config: ViTConfig, check_range: bool) -> Tensor:
    """A tensor with its batch axis, once it proves to be what the model takes."""
    shape = (config.in_channels, *check_image_size(config.image_size))
    if tuple(image.shape) not in (shape, (1, *shape)):
        raise ValueError(
            f"a tensor must have the shape that the model takes, {shape} or {(1, *shape)}, "
            f"got {tuple(image.shape)}. A path, Pillow image or array is resized."
        )
    way_out = "Pass the image itself."
    if check_range:
        way_out = "For pixels of 0 to 255: image / 127.5 - 1; or pass the image itself."
    if not image.is_floating_point():
        raise ValueError(
            f"a tensor must hold floating-point numbers, got {image.dtype}. {way_out}"
        )
    if check_range and not image.abs().max() <= 1.001:  # not: NaN is wrong, too
        raise ValueError(
            "the values of a tensor must lie between -1 (black) and 1 (white), got "
            f"{image.min():.4g} to {image.max():.4g}. {way_out}"
        )
    return image.reshape(1, *shape)


def _from_array(array: np.ndarray) -> Image.Image:
    """A Pillow image from an array with the channels last."""
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]  # (H, W, 1) -> (H, W)
    if 0 in array.shape or array.ndim < 2 or array.shape[2:] not in ((), (3,), (4,)):
        raise ValueError(
            "an array must have the shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), got "
            f"{array.shape}. Move the channels to the end by transpose(1, 2, 0)."
        )
    if np.issubdtype(array.dtype, np.floating):
        if not (array.min() >= 0 and array.max() <= 1):
            raise ValueError(
                f"floats in an array must be from 0 to 1, got {array.min():.4g} to "
                f"{array.max():.4g}. Divide values of 0 to 255 by 255."
            )
        array = np.rint(array * 255).astype(np.uint8)
    if array.dtype != np.uint8:
        raise ValueError(
            f"an array must be of uint8 (0 to 255) or of floats (0 to 1), got "
            f"{array.dtype}. Convert it by array.astype('uint8')."
        )
    return Image.fromarray(np.ascontiguousarray(array))
