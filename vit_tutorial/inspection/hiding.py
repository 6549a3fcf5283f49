"""What changes in the answer when patches are hidden: the test that a heat map must pass."""

from collections.abc import Iterable

import torch
from torch import Tensor

from vit_tutorial.checks import check_not_negative
from vit_tutorial.model import VisionTransformer
from vit_tutorial.patches import patchify, unpatchify
from vit_tutorial.training.evaluation import evaluating


def hide_patches(images: Tensor, hidden: Tensor, patch_size: int, fill: Tensor | float = -1.0) -> Tensor:
    """Put something else in the place of some patches.

    Args:
        images: shape (B, C, H, W).
        hidden: which patches, shape (B, N), boolean.
        patch_size: P, which divides H and W.
        fill: what stands there instead: a number (-1 is black), or images of a shape
            that can be expanded to that of `images`, such as a mean or blurred ones.

    Returns:
        New images, shape (B, C, H, W).

    Raises:
        TypeError: `images` is no tensor.
        ValueError: P does not divide H and W, or `hidden` has another shape.
    """
    patches = patchify(images, patch_size)  # (B, N, C·P·P)
    if tuple(hidden.shape) != tuple(patches.shape[:2]) or hidden.dtype != torch.bool:
        raise ValueError(
            f"hidden must be boolean, of shape {tuple(patches.shape[:2])}, one for each "
            f"patch, got {hidden.dtype} of {tuple(hidden.shape)}."
        )
    instead = torch.as_tensor(fill).to(images).expand_as(images)
    mixed = torch.where(hidden[..., None], patchify(instead, patch_size), patches)
    return unpatchify(mixed, patch_size, tuple(images.shape[2:]))


def occlusion(
    model: VisionTransformer, images: Tensor, fill: Tensor | float = -1.0, targets: Tensor | None = None
) -> Tensor:
    """Hide one patch at a time, and see how far the answer's probability falls.

    Args:
        model: any `VisionTransformer`; it is asked in eval mode, N times, and left as it was.
        images: shape (B, C, H, W).
        fill: as for `hide_patches`.
        targets: the class to watch for each image, shape (B,); None: the answers.

    Returns:
        Probability before minus probability after, shape (B, N).

    Source:
        Zeiler and Fergus 2014, section 4.2.
    """
    config, b = model.config, len(images)
    with evaluating(model), torch.no_grad():
        before = model(images).softmax(dim=-1)
        targets = before.argmax(dim=-1) if targets is None else targets
        falls = []
        for i in range(config.num_patches):
            hidden = torch.zeros(b, config.num_patches, dtype=torch.bool, device=images.device)
            hidden[:, i] = True
            after = model(hide_patches(images, hidden, config.patch_size, fill)).softmax(dim=-1)
            falls.append((before - after).gather(1, targets[:, None]))
    return torch.cat(falls, dim=1)


def deletion_curve(
    model: VisionTransformer,
    images: Tensor,
    scores: Tensor,
    counts: Iterable[int],
    fill: Tensor | float = -1.0,
    insertion: bool = False,
) -> Tensor:
    """Hide the patches with the highest scores, and see whether the answer stays.

    A heat map that says what matters has a curve that falls early; as an insertion,
    where these patches alone are shown, one that rises early.

    Args:
        model: any `VisionTransformer`; it is asked in eval mode, and left as it was.
        images: shape (B, C, H, W).
        scores: what each patch is worth, shape (B, N); of equal ones, the earlier patch goes first.
        counts: how many patches are hidden (insertion: shown), each from 0 to N.
        fill: as for `hide_patches`.
        insertion: show these patches and hide all others.

    Returns:
        Whether the answer is that of the whole image, shape (len(counts), B), boolean.

    Raises:
        ValueError: a count or the scores do not fit the patches.

    Source:
        Petsiuk, Das and Saenko 2018, section 3.3, who follow the probability.
    """
    shape = (len(images), model.config.num_patches)
    if tuple(scores.shape) != shape:
        raise ValueError(f"scores must have shape {shape}, one for each patch, got {tuple(scores.shape)}.")
    order = scores.argsort(dim=1, descending=True, stable=True)
    rank = order.argsort(dim=1)  # 0 for the patch with the highest score
    kept = []
    with evaluating(model), torch.no_grad():
        answers = model(images).argmax(dim=-1)
        for count in counts:
            if check_not_negative(count, "a count") > shape[1]:
                raise ValueError(f"a count must be at most {shape[1]}, all patches there are, got {count}.")
            hidden = rank >= count if insertion else rank < count
            changed = hide_patches(images, hidden, model.config.patch_size, fill)
            kept.append(model(changed).argmax(dim=-1) == answers)
    return torch.stack(kept)
