"""Random changes that leave an image's class as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vit_tutorial.checks import check_image_size, check_not_negative

if TYPE_CHECKING:
    from torchvision.transforms import v2


def augmentation(
    image_size: int | tuple[int, int], shift: int = 0, rotate: float = 0.0, flip: bool = False
) -> v2.Compose:
    """Random changes of an image that shall not change the answer.

    Args:
        image_size: side in pixels, or (H, W), of the images.
        shift: up to so many pixels in each direction; what comes in at a side repeats the pixels of that
            side.
        rotate: up to so many degrees either way; corners that come in are black.
        flip: mirror every other image, left to right. A mirrored shirt is a shirt; a mirrored 3 is no 3.

    Returns:
        A transform of tensors of shape (C, H, W), with values from -1 to 1.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: `shift` is not in 0 … side - 1, or `rotate` is not in [0, 180].
    """
    from torchvision.transforms import v2  # here: slow to import

    size = check_image_size(image_size)
    if check_not_negative(shift, "shift") >= min(size):
        raise ValueError(
            f"shift must be smaller than the image's shorter side, {min(size)} pixels, "
            f"got {shift}. A tenth of the side is usual."
        )
    if isinstance(rotate, bool) or not isinstance(rotate, int | float):
        raise TypeError(f"rotate must be a number of degrees, got {rotate!r}.")
    if not 0 <= rotate <= 180:
        raise ValueError(f"rotate must lie between 0 and 180 degrees, got {rotate}.")
    if not isinstance(flip, bool):
        raise TypeError(f"flip must be True or False, got {flip!r}.")
    steps = [v2.RandomCrop(size, padding=shift, padding_mode="edge")] if shift else []
    if rotate:
        linear = v2.InterpolationMode.BILINEAR
        steps.append(v2.RandomRotation(rotate, linear, fill=-1.0))
    if flip:
        steps.append(v2.RandomHorizontalFlip())
    return v2.Compose(steps or [v2.Identity()])


def chain(first: Callable | None, then: Callable | None) -> Callable | None:
    """Two transforms as one; either may be missing."""
    if first is None or then is None:
        return then if first is None else first
    from torchvision.transforms import v2  # here: slow to import

    return v2.Compose([first, then])
