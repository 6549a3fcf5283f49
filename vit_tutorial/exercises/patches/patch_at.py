"""Exercise 01.2, cut out one patch: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def patch_at(image, row, column, patch_size):
    top, left = row * patch_size, column * patch_size
    return image[:, top : top + patch_size, left : left + patch_size]


exercise = Exercise(
    "01.2",
    patch_at,
    cases=lambda: [
        (random_tensor(3, 16, 20), 1, 2, 4),
        (random_tensor(2, 12, 9), 2, 0, 3),
    ],
)


@exercise.mistake(
    "row and column are swapped. The row counts downwards, along the height: it slices the axis before the last.",
    "行和列颠倒了。行号沿着高度往下数，应该用来切倒数第二个轴。",
)
def row_and_column_swapped(image, row, column, patch_size):
    return patch_at(image, column, row, patch_size)


@exercise.mistake(
    "row and column count patches, but you used them as pixels. Multiply them by patch_size.",
    "row 和 column 数的是图像块，你却当成了像素。先乘以 patch_size。",
)
def patches_taken_for_pixels(image, row, column, patch_size):
    return image[:, row : row + patch_size, column : column + patch_size]


@exercise.mistake(
    "the slice ends at patch_size. It should end patch_size pixels after its start: start + patch_size.",
    "切片的终点写成了 patch_size。终点应该比起点多 patch_size 个像素：起点 + patch_size。",
)
def end_without_start(image, row, column, patch_size):
    return image[:, row * patch_size : patch_size, column * patch_size : patch_size]


@exercise.mistake(
    "the slices sit on the wrong axes. The image is (C, H, W): leave the first axis whole.",
    "切片用错了轴。图像的形状是 (C, H, W)：第一个轴要整个留下。",
)
def sliced_the_channels(image, row, column, patch_size):
    top, left = row * patch_size, column * patch_size
    return image[top : top + patch_size, left : left + patch_size]


exercise.variant(
    lambda image, row, column, p: patch_at(image, row - 1, column - 1, p),
    "you count rows and columns from 1. Both count from 0: the first patch starts at pixel 0.",
    "你的行和列是从 1 数起的。这里都从 0 数起：第一块从第 0 个像素开始。",
    name="counted_from_one",
)
exercise.variant(
    lambda image, row, column, p: image[
        :, row * p : row * p + p + 1, column * p : column * p + p + 1
    ],
    "the patch is one pixel too large: the end of a slice does not belong to it, so it is start + patch_size.",
    "图像块大了一个像素：切片的终点本身不算在内，所以终点就是起点 + patch_size。",
    name="one_pixel_too_many",
)
exercise.variant(
    lambda *case: patch_at(*case).permute(1, 2, 0),
    "you sliced as if the image were (H, W, C). It is (C, H, W): the channels come first.",
    "你按 (H, W, C) 来切了。图像是 (C, H, W)：通道在最前面。",
    name="channels_taken_for_last",
)
exercise.variant(
    lambda image, row, column, p: image[:, row * p : row * p + p],
    "only the height is cut. The width needs a slice of its own, by the column.",
    "只切了高度。宽度也要切，用的是列号。",
    name="only_the_rows",
)
