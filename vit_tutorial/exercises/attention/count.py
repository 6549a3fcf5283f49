"""Exercise 03.5, count to the unit: the right values, and the mistakes that are known by name."""

from __future__ import annotations

from vit_tutorial.exercises.compare import Text
from vit_tutorial.exercises.values import ValuesExercise


def count(model, side):
    t, (d, h) = tokens(side), model
    return {
        "parameters": (d * 3 * d + 3 * d) + (d * d + d),
        "linear_products": t * d * 3 * d + t * d * d,
        "token_products": t * t * d + t * t * d,
        "num_weights": h * t * t,
    }


def tokens(side):
    """Patches of 16 pixels, and the class token."""
    return (side // 16) ** 2 + 1


exercise = ValuesExercise(
    "03.5",
    count,
    Text(
        "a model of patches of 16 pixels with D = {model[0]} and h = {model[1]}, one image of {side}×{side} pixels.",
        "图像块边长 16 像素的模型，D = {model[0]}，h = {model[1]}；一张 {side}×{side} 像素的图像。",
    ),
    model=((384, 6), (192, 3), (512, 8), (768, 12), (1024, 16)),
    side=(384, 224, 320, 448, 512),
)

exercise.wrong_values(
    "biases_forgotten",
    lambda model, **_: {"parameters": 4 * model[0] * model[0]},
    "the biases are missing: 3·D in the fused layer, D in the output projection.",
    "漏了偏置：合并的那一层有 3·D 个，输出投影有 D 个。",
)
exercise.wrong_values(
    "projection_not_counted",
    lambda model, side, **_: {
        "parameters": 3 * model[0] * model[0] + 3 * model[0],
        "linear_products": 3 * tokens(side) * model[0] * model[0],
    },
    "the output projection is missing: one more linear layer, D to D.",
    "漏了输出投影：还有一个从 D 到 D 的线性层。",
)
exercise.wrong_values(
    "class_token_forgotten",
    lambda model, side, **_: {
        "linear_products": 4 * (tokens(side) - 1) * model[0] * model[0],
        "token_products": 2 * (tokens(side) - 1) ** 2 * model[0],
        "num_weights": model[1] * (tokens(side) - 1) ** 2,
    },
    "the class token is missing: it attends and is attended to, so T is one more than the patches.",
    "漏了类别词元：它也参与注意力，所以 T 比图像块的个数多 1。",
)
exercise.wrong_values(
    "scores_alone",
    lambda model, side, **_: {"token_products": tokens(side) * tokens(side) * model[0]},
    "you counted the scores alone. Averaging the values takes as many multiplications again.",
    "你只数了算分数的乘法。对值做加权平均，还要再用同样多的乘法。",
)
exercise.wrong_values(
    "heads_multiplied",
    lambda model, side, **_: {
        "token_products": 2 * model[1] * tokens(side) * tokens(side) * model[0],
        "parameters": model[1] * (4 * model[0] * model[0] + 4 * model[0]),
    },
    "you multiplied by the number of heads. The heads share the width D, so together they cost what one would.",
    "你乘上了头数。各个头分摊宽度 D，加在一起的代价和一个头一样。",
)
exercise.wrong_values(
    "one_table_of_weights",
    lambda side, **_: {"num_weights": tokens(side) * tokens(side)},
    "that is one head's table. Each head has weights of its own.",
    "这只是一个头的表。每个头都有自己的权重。",
)
