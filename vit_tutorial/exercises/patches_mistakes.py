"""The mistakes of chapter 1 that `check` knows by name: each function makes one, its message says the way out."""

from __future__ import annotations

import torch.nn.functional as F

from vit_tutorial.exercises.patches import (
    cut_all,
    cut_one,
    patch_at,
    predict,
    put_back,
    unpatchify,
)

# 01.1 Predict the numbers

predict.wrong_values(
    "rows_plus_columns",
    {"num_patches": 384 // 32 + 512 // 32},
    "you added the rows and columns of the grid. Every row has all the columns: multiply.",
    "你把网格的行数和列数相加了。每一行都有全部的列，应该相乘。",
)
predict.wrong_values(
    "divided_once",
    {"num_patches": 384 * 512 // 32},
    "you divided by P once. A patch is P wide and P high: divide the area of the image by P².",
    "你只除了一次 P。图像块宽是 P，高也是 P：要用图像面积除以 P²。",
)
predict.wrong_values(
    "square_image",
    {"num_patches": (384 // 32) ** 2},
    "you took the image for a square. Count along the height (384) and the width (512) separately.",
    "你把图像当成了正方形。高（384）和宽（512）要分开数。",
)
predict.wrong_values(
    "channels_forgotten",
    {"patch_length": 32 * 32, "num_values": 384 * 512},
    "the channels are missing: each pixel of an RGB image is three values.",
    "漏了通道：RGB 图像的每个像素有三个值。",
)
predict.wrong_values(
    "ratio_not_squared",
    {"cost_ratio": 4},
    "that is how the number of patches grows. Attention compares every patch with every patch: square it.",
    "这是图像块数量增长的倍数。注意力要让每个图像块和每个图像块比较，所以还要平方。",
)


# 01.2 Cut one patch


@cut_one.mistake(
    "row and column are swapped. The row counts downwards, along the height: it slices the axis before the last.",
    "行和列颠倒了。行号沿着高度往下数，应该用来切倒数第二个轴。",
)
def row_and_column_swapped(image, row, column, patch_size):
    return patch_at(image, column, row, patch_size)


@cut_one.mistake(
    "row and column count patches, but you used them as pixels. Multiply them by patch_size.",
    "row 和 column 数的是图像块，你却当成了像素。先乘以 patch_size。",
)
def patches_taken_for_pixels(image, row, column, patch_size):
    return image[:, row : row + patch_size, column : column + patch_size]


@cut_one.mistake(
    "the slice ends at patch_size. It should end patch_size pixels after its start: start + patch_size.",
    "切片的终点写成了 patch_size。终点应该比起点多 patch_size 个像素：起点 + patch_size。",
)
def end_without_start(image, row, column, patch_size):
    return image[:, row * patch_size : patch_size, column * patch_size : patch_size]


@cut_one.mistake(
    "the slices sit on the wrong axes. The image is (C, H, W): leave the first axis whole.",
    "切片用错了轴。图像的形状是 (C, H, W)：第一个轴要整个留下。",
)
def sliced_the_channels(image, row, column, patch_size):
    top, left = row * patch_size, column * patch_size
    return image[top : top + patch_size, left : left + patch_size]


# 01.3 Cut them all


def _cut(images, p, order):
    """patchify with the axes (B, C, row of the grid, row, column of the grid, column) in another order."""
    b, c, h, w = images.shape
    x = images.reshape(b, c, h // p, p, w // p, p).permute(order)
    return x.reshape(b, (h // p) * (w // p), c * p * p)


@cut_all.mistake(
    "you only reshaped. That keeps the pixels in their order, so each “patch” is a strip of image rows. "
    "Split both sides into (grid, inside the patch), then move the axes with permute.",
    "你只做了 reshape。它不改变像素的先后顺序，所以切出来的是图像行上的一段长条。"
    "先把高和宽各拆成（网格，块内）两个轴，再用 permute 移动这些轴。",
)
def reshape_only(images, patch_size):
    b, c, h, w = images.shape
    return images.reshape(b, h * w // patch_size**2, c * patch_size**2)


@cut_all.mistake(
    "rows and columns inside each patch are swapped. You flattened (channel, column, row); the convolution's "
    "weight expects (channel, row, column). Look at the order of the last two axes in your permute.",
    "每个图像块内部的行和列颠倒了。你按（通道，列，行）展平，而卷积的权重要求（通道，行，列）。"
    "请检查 permute 里最后两个轴的顺序。",
)
def rows_and_columns_swapped(images, patch_size):
    return _cut(images, patch_size, (0, 2, 4, 1, 5, 3))


@cut_all.mistake(
    "the patches come column by column. Read the grid like a page: left to right, then the next row.",
    "图像块是一列一列排的。读网格要像读书一样：从左到右，再换下一行。",
)
def grid_column_by_column(images, patch_size):
    return _cut(images, patch_size, (0, 4, 2, 1, 3, 5))


@cut_all.mistake(
    "the channels come last in each patch. F.unfold and the convolution's weight expect (channel, row, column).",
    "每个图像块里，通道排到了最后。F.unfold 和卷积的权重都要求（通道，行，列）。",
)
def channels_last(images, patch_size):
    return _cut(images, patch_size, (0, 2, 4, 3, 5, 1))


@cut_all.mistake(
    "the last two axes are swapped: this is (B, C·P·P, N), as F.unfold returns it. A token is a row: transpose.",
    "最后两个轴颠倒了：这是 F.unfold 返回的 (B, C·P·P, N)。一个词元应该占一行：转置一下。",
)
def unfold_not_transposed(images, patch_size):
    return F.unfold(images, patch_size, stride=patch_size)


# 01.4 Put them back


@put_back.mistake(
    "you only reshaped. The values are all there, but in the order of the patches, not of the image's rows.",
    "你只做了 reshape。值一个不少，但还是按图像块排的，不是按图像的行排的。",
)
def only_reshaped(patches, patch_size, image_size):
    return patches.reshape(len(patches), -1, *image_size)


@put_back.mistake(
    "you took √N as the side of the grid, so the image comes out square. The grid is H/P rows by W/P columns.",
    "你把 √N 当成了网格的边长，所以拼出来的图像是正方形。网格应该是 H/P 行、W/P 列。",
)
def square_grid(patches, patch_size, image_size):
    side = int(patches.shape[1] ** 0.5) * patch_size
    return unpatchify(patches, patch_size, (side, side))


@put_back.mistake(
    "height and width are swapped. image_size is (H, W): rows first.",
    "高和宽颠倒了。image_size 是 (H, W)：行在前。",
)
def height_and_width_swapped(patches, patch_size, image_size):
    return unpatchify(patches, patch_size, image_size[::-1])


@put_back.mistake(
    "rows and columns inside each patch are swapped: every patch is mirrored along its diagonal.",
    "每个图像块内部的行和列颠倒了：每一块都沿对角线翻了过去。",
)
def patches_mirrored(patches, patch_size, image_size):
    b, n, length = patches.shape
    x = patches.reshape(b, n, -1, patch_size, patch_size).transpose(-1, -2)
    return unpatchify(x.reshape(b, n, length), patch_size, image_size)


@put_back.mistake(
    "you read each patch as (row, column, channel). It is stored as (channel, row, column).",
    "你把每个图像块当成（行，列，通道）来读，可它存的是（通道，行，列）。",
)
def channels_read_last(patches, patch_size, image_size):
    b, n, length = patches.shape
    x = patches.reshape(b, n, patch_size**2, -1).transpose(-1, -2)
    return unpatchify(x.reshape(b, n, length), patch_size, image_size)
