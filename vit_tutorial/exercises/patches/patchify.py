"""Exercise 01.3, cut them all: solution, cases, properties, and the mistakes that are known by name."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def patchify(images, patch_size):
    b, c, h, w = images.shape
    p = patch_size
    x = images.reshape(b, c, h // p, p, w // p, p)
    x = x.permute(0, 2, 4, 1, 3, 5)
    return x.reshape(b, (h // p) * (w // p), c * p * p)


exercise = Exercise(
    "01.3",
    patchify,
    cases=lambda: [
        (random_tensor(2, 3, 8, 12), 4),
        (random_tensor(1, 2, 15, 6), 3),
        (random_tensor(2, 3, 8, 12, seed=1), 4),  # of the same shape, and not the same
    ],
)


@exercise.requires(
    "values were lost or invented: each value of the images must appear in the patches exactly once.",
    "有的值丢了，或者是凭空多出来的：图像里的每个值都应该在图像块里恰好出现一次。",
)
def nothing_lost(patches, images, patch_size):
    images = images.to(patches.dtype)
    return torch.equal(patches.flatten().sort().values, images.flatten().sort().values)


@exercise.mistake(
    "you only reshaped. That keeps the pixels in their order, so each “patch” is a strip of image rows. "
    "Split both sides into (grid, inside the patch), then move the axes with permute.",
    "你只做了 reshape。它不改变像素的先后顺序，所以切出来的是图像行上的一段长条。"
    "先把高和宽各拆成（网格，块内）两个轴，再用 permute 移动这些轴。",
)
def reshape_only(images, patch_size):
    b, c, h, w = images.shape
    return images.reshape(b, h * w // patch_size**2, c * patch_size**2)


def _cut(images, p, order):
    """Cut with the axes (B, C, row of the grid, row, column of the grid, column) in another order."""
    b, c, h, w = images.shape
    x = images.reshape(b, c, h // p, p, w // p, p).permute(order)
    return x.reshape(b, (h // p) * (w // p), c * p * p)


exercise.variant(
    _cut,
    "rows and columns inside each patch are swapped. You flattened (channel, column, row); the convolution's "
    "weight expects (channel, row, column). Look at the order of the last two axes in your permute.",
    "每个图像块内部的行和列颠倒了。你按（通道，列，行）展平，而卷积的权重要求（通道，行，列）。"
    "请检查 permute 里最后两个轴的顺序。",
    name="rows_and_columns_swapped",
    order=(0, 2, 4, 1, 5, 3),
)
exercise.variant(
    _cut,
    "the patches come column by column. Read the grid like a page: left to right, then the next row.",
    "图像块是一列一列排的。读网格要像读书一样：从左到右，再换下一行。",
    name="grid_column_by_column",
    order=(0, 4, 2, 1, 3, 5),
)
exercise.variant(
    _cut,
    "the channels come last in each patch. F.unfold and the convolution's weight expect (channel, row, column).",
    "每个图像块里，通道排到了最后。F.unfold 和卷积的权重都要求（通道，行，列）。",
    name="channels_last",
    order=(0, 2, 4, 3, 5, 1),
)


@exercise.mistake(
    "the last two axes are swapped: this is (B, C·P·P, N), as F.unfold returns it. A token is a row: transpose.",
    "最后两个轴颠倒了：这是 F.unfold 返回的 (B, C·P·P, N)。一个词元应该占一行：转置一下。",
)
def unfold_not_transposed(images, patch_size):
    return F.unfold(images, patch_size, stride=patch_size)


def _square_grid(images, patch_size, side):
    """Cut as if both sides of the image were as long as one of them."""
    b, c, p = len(images), images.shape[1], patch_size
    n = images.shape[side] // p
    x = images.reshape(b, c, n, p, n, p).permute(0, 2, 4, 1, 3, 5)
    return x.reshape(b, n * n, c * p * p)


for _name, _side in (("square_by_the_height", -2), ("square_by_the_width", -1)):
    exercise.variant(
        _square_grid,
        "that works for square images only: there are H/P rows and W/P columns, and they need not be as many.",
        "这样写只适用于正方形图像：网格有 H/P 行、W/P 列，两者不一定相等。",
        name=_name,
        side=_side,
    )


exercise.variant(
    lambda x, p: _cut(
        x.reshape(*x.shape[:2], x.shape[3], x.shape[2]), p, (0, 2, 4, 1, 3, 5)
    ),
    "the sides are swapped when you split them: H/P belongs to the axis of the height, W/P to that of the width.",
    "拆分时高和宽弄反了：H/P 属于高那个轴，W/P 属于宽那个轴。",
    name="grid_height_and_width_swapped",
)
exercise.variant(
    lambda x, p: (
        x.reshape(len(x), 3, x.shape[2] // p, p, x.shape[3] // p, p)
        .permute(0, 2, 4, 1, 3, 5)
        .reshape(len(x), -1, 3 * p * p)
    ),
    "the number of channels is fixed at 3. Take it from images.shape.",
    "通道数写死成了 3。应该从 images.shape 里取。",
    name="three_channels",
)
exercise.variant(
    lambda x, p: _cut(x, p, (0, 2, 4, 1, 3, 5)).reshape(2, -1, x.shape[1] * p * p),
    "the number of images is fixed at 2. Take it from images.shape.",
    "图像的张数写死成了 2。应该从 images.shape 里取。",
    name="batch_of_two",
)
