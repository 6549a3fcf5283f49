"""Exercise 05.1, count to the unit: solution, and the mistakes that are known by name."""

from __future__ import annotations

from vit_tutorial.exercises.engine import Exercise


def counts():
    return {
        "larger_image": ((384 // 16) ** 2 - (224 // 16) ** 2) * 768,
        "three_classes": 86_567_656 - (1000 - 3) * (768 + 1),
        "block_of_L": 4 * 1024**2 + 2 * 1024 * 4096 + 9 * 1024 + 4096,
        "B32_minus_B16": 3 * (32**2 - 16**2) * 768 - (14**2 - 7**2) * 768,
    }


exercise = Exercise("05.1", counts, values=True)

exercise.wrong_values(
    "patches_counted_not_parameters",
    {"larger_image": 24**2 - 14**2},
    "larger_image: that is how many patches are added. Each of them gets a row of D = 768 numbers in the positions.",
    "larger_image：这是多出来的图像块数。每个图像块在位置嵌入里还要占一行，D = 768 个数。",
)
exercise.wrong_values(
    "whole_table_counted",
    {"larger_image": (24**2 + 1) * 768},
    "larger_image: that is the whole new table of positions. Subtract the one that was there at 224 px.",
    "larger_image：这是整张新的位置嵌入表。还要减去 224 像素时原有的那张。",
)
exercise.wrong_values(
    "head_bias_forgotten",
    {"three_classes": 86_567_656 - 997 * 768},
    "three_classes: each class has 768 weights and one bias. You took away the weights only.",
    "three_classes：每个类别有 768 个权重，还有一个偏置。你只减掉了权重。",
)
exercise.wrong_values(
    "backbone_only",
    {"three_classes": 86_567_656 - 769_000},
    "three_classes: that is the model without any head. Three classes still need a head of three outputs.",
    "three_classes：这是完全没有分类头的模型。三个类别也需要一个三输出的分类头。",
)
exercise.wrong_values(
    "block_without_biases",
    {"block_of_L": 4 * 1024**2 + 2 * 1024 * 4096},
    "block_of_L: you counted weight matrices only. Each linear layer has a bias, each LayerNorm a weight and a bias.",
    "block_of_L：你只数了权重矩阵。每个线性层都有偏置，每个 LayerNorm 都有权重和偏置。",
)
exercise.wrong_values(
    "one_norm_in_the_block",
    {"block_of_L": 4 * 1024**2 + 2 * 1024 * 4096 + 7 * 1024 + 4096},
    "block_of_L: you counted one LayerNorm. A block has two, each with 2·D parameters.",
    "block_of_L：你只数了一个 LayerNorm。一个块里有两个，每个有 2·D 个参数。",
)
exercise.wrong_values(
    "norms_forgotten",
    {"block_of_L": 4 * 1024**2 + 2 * 1024 * 4096 + 5 * 1024 + 4096},
    "block_of_L: the two LayerNorms are missing, each with 2·D parameters.",
    "block_of_L：漏了两个 LayerNorm，每个有 2·D 个参数。",
)
exercise.wrong_values(
    "positions_forgotten",
    {"B32_minus_B16": 3 * (32**2 - 16**2) * 768},
    "B32_minus_B16: that is the patch embedding's part. The larger patch also makes the sequence, and with it the "
    "table of positions, shorter.",
    "B32_minus_B16：这只是图像块嵌入那部分。图像块变大，序列会变短，位置嵌入表也跟着变短。",
)
exercise.wrong_values(
    "patch_weights_forgotten",
    {"B32_minus_B16": -(14**2 - 7**2) * 768},
    "B32_minus_B16: that is the positions' part. The patch embedding has a weight for each value in a patch, so it grows.",
    "B32_minus_B16：这只是位置嵌入那部分。图像块里每个值都对应一个权重，所以图像块嵌入会变大。",
)
exercise.wrong_values(
    "sign_swapped",
    {"B32_minus_B16": -(3 * (32**2 - 16**2) - (14**2 - 7**2)) * 768},
    "B32_minus_B16: the amount is right, the sign is not. B/32 is the larger model.",
    "B32_minus_B16：数值对了，符号反了。更大的是 B/32。",
)
