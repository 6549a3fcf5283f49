"""Exercise 04.1, count to the unit: the right values, and the mistakes that are known by name."""

from __future__ import annotations

from vit_tutorial.exercises.compare import Text
from vit_tutorial.exercises.values import ValuesExercise


def count(d, ratio):
    parts = {
        "mlp_dim": ratio * d,
        "mlp": 2 * d * ratio * d + ratio * d + d,
        "attention": 4 * d**2 + 4 * d,
        "norms": 2 * 2 * d,
    }
    return parts | {"block": parts["mlp"] + parts["attention"] + parts["norms"]}


exercise = ValuesExercise(
    "04.1",
    count,
    Text(
        "D = {d}; the MLP is {ratio} times as wide as D.",
        "D = {d}；MLP 的隐藏宽度是 D 的 {ratio} 倍。",
    ),
    d=(1024, 192, 384, 512, 768, 1280),
    ratio=(4, 3, 2),
)

exercise.wrong_values(
    "hidden_width_4",
    lambda d, ratio, **_: {"mlp_dim": ratio, "mlp": 2 * d * ratio + ratio + d},
    "the hidden width is not {ratio}, it is {ratio} times D.",
    "隐藏层的宽度不是 {ratio}，而是 D 的 {ratio} 倍。",
)
exercise.wrong_values(
    "mlp_biases_forgotten",
    lambda d, ratio, **_: {"mlp": 2 * d * ratio * d},
    "the biases of the MLP are missing: each linear layer has one for each of its outputs.",
    "漏了 MLP 的偏置：每个线性层的每个输出都有一个偏置。",
)
exercise.wrong_values(
    "projection_forgotten",
    lambda d, **_: {"attention": 3 * d**2 + 3 * d},
    "query, key and value are three matrices; the fourth is the projection after the heads.",
    "查询、键、值是三个矩阵；还有第四个，就是各个头之后的那次投影。",
)
exercise.wrong_values(
    "norm_without_bias",
    lambda d, **_: {"norms": 2 * d},
    "that is half. Each of the two LayerNorms has a weight and a bias, each of length D.",
    "这只有一半。两个层归一化各有一个权重和一个偏置，长度都是 D。",
)
exercise.wrong_values(
    "norms_left_out",
    lambda d, ratio, **_: {
        "block": 2 * d * ratio * d + ratio * d + d + 4 * d**2 + 4 * d
    },
    "the sum leaves out the two LayerNorms.",
    "求和时漏了两个层归一化。",
)
