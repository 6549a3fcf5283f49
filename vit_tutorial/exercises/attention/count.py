"""Exercise 03.5, count to the unit: the right values, and the mistakes that are known by name."""

from __future__ import annotations

from vit_tutorial.exercises.engine import Exercise


def count():
    n, d, h = 24**2 + 1, 384, 6
    return {
        "parameters": (d * 3 * d + 3 * d) + (d * d + d),
        "linear_products": n * d * 3 * d + n * d * d,
        "token_products": n * n * d + n * n * d,
        "num_weights": h * n * n,
    }


exercise = Exercise("03.5", count, values=True)

T, D, H = 24**2 + 1, 384, 6

exercise.wrong_values(
    "biases_forgotten",
    {"parameters": 4 * D * D},
    "the biases are missing: 3·D in the fused layer, D in the output projection.",
    "漏了偏置：合并的那一层有 3·D 个，输出投影有 D 个。",
)
exercise.wrong_values(
    "projection_not_counted",
    {"parameters": 3 * D * D + 3 * D, "linear_products": 3 * T * D * D},
    "the output projection is missing: one more linear layer, D to D.",
    "漏了输出投影：还有一个从 D 到 D 的线性层。",
)
exercise.wrong_values(
    "class_token_forgotten",
    {
        "linear_products": 4 * (T - 1) * D * D,
        "token_products": 2 * (T - 1) ** 2 * D,
        "num_weights": H * (T - 1) ** 2,
    },
    "the class token is missing: it attends and is attended to, so T is one more than the patches.",
    "漏了类别词元：它也参与注意力，所以 T 比图像块的个数多 1。",
)
exercise.wrong_values(
    "scores_alone",
    {"token_products": T * T * D},
    "you counted the scores alone. Averaging the values takes as many multiplications again.",
    "你只数了算分数的乘法。对值做加权平均，还要再用同样多的乘法。",
)
exercise.wrong_values(
    "heads_multiplied",
    {"token_products": 2 * H * T * T * D, "parameters": H * (4 * D * D + 4 * D)},
    "you multiplied by the number of heads. The heads share the width D, so together they cost what one would.",
    "你乘上了头数。各个头分摊宽度 D，加在一起的代价和一个头一样。",
)
exercise.wrong_values(
    "one_table_of_weights",
    {"num_weights": T * T},
    "that is one head's table. Each head has weights of its own.",
    "这只是一个头的表。每个头都有自己的权重。",
)
