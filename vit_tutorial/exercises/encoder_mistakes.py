"""The mistakes of chapter 5 that `check` knows by name: each function makes one, its message says the way out."""

from __future__ import annotations

from vit_tutorial.exercises.encoder import (
    encoder_block,
    predict,
    wire,
)

# 05.1 Count to the unit

predict.wrong_values(
    "patches_counted_not_parameters",
    {"larger_image": 24**2 - 14**2},
    "larger_image: that is how many patches are added. Each of them gets a row of D = 768 numbers in the positions.",
    "larger_image：这是多出来的图像块数。每个图像块在位置嵌入里还要占一行，D = 768 个数。",
)
predict.wrong_values(
    "whole_table_counted",
    {"larger_image": (24**2 + 1) * 768},
    "larger_image: that is the whole new table of positions. Subtract the one that was there at 224 px.",
    "larger_image：这是整张新的位置嵌入表。还要减去 224 像素时原有的那张。",
)
predict.wrong_values(
    "head_bias_forgotten",
    {"three_classes": 86_567_656 - 997 * 768},
    "three_classes: each class has 768 weights and one bias. You took away the weights only.",
    "three_classes：每个类别有 768 个权重，还有一个偏置。你只减掉了权重。",
)
predict.wrong_values(
    "backbone_only",
    {"three_classes": 86_567_656 - 769_000},
    "three_classes: that is the model without any head. Three classes still need a head of three outputs.",
    "three_classes：这是完全没有分类头的模型。三个类别也需要一个三输出的分类头。",
)
predict.wrong_values(
    "block_without_biases",
    {"block_of_L": 4 * 1024**2 + 2 * 1024 * 4096},
    "block_of_L: you counted weight matrices only. Each linear layer has a bias, each LayerNorm a weight and a bias.",
    "block_of_L：你只数了权重矩阵。每个线性层都有偏置，每个 LayerNorm 都有权重和偏置。",
)
predict.wrong_values(
    "one_norm_in_the_block",
    {"block_of_L": 4 * 1024**2 + 2 * 1024 * 4096 + 7 * 1024 + 4096},
    "block_of_L: you counted one LayerNorm. A block has two, each with 2·D parameters.",
    "block_of_L：你只数了一个 LayerNorm。一个块里有两个，每个有 2·D 个参数。",
)
predict.wrong_values(
    "norms_forgotten",
    {"block_of_L": 4 * 1024**2 + 2 * 1024 * 4096 + 5 * 1024 + 4096},
    "block_of_L: the two LayerNorms are missing, each with 2·D parameters.",
    "block_of_L：漏了两个 LayerNorm，每个有 2·D 个参数。",
)
predict.wrong_values(
    "positions_forgotten",
    {"B32_minus_B16": 3 * (32**2 - 16**2) * 768},
    "B32_minus_B16: that is the patch embedding's part. The larger patch also makes the sequence, and with it the "
    "table of positions, shorter.",
    "B32_minus_B16：这只是图像块嵌入那部分。图像块变大，序列会变短，位置嵌入表也跟着变短。",
)
predict.wrong_values(
    "patch_weights_forgotten",
    {"B32_minus_B16": -(14**2 - 7**2) * 768},
    "B32_minus_B16: that is the positions' part. The patch embedding has a weight for each value in a patch, so it grows.",
    "B32_minus_B16：这只是位置嵌入那部分。图像块里每个值都对应一个权重，所以图像块嵌入会变大。",
)
predict.wrong_values(
    "sign_swapped",
    {"B32_minus_B16": -(3 * (32**2 - 16**2) - (14**2 - 7**2)) * 768},
    "B32_minus_B16: the amount is right, the sign is not. B/32 is the larger model.",
    "B32_minus_B16：数值对了，符号反了。更大的是 B/32。",
)


# 05.2 The block


@wire.mistake(
    "post-norm: you normalise after the addition, so the LayerNorm stands on the stream. "
    "Put it on the branch: x + attention(norm1(x)).",
    "这是后置归一化：你在加法之后才归一化，LayerNorm 站到了主干上。应该放在支路上：x + attention(norm1(x))。",
)
def post_norm(x, norm1, attention, norm2, mlp):
    x = norm1(x + attention(x))
    return norm2(x + mlp(x))


@wire.mistake(
    "the residual connections are missing: each layer overwrites the stream. Add its output to x.",
    "漏了残差连接：每一层都把主干覆盖掉了。应该把输出加到 x 上。",
)
def no_residuals(x, norm1, attention, norm2, mlp):
    return mlp(norm2(attention(norm1(x))))


@wire.mistake(
    "the residual around attention is missing. Both halves of the block add to x.",
    "注意力那一半漏了残差连接。块的两半都要往 x 上加。",
)
def no_first_residual(x, norm1, attention, norm2, mlp):
    x = attention(norm1(x))
    return x + mlp(norm2(x))


@wire.mistake(
    "the residual around the MLP is missing. Both halves of the block add to x.",
    "MLP 那一半漏了残差连接。块的两半都要往 x 上加。",
)
def no_second_residual(x, norm1, attention, norm2, mlp):
    return mlp(norm2(x + attention(norm1(x))))


@wire.mistake(
    "norm1 is used twice. On a fresh model nobody would notice, because all LayerNorms start alike; "
    "the second half has its own: norm2.",
    "norm1 用了两次。在新建的模型上谁也看不出来，因为所有 LayerNorm 的初始值都一样；后一半有自己的：norm2。",
)
def same_norm_twice(x, norm1, attention, norm2, mlp):
    x = x + attention(norm1(x))
    return x + mlp(norm1(x))


@wire.mistake(
    "the residual is taken after the norm: you overwrote x by norm(x), then added to that. "
    "Add to the x that came in.",
    "残差取在了归一化之后：你先用 norm(x) 覆盖了 x，再往上加。应该加到进来的那个 x 上。",
)
def residual_after_norm(x, norm1, attention, norm2, mlp):
    x = norm1(x)
    x = x + attention(x)
    x = norm2(x)
    return x + mlp(x)


@wire.mistake(
    "attention and MLP work side by side on the same x. The MLP has to read the stream after attention has added to it.",
    "注意力和 MLP 并排处理了同一个 x。MLP 应该读取注意力加过之后的主干。",
)
def in_parallel(x, norm1, attention, norm2, mlp):
    return x + attention(norm1(x)) + mlp(norm2(x))


@wire.mistake(
    "the MLP comes first. Equation 2 is attention, Equation 3 the MLP.",
    "MLP 跑到前面去了。公式 2 是注意力，公式 3 才是 MLP。",
)
def mlp_first(x, norm1, attention, norm2, mlp):
    return encoder_block(x, norm2, mlp, norm1, attention)
