"""Exercise 01.1, predict the numbers: the right values, and the mistakes that are known by name."""

from __future__ import annotations

from vit_tutorial.exercises.engine import Exercise


def prediction():
    return {
        "num_patches": (384 // 32) * (512 // 32),
        "patch_length": 3 * 32 * 32,
        "num_values": 384 * 512 * 3,
        "cost_ratio": (2 * 2) ** 2,
    }


exercise = Exercise("01.1", prediction, values=True)

exercise.wrong_values(
    "rows_plus_columns",
    {"num_patches": 384 // 32 + 512 // 32},
    "you added the rows and columns of the grid. Every row has all the columns: multiply.",
    "你把网格的行数和列数相加了。每一行都有全部的列，应该相乘。",
)
exercise.wrong_values(
    "divided_once",
    {"num_patches": 384 * 512 // 32},
    "you divided by P once. A patch is P wide and P high: divide the area of the image by P².",
    "你只除了一次 P。图像块宽是 P，高也是 P：要用图像面积除以 P²。",
)
exercise.wrong_values(
    "square_image",
    {"num_patches": (384 // 32) ** 2},
    "you took the image for a square. Count along the height (384) and the width (512) separately.",
    "你把图像当成了正方形。高（384）和宽（512）要分开数。",
)
exercise.wrong_values(
    "channels_forgotten",
    {"patch_length": 32 * 32, "num_values": 384 * 512},
    "the channels are missing: each pixel of an RGB image is three values.",
    "漏了通道：RGB 图像的每个像素有三个值。",
)
exercise.wrong_values(
    "ratio_not_squared",
    {"cost_ratio": 4},
    "that is how the number of patches grows. Attention compares every patch with every patch: square it.",
    "这是图像块数量增长的倍数。注意力要让每个图像块和每个图像块比较，所以还要平方。",
)
