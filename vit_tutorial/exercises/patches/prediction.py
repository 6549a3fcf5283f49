"""Exercise 01.1, predict the numbers: the right values, and the mistakes that are known by name."""

from __future__ import annotations

from vit_tutorial.exercises.compare import Text
from vit_tutorial.exercises.values import ValuesExercise


def prediction(height, width, patch):
    (side, smaller), channels = patch, 3
    return {
        "num_patches": (height // side) * (width // side),
        "patch_length": channels * side * side,
        "num_values": height * width * channels,
        "cost_ratio": (side // smaller) ** 4,
    }


exercise = ValuesExercise(
    "01.1",
    prediction,
    Text(
        "a photo is {height} pixels high and {width} wide, with three channels, and P = {patch[0]}; for the last "
        "answer P becomes {patch[1]}.",
        "照片高 {height} 像素、宽 {width} 像素，三个通道，P = {patch[0]}；最后一问里 P 变成 {patch[1]}。",
    ),
    height=(384, 256, 320, 448, 576),
    width=(512, 640, 704, 768, 832),
    patch=((32, 16), (16, 8), (32, 8), (16, 4)),
)

exercise.wrong_values(
    "rows_plus_columns",
    lambda height, width, patch, **_: {
        "num_patches": height // patch[0] + width // patch[0]
    },
    "you added the rows and columns of the grid. Every row has all the columns: multiply.",
    "你把网格的行数和列数相加了。每一行都有全部的列，应该相乘。",
)
exercise.wrong_values(
    "divided_once",
    lambda height, width, patch, **_: {"num_patches": height * width // patch[0]},
    "you divided by P once. A patch is P wide and P high: divide the area of the image by P².",
    "你只除了一次 P。图像块宽是 P，高也是 P：要用图像面积除以 P²。",
)
exercise.wrong_values(
    "square_image",
    lambda height, patch, **_: {"num_patches": (height // patch[0]) ** 2},
    "you took the image for a square. Count along the height ({height}) and the width ({width}) separately.",
    "你把图像当成了正方形。高（{height}）和宽（{width}）要分开数。",
)
exercise.wrong_values(
    "channels_forgotten",
    lambda height, width, patch, **_: {
        "patch_length": patch[0] * patch[0],
        "num_values": height * width,
    },
    "the channels are missing: each pixel of an RGB image is three values.",
    "漏了通道：RGB 图像的每个像素有三个值。",
)
exercise.wrong_values(
    "ratio_not_squared",
    lambda patch, **_: {"cost_ratio": (patch[0] // patch[1]) ** 2},
    "that is how the number of patches grows. Attention compares every patch with every patch: square it.",
    "这是图像块数量增长的倍数。注意力要让每个图像块和每个图像块比较，所以还要平方。",
)
