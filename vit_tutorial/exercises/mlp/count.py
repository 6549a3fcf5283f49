"""Exercise 04.1, count to the unit: the right values, and the mistakes that are known by name."""

from __future__ import annotations

from vit_tutorial.exercises.engine import Exercise


def count():
    return {
        "mlp_dim": 4 * 1024,
        "mlp": 2 * 1024 * 4096 + 4096 + 1024,
        "attention": 4 * 1024**2 + 4 * 1024,
        "norms": 2 * 2 * 1024,
        "block": 8_393_728 + 4_198_400 + 4_096,
    }


exercise = Exercise("04.1", count, values=True)

exercise.wrong_values(
    "hidden_width_4",
    {"mlp_dim": 4, "mlp": 2 * 1024 * 4 + 4 + 1024},
    "the hidden width is not 4, it is 4 times D.",
    "隐藏层的宽度不是 4，而是 D 的 4 倍。",
)
exercise.wrong_values(
    "mlp_biases_forgotten",
    {"mlp": 2 * 1024 * 4096},
    "the biases of the MLP are missing: each linear layer has one for each of its outputs.",
    "漏了 MLP 的偏置：每个线性层的每个输出都有一个偏置。",
)
exercise.wrong_values(
    "projection_forgotten",
    {"attention": 3 * 1024**2 + 3 * 1024},
    "query, key and value are three matrices; the fourth is the projection after the heads.",
    "查询、键、值是三个矩阵；还有第四个，就是各个头之后的那次投影。",
)
exercise.wrong_values(
    "norm_without_bias",
    {"norms": 2 * 1024},
    "that is half. Each of the two LayerNorms has a weight and a bias, each of length D.",
    "这只有一半。两个层归一化各有一个权重和一个偏置，长度都是 D。",
)
exercise.wrong_values(
    "norms_left_out",
    {"block": 8_393_728 + 4_198_400},
    "the sum leaves out the two LayerNorms.",
    "求和时漏了两个层归一化。",
)
