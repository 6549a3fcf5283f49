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
