"""Exercise 10.1, which patches stay visible: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def random_masking(noise, kept):
    order = noise.argsort(dim=1)  # (B, N): places, the smallest noise first
    restore = order.argsort(dim=1)  # (B, N): where in that order a place stands
    return order[:, :kept], restore


exercise = Exercise(
    "10.1",
    random_masking,
    cases=lambda: [
        (random_tensor(3, 7, seed=0), 2),
        (random_tensor(1, 5, seed=1), 4),
        (random_tensor(4, 4, seed=2), 1),
        (random_tensor(2, 9, seed=3), 9),
    ],
)


def _random_masking(
    noise,
    kept,
    *,
    axis=1,
    descending=False,
    inverse=True,
    rank=False,
    in_order=False,
    last=False,
    same=False,
):
    noise = noise[:1].expand_as(noise) if same else noise
    order = noise.argsort(dim=axis, descending=descending)
    restore = order.argsort(dim=axis) if inverse else order
    visible = (
        (restore if rank else order)[:, -kept:]
        if last
        else (restore if rank else order)[:, :kept]
    )
    return (visible.sort(dim=1).values if in_order else visible), restore


_variant = partial(exercise.variant, _random_masking)

_variant(
    "restore is the shuffle itself. It must be its inverse: where in the shuffled order the patch of each place stands.",
    "restore 就是打乱后的顺序本身。它应该是这个顺序的逆：每个位置的图像块，在打乱后的顺序里排第几。",
    name="no_inverse",
    inverse=False,
)
_variant(
    "visible holds ranks, not places: order says which place comes first, its inverse says when a place comes.",
    "visible 里是名次，不是位置：order 说的是哪个位置排在前面，它的逆说的是一个位置排第几。",
    name="ranks",
    rank=True,
)
_variant(
    "you sorted along the batch, dim=0: the images are mixed up. Each image is shuffled by itself, dim=1.",
    "你沿批次（dim=0）排了序，图像混在了一起。每张图要各自打乱：dim=1。",
    name="along_the_batch",
    axis=0,
)
_variant(
    "the largest noise comes first. That is just as random, but the task says: the smallest first.",
    "排在最前面的是最大的噪声。这样也一样随机，但题目要求最小的在前。",
    name="largest_first",
    descending=True,
)
_variant(
    "visible is sorted. Then the tokens stand in another order than restore says, and are put back in wrong places.",
    "visible 排过序了。这样词元的次序就和 restore 说的不一样，会放回错误的位置。",
    name="sorted",
    in_order=True,
)
_variant(
    "you took the last of the order, and restore counts on the visible patches to come first.",
    "你取了顺序的末尾，而 restore 认定可见的图像块排在最前面。",
    name="last",
    last=True,
)
_variant(
    "all images of the batch hide the same patches: the noise of the first one is used for all.",
    "批次里所有图像遮的都是同样的图像块：全都用了第一张图的噪声。",
    name="same_for_all",
    same=True,
)
