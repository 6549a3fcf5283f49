"""Exercise 02.1, count to the unit: the right values, and the mistakes that are known by name."""

from __future__ import annotations

from vit_tutorial.exercises.engine import Exercise


def count():
    return {
        "num_tokens": 24 * 24 + 1,
        "class_token": 768,
        "position_table": (24 * 24 + 1) * 768,
        "more_than_at_224": (24 * 24 - 14 * 14) * 768,
    }


exercise = Exercise("02.1", count, values=True)

exercise.wrong_values(
    "class_token_forgotten",
    {"num_tokens": 24 * 24, "position_table": 24 * 24 * 768},
    "the class token is missing: it is a token and has a row in the position table.",
    "漏了类别词元：它也是一个词元，在位置表里也占一行。",
)
exercise.wrong_values(
    "one_for_each_sample",
    {"class_token": 8 * 768},
    "you counted one class token for each sample of the batch. There is one for the whole model, of shape "
    "(1, 1, D), and it is expanded over the batch.",
    "你给每个样本都算了一个类别词元。整个模型只有一个，形状是 (1, 1, D)，沿批次方向展开就行。",
)
exercise.wrong_values(
    "table_for_each_sample",
    {"position_table": 8 * (24 * 24 + 1) * 768},
    "you counted a position table for each sample of the batch. All images share one: it is broadcast.",
    "你给每个样本都算了一张位置表。所有图像共用一张，靠广播就行。",
)
exercise.wrong_values(
    "whole_table_not_difference",
    {"more_than_at_224": (24 * 24 + 1) * 768},
    "that is the whole table. The model for 224 pixels has one, too: subtract its 197 rows.",
    "这是整张表。为 224 像素做的模型也有一张表：要减去它的 197 行。",
)
exercise.wrong_values(
    "pixels_for_patches",
    {"num_tokens": 384 * 384 + 1},
    "you counted pixels. A token is a patch of 16×16 pixels: divide each side by 16 first.",
    "你数的是像素。一个词元是 16×16 像素的图像块：先把每边除以 16。",
)
