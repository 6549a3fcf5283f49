"""The exercises of chapter 1: solutions (the text that the book shows), cases and properties.

The mistakes that `check` knows by name stand in `patches_…mistakes.py`.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def prediction():
    return {
        "num_patches": (384 // 32) * (512 // 32),
        "patch_length": 3 * 32 * 32,
        "num_values": 384 * 512 * 3,
        "cost_ratio": (2 * 2) ** 2,
    }


def patch_at(image, row, column, patch_size):
    top, left = row * patch_size, column * patch_size
    return image[:, top : top + patch_size, left : left + patch_size]


def patchify(images, patch_size):
    b, c, h, w = images.shape
    p = patch_size
    x = images.reshape(b, c, h // p, p, w // p, p)
    x = x.permute(0, 2, 4, 1, 3, 5)
    return x.reshape(b, (h // p) * (w // p), c * p * p)


def unpatchify(patches, patch_size, image_size):
    b, _, length = patches.shape
    p, (h, w) = patch_size, image_size
    c = length // (p * p)
    x = patches.reshape(b, h // p, w // p, c, p, p)
    x = x.permute(0, 3, 1, 4, 2, 5)
    return x.reshape(b, c, h, w)


def embed(images, weight, bias):
    x = F.conv2d(images, weight, bias, stride=weight.shape[-1])
    return x.flatten(2).transpose(1, 2)


def _patches(b: int, c: int, h: int, w: int, p: int) -> tuple:
    """A case for `unpatchify`; the number of patches is a square, so that a square grid would fit, too."""
    return patchify(random_tensor(b, c, h, w), p), p, (h, w)


def _layer(b: int, c: int, h: int, w: int, p: int, d: int) -> tuple:
    """A case for `embed`: images, weight and bias, all different, with gradients wanted."""
    weight = random_tensor(d, c, p, p).requires_grad_()
    return (
        random_tensor(b, c, h, w),
        weight,
        torch.arange(1.0, d + 1, dtype=torch.float64).requires_grad_(),
    )


predict = Exercise("01.1", prediction, values=True)
cut_one = Exercise(
    "01.2",
    patch_at,
    cases=lambda: [
        (random_tensor(3, 16, 20), 1, 2, 4),
        (random_tensor(2, 12, 9), 2, 0, 3),
    ],
)
cut_all = Exercise(
    "01.3",
    patchify,
    cases=lambda: [(random_tensor(2, 3, 8, 12), 4), (random_tensor(1, 2, 15, 6), 3)],
)
put_back = Exercise(
    "01.4",
    unpatchify,
    cases=lambda: [_patches(2, 3, 8, 32, 4), _patches(1, 2, 12, 3, 3)],
)
convolve = Exercise(
    "01.5", embed, cases=lambda: [_layer(2, 3, 8, 12, 4, 5), _layer(1, 2, 15, 6, 3, 4)]
)

EXERCISES = [predict, cut_one, cut_all, put_back, convolve]


@cut_all.requires(
    "values were lost or invented: each value of the images must appear in the patches exactly once.",
    "有的值丢了，或者是凭空多出来的：图像里的每个值都应该在图像块里恰好出现一次。",
)
def nothing_lost(patches, images, patch_size):
    return torch.equal(patches.flatten().sort().values, images.flatten().sort().values)


@put_back.requires(
    "cutting your image again does not give the patches back.",
    "把你拼好的图像再切一次，得不到原来的图像块。",
)
def round_trip(images, patches, patch_size, image_size):
    return torch.equal(patchify(images, patch_size), patches)


@convolve.requires(
    "the output is cut off from the weight: no gradient reaches it, so it could never learn. "
    "Leave out detach(), .data and torch.no_grad().",
    "输出和权重断开了：梯度传不回去，这一层就永远学不到东西。不要用 detach()、.data 或 torch.no_grad()。",
)
def carries_gradient(tokens, images, weight, bias):
    return tokens.requires_grad
