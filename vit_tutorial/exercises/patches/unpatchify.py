"""Exercise 01.4, put them back: solution, cases, properties, and the mistakes that are known by name."""

from __future__ import annotations

import torch

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.exercises.patches.patchify import patchify


def unpatchify(patches, patch_size, image_size):
    b, _, length = patches.shape
    p, (h, w) = patch_size, image_size
    c = length // (p * p)
    x = patches.reshape(b, h // p, w // p, c, p, p)
    x = x.permute(0, 3, 1, 4, 2, 5)
    return x.reshape(b, c, h, w)


def _patches(b: int, c: int, h: int, w: int, p: int) -> tuple:
    """A case for `unpatchify`; the number of patches is a square, so that a square grid would fit, too."""
    return patchify(random_tensor(b, c, h, w), p), p, (h, w)


exercise = Exercise(
    "01.4",
    unpatchify,
    cases=lambda: [_patches(2, 3, 8, 32, 4), _patches(1, 2, 12, 3, 3)],
)


@exercise.requires(
    "cutting your image again does not give the patches back.",
    "把你拼好的图像再切一次，得不到原来的图像块。",
)
def round_trip(images, patches, patch_size, image_size):
    return torch.equal(patchify(images, patch_size), patches.to(images.dtype))


@exercise.mistake(
    "you only reshaped. The values are all there, but in the order of the patches, not of the image's rows.",
    "你只做了 reshape。值一个不少，但还是按图像块排的，不是按图像的行排的。",
)
def only_reshaped(patches, patch_size, image_size):
    return patches.reshape(len(patches), -1, *image_size)


@exercise.mistake(
    "you took √N as the side of the grid, so the image comes out square. The grid is H/P rows by W/P columns.",
    "你把 √N 当成了网格的边长，所以拼出来的图像是正方形。网格应该是 H/P 行、W/P 列。",
)
def square_grid(patches, patch_size, image_size):
    side = int(patches.shape[1] ** 0.5) * patch_size
    return unpatchify(patches, patch_size, (side, side))


@exercise.mistake(
    "height and width are swapped. image_size is (H, W): rows first.",
    "高和宽颠倒了。image_size 是 (H, W)：行在前。",
)
def height_and_width_swapped(patches, patch_size, image_size):
    return unpatchify(patches, patch_size, image_size[::-1])


def _misread(patches, patch_size, image_size, inside):
    """Take the inside of each patch for another shape, and swap the last two axes of it."""
    x = patches.unflatten(2, inside).transpose(-1, -2).flatten(2)
    return unpatchify(x, patch_size, image_size)


@exercise.mistake(
    "rows and columns inside each patch are swapped: every patch is mirrored along its diagonal.",
    "每个图像块内部的行和列颠倒了：每一块都沿对角线翻了过去。",
)
def patches_mirrored(patches, patch_size, image_size):
    return _misread(patches, patch_size, image_size, (-1, patch_size, patch_size))


@exercise.mistake(
    "you read each patch as (row, column, channel). It is stored as (channel, row, column).",
    "你把每个图像块当成（行，列，通道）来读，可它存的是（通道，行，列）。",
)
def channels_read_last(patches, patch_size, image_size):
    return _misread(patches, patch_size, image_size, (patch_size**2, -1))


def _order(patches, p, size, order, swapped=False):
    """Put back with the axes (B, rows, columns, C, row, column) in another order."""
    rows, columns = (side // p for side in (size[::-1] if swapped else size))
    x = patches.reshape(len(patches), rows, columns, -1, p, p)
    return x.permute(order).reshape(len(patches), -1, *size)


exercise.variant(
    _order,
    "the axes are not moved back: bring them into the order (B, C, row of the grid, row, column of the grid, column) before the last reshape.",
    "轴没有挪回来：最后一次 reshape 之前，次序应该是（B，C，网格行，块内行，网格列，块内列）。",
    name="axes_not_moved",
    order=(0, 3, 1, 2, 4, 5),
)
exercise.variant(
    _order,
    "you laid the patches column by column. They come in reading order: row of the grid first.",
    "你把图像块一列一列地摆了。它们是按读书的次序来的：先排满一行。",
    name="grid_column_by_column",
    order=(0, 3, 2, 4, 1, 5),
)
exercise.variant(
    lambda x, p, size: _order(
        x.reshape(len(x), size[1] // p, size[0] // p, -1),
        p,
        size,
        (0, 3, 1, 4, 2, 5),
        swapped=True,
    ),
    "rows and columns of the grid are swapped: it has H/P rows and W/P columns.",
    "网格的行数和列数弄反了：应该是 H/P 行、W/P 列。",
    name="grid_height_and_width_swapped",
)
