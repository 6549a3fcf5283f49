"""Chapter 6: what a batch must be: images as the model takes them, and a label for each."""

from typing import Any

import torch
from torch import Tensor, nn

from vit_tutorial.checks import check_image_size
from vit_tutorial.config import ViTConfig

LARGEST = 30.0  # no usual normalisation makes a pixel larger; bytes are


def check_batch(batch: Any, model: nn.Module) -> tuple[Tensor, Tensor]:
    """A batch of a loader as (images, labels), the labels as cross-entropy takes them.

    Args:
        batch: images of shape (B, C, H, W), floats; labels: class indices of shape (B,), of any integer type, or
            probabilities of shape (B, K).
        model: where it has a `config`, C, H, W and K have to be as it says.

    Raises:
        TypeError: the batch is no pair of tensors, or its images or labels are of a type that nothing is learned from.
        ValueError: a shape or a value is not allowed; the message says which, and the way out.
    """
    pair = isinstance(batch, list | tuple) and len(batch) == 2
    if not (pair and all(isinstance(part, Tensor) for part in batch)):
        size = f" of {len(batch)}" if isinstance(batch, list | tuple | dict) else ""
        raise TypeError(
            f"a batch must be two tensors, (images, labels), got a {type(batch).__name__}{size}. Let the dataset "
            "return (image, label)."
        )
    images, labels = batch
    config = getattr(model, "config", None)
    config = config if isinstance(config, ViTConfig) else None
    _check_images(images, config, next(model.parameters()).dtype)
    return images, _checked_labels(labels, len(images), config)


def as_indices(labels: Tensor) -> Tensor:
    """The class of each image: as given, or the most probable one."""
    return labels.argmax(dim=-1) if labels.ndim == 2 else labels


def _check_images(images: Tensor, config: ViTConfig | None, kind: torch.dtype) -> None:
    if images.dtype != kind:
        whole = "images / 127.5 - 1 for pixels of 0 to 255"
        way_out = "images.float()" if images.is_floating_point() else whole
        raise TypeError(f"images must be {kind}, got {images.dtype}. Convert them in the dataset: {way_out}.")
    if config is not None:
        wanted = (config.in_channels, *check_image_size(config.image_size))
        shape = tuple(images.shape[1:])
        if shape != wanted:
            hint = "Resize them, or build another model"
            if shape == (*wanted[1:], wanted[0]):
                hint = "The channels come first: permute(0, 3, 1, 2)"
            elif shape[1:] == wanted[1:]:
                hint = f"Convert them, or build the model with in_channels={shape[0]}"
            raise ValueError(
                f"images must have the shape (B, {str(wanted)[1:]}, got {tuple(images.shape)}. {hint}."
            )
    if (largest := images.amax()) > LARGEST:
        raise ValueError(
            f"images have values up to {largest:.4g}: they look like pixels of 0 to 255. The model learns from values "
            "around -1 to 1: images / 127.5 - 1."
        )


def _checked_labels(labels: Tensor, number: int, config: ViTConfig | None) -> Tensor:
    """Class indices as int64, or probabilities, once they prove to be that."""
    k = config.num_classes if config else None
    soft = labels.ndim == 2 and labels.is_floating_point() and len(labels) == number
    if soft and k in (None, labels.shape[1]):
        if labels.min() < 0 or (labels.sum(dim=1) - 1).abs().max() > 1e-3:
            raise ValueError(
                f"labels of shape {tuple(labels.shape)} must be probabilities: at least 0, each row with the sum 1."
            )
        return labels
    whole = not (labels.is_floating_point() or labels.is_complex())
    if labels.shape != (number,) or labels.dtype == torch.bool or not whole:
        wanted = f"({number},) of whole numbers"
        wanted += f", or ({number}, {k}) of probabilities" if k else ""
        raise ValueError(
            f"labels must have the shape {wanted}, one for each image; got {tuple(labels.shape)} of {labels.dtype}."
        )
    wrong = labels[(labels < 0) | (labels >= k)] if k else labels[labels < 0]
    if len(wrong):
        known = f"0 to {k - 1}, as the model has {k} classes" if k else "0 and more"
        raise ValueError(f"a label is {wrong[0]}; class indices count from 0: {known}.")
    return labels.long()
