"""Exercise 02.1, count to the unit: the right values, and the mistakes that are known by name."""

from __future__ import annotations

from vit_tutorial.exercises.compare import Text
from vit_tutorial.exercises.values import ValuesExercise


def count(dim, patch, side, batch):
    patches, before = (side // patch) ** 2, (224 // patch) ** 2
    return {
        "num_tokens": patches + 1,
        "class_token": dim,
        "position_table": (patches + 1) * dim,
        "more_than_at_224": (patches - before) * dim,
    }


exercise = ValuesExercise(
    "02.1",
    count,
    Text(
        "D = {dim} and P = {patch}, square images of {side} pixels, batches of {batch}.",
        "D = {dim}，P = {patch}，图像是边长 {side} 像素的正方形，每批 {batch} 张。",
    ),
    dim=(768, 384, 512, 1024, 192),
    patch=(16, 32, 8),
    side=(384, 320, 448, 512),
    batch=(8, 16, 32, 64),
)

exercise.wrong_values(
    "class_token_forgotten",
    lambda dim, patch, side, **_: {
        "num_tokens": (side // patch) ** 2,
        "position_table": (side // patch) ** 2 * dim,
    },
    "the class token is missing: it is a token and has a row in the position table.",
    "漏了类别词元：它也是一个词元，在位置表里也占一行。",
)
exercise.wrong_values(
    "one_for_each_sample",
    lambda dim, batch, **_: {"class_token": batch * dim},
    "you counted one class token for each sample of the batch. There is one for the whole model, of shape "
    "(1, 1, D), and it is expanded over the batch.",
    "你给每个样本都算了一个类别词元。整个模型只有一个，形状是 (1, 1, D)，沿批次方向展开就行。",
)
exercise.wrong_values(
    "table_for_each_sample",
    lambda dim, patch, side, batch, **_: {
        "position_table": batch * ((side // patch) ** 2 + 1) * dim
    },
    "you counted a position table for each sample of the batch. All images share one: it is broadcast.",
    "你给每个样本都算了一张位置表。所有图像共用一张，靠广播就行。",
)
exercise.wrong_values(
    "whole_table_not_difference",
    lambda dim, patch, side, **_: {
        "more_than_at_224": ((side // patch) ** 2 + 1) * dim
    },
    "that is the whole table. The model for 224 pixels has one, too: subtract its rows.",
    "这是整张表。为 224 像素做的模型也有一张表：要减去它的那些行。",
)
exercise.wrong_values(
    "pixels_for_patches",
    lambda side, **_: {"num_tokens": side * side + 1},
    "you counted pixels. A token is a patch of {patch}×{patch} pixels: divide each side by {patch} first.",
    "你数的是像素。一个词元是 {patch}×{patch} 像素的图像块：先把每边除以 {patch}。",
)
