"""The mistakes of exercises 04.4 and 04.5, the MLP and dropout, and what `check` says to each."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from vit_tutorial.exercises.mlp import (
    building,
    dropping,
)

# 04.4 The MLP


@building.mistake(
    "you used ReLU. ViT has a GELU between the two layers.",
    "你用了 ReLU。ViT 的两层之间用的是 GELU。",
)
def relu_for_gelu(x, weight1, bias1, weight2, bias2):
    return F.linear(F.relu(F.linear(x, weight1, bias1)), weight2, bias2)


@building.mistake(
    "you used the tanh approximation of GELU. Leave out approximate='tanh'.",
    "你用了 GELU 的 tanh 近似。去掉 approximate='tanh'。",
)
def tanh_gelu(x, weight1, bias1, weight2, bias2):
    hidden = F.gelu(F.linear(x, weight1, bias1), approximate="tanh")
    return F.linear(hidden, weight2, bias2)


@building.mistake(
    "there is no activation: two linear layers in a row are one linear layer. Put a GELU between them.",
    "没有激活函数：两个线性层连在一起，还是一个线性层。中间要放一个 GELU。",
)
def no_activation(x, weight1, bias1, weight2, bias2):
    return F.linear(F.linear(x, weight1, bias1), weight2, bias2)


@building.mistake(
    "the GELU stands after the second layer. It belongs between the two.",
    "GELU 放到了第二层后面。它应该在两层之间。",
)
def gelu_after_the_second_layer(x, weight1, bias1, weight2, bias2):
    return F.gelu(F.linear(F.linear(x, weight1, bias1), weight2, bias2))


@building.mistake(
    "you added x to the output. The residual connection belongs to the block, outside the MLP.",
    "你把 x 加到了输出上。残差连接是编码器块的事，在 MLP 外面。",
)
def residual_inside(x, weight1, bias1, weight2, bias2):
    hidden = F.gelu(F.linear(x, weight1, bias1))
    return x + F.linear(hidden, weight2, bias2)


# 04.5 Dropout


@dropping.mistake(
    "the kept values are not rescaled. Divide them by 1 - p, or the mean shrinks in training.",
    "留下的值没有放大。要除以 1 - p，不然训练时的均值会变小。",
)
def not_rescaled(x, noise, p, training):
    return torch.where(noise < p, 0.0, x) if training else x


@dropping.mistake(
    "you multiplied by 1 - p. Kept values have to grow, to make up for the dropped ones: divide.",
    "你乘了 1 - p。留下的值要变大，才能补上被置零的那些：应该除以它。",
)
def multiplied(x, noise, p, training):
    return torch.where(noise < p, 0.0, x * (1 - p)) if training else x


@dropping.mistake(
    "you drop in evaluation, too. With training=False return x unchanged.",
    "评估时你也在置零。training=False 时，应该原样返回 x。",
)
def dropped_in_evaluation(x, noise, p, training):
    return torch.where(noise < p, 0.0, x / (1 - p))


@dropping.mistake(
    "the mask is the wrong way round: you keep where the noise is below p, and so drop a share of 1 - p.",
    "掩码反了：你留下的是噪声小于 p 的地方，被置零的比例就成了 1 - p。",
)
def mask_inverted(x, noise, p, training):
    return torch.where(noise < p, x / (1 - p), 0.0) if training else x


@dropping.mistake(
    "you scale in evaluation by 1 - p, as the first paper on dropout did. Here training rescales, "
    "and evaluation returns x unchanged.",
    "你在评估时乘了 1 - p，最早的 dropout 论文就是这么做的。这里由训练时放大，评估时原样返回 x。",
)
def scaled_in_evaluation(x, noise, p, training):
    return torch.where(noise < p, 0.0, x) if training else x * (1 - p)
