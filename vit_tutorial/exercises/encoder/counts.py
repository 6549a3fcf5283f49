"""Exercise 05.1, count to the unit: solution, and the mistakes that are known by name."""

from __future__ import annotations

from vit_tutorial.exercises.compare import Text
from vit_tutorial.exercises.values import ValuesExercise


def counts(side, classes):
    return {
        "larger_image": ((side // 16) ** 2 - (224 // 16) ** 2) * 768,
        "new_head": 86_567_656 - (1000 - classes) * (768 + 1),
        "block_of_L": 4 * 1024**2 + 2 * 1024 * 4096 + 9 * 1024 + 4096,
        "B32_minus_B16": 3 * (32**2 - 16**2) * 768 - (14**2 - 7**2) * 768,
    }


exercise = ValuesExercise(
    "05.1",
    counts,
    Text(
        "images of {side} pixels a side, {classes} classes; the rest as in the book.",
        "图像边长 {side} 像素，{classes} 个类别；其余和书上一样。",
    ),
    side=(384, 320, 448, 512),
    classes=(3, 5, 10, 37, 102),
)

exercise.wrong_values(
    "patches_counted_not_parameters",
    lambda side, **_: {"larger_image": (side // 16) ** 2 - 14**2},
    "larger_image: that is how many patches are added. Each of them gets a row of D = 768 numbers in the positions.",
    "larger_image：这是多出来的图像块数。每个图像块在位置嵌入里还要占一行，D = 768 个数。",
)
exercise.wrong_values(
    "whole_table_counted",
    lambda side, **_: {"larger_image": ((side // 16) ** 2 + 1) * 768},
    "larger_image: that is the whole new table of positions. Subtract the one that was there at 224 px.",
    "larger_image：这是整张新的位置嵌入表。还要减去 224 像素时原有的那张。",
)
exercise.wrong_values(
    "head_bias_forgotten",
    lambda classes, **_: {"new_head": 86_567_656 - (1000 - classes) * 768},
    "new_head: each class has 768 weights and one bias. You took away the weights only.",
    "new_head：每个类别有 768 个权重，还有一个偏置。你只减掉了权重。",
)
exercise.wrong_values(
    "backbone_only",
    lambda **_: {"new_head": 86_567_656 - 769_000},
    "new_head: that is the model without any head. {classes} classes still need a head of {classes} outputs.",
    "new_head：这是完全没有分类头的模型。{classes} 个类别也需要一个 {classes} 个输出的分类头。",
)
exercise.wrong_values(
    "block_without_biases",
    lambda **_: {"block_of_L": 4 * 1024**2 + 2 * 1024 * 4096},
    "block_of_L: you counted weight matrices only. Each linear layer has a bias, each LayerNorm a weight and a bias.",
    "block_of_L：你只数了权重矩阵。每个线性层都有偏置，每个 LayerNorm 都有权重和偏置。",
)
exercise.wrong_values(
    "one_norm_in_the_block",
    lambda **_: {"block_of_L": 4 * 1024**2 + 2 * 1024 * 4096 + 7 * 1024 + 4096},
    "block_of_L: you counted one LayerNorm. A block has two, each with 2·D parameters.",
    "block_of_L：你只数了一个 LayerNorm。一个块里有两个，每个有 2·D 个参数。",
)
exercise.wrong_values(
    "norms_forgotten",
    lambda **_: {"block_of_L": 4 * 1024**2 + 2 * 1024 * 4096 + 5 * 1024 + 4096},
    "block_of_L: the two LayerNorms are missing, each with 2·D parameters.",
    "block_of_L：漏了两个 LayerNorm，每个有 2·D 个参数。",
)
exercise.wrong_values(
    "positions_forgotten",
    lambda **_: {"B32_minus_B16": 3 * (32**2 - 16**2) * 768},
    "B32_minus_B16: that is the patch embedding's part. The larger patch also makes the sequence, and with it the "
    "table of positions, shorter.",
    "B32_minus_B16：这只是图像块嵌入那部分。图像块变大，序列会变短，位置嵌入表也跟着变短。",
)
exercise.wrong_values(
    "patch_weights_forgotten",
    lambda **_: {"B32_minus_B16": -(14**2 - 7**2) * 768},
    "B32_minus_B16: that is the positions' part. The patch embedding has a weight for each value in a patch, so it grows.",
    "B32_minus_B16：这只是位置嵌入那部分。图像块里每个值都对应一个权重，所以图像块嵌入会变大。",
)
exercise.wrong_values(
    "sign_swapped",
    lambda **_: {"B32_minus_B16": -(3 * (32**2 - 16**2) - (14**2 - 7**2)) * 768},
    "B32_minus_B16: the amount is right, the sign is not. B/32 is the larger model.",
    "B32_minus_B16：数值对了，符号反了。更大的是 B/32。",
)
