"""Exercise 04.4, the MLP: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def mlp(x, weight1, bias1, weight2, bias2):
    hidden = F.gelu(F.linear(x, weight1, bias1))
    return F.linear(hidden, weight2, bias2)


def _layers(b: int, n: int, d: int, mlp_dim: int) -> tuple:
    """A case for `mlp`: tokens and every parameter, all random, with gradients wanted for the parameters."""
    shapes = [(mlp_dim, d), (mlp_dim,), (d, mlp_dim), (d,)]
    parameters = [
        random_tensor(*s, seed=i).requires_grad_() for i, s in enumerate(shapes, 1)
    ]
    return random_tensor(b, n, d).requires_grad_(), *parameters


exercise = Exercise(
    "04.4", mlp, cases=lambda: [_layers(2, 5, 3, 12), _layers(1, 4, 7, 6)]
)


def _mlp(x, weight1, bias1, weight2, bias2, activation):
    """Put another activation between the two layers."""
    hidden = activation(F.linear(x, weight1, bias1))
    return F.linear(hidden, weight2, bias2)


exercise.variant(
    _mlp,
    "you used ReLU. ViT has a GELU between the two layers.",
    "你用了 ReLU。ViT 的两层之间用的是 GELU。",
    name="relu_for_gelu",
    activation=nn.ReLU(),
)
exercise.variant(
    _mlp,
    "you used the tanh approximation of GELU. Leave out approximate='tanh'.",
    "你用了 GELU 的 tanh 近似。去掉 approximate='tanh'。",
    name="tanh_gelu",
    activation=nn.GELU(approximate="tanh"),
)
exercise.variant(
    _mlp,
    "there is no activation: two linear layers in a row are one linear layer. Put a GELU between them.",
    "没有激活函数：两个线性层连在一起，还是一个线性层。中间要放一个 GELU。",
    name="no_activation",
    activation=nn.Identity(),
)


@exercise.mistake(
    "the GELU stands after the second layer. It belongs between the two.",
    "GELU 放到了第二层后面。它应该在两层之间。",
)
def gelu_after_the_second_layer(x, weight1, bias1, weight2, bias2):
    return F.gelu(_mlp(x, weight1, bias1, weight2, bias2, activation=nn.Identity()))


@exercise.mistake(
    "you added x to the output. The residual connection belongs to the block, outside the MLP.",
    "你把 x 加到了输出上。残差连接是编码器块的事，在 MLP 外面。",
)
def residual_inside(x, weight1, bias1, weight2, bias2):
    return x + mlp(x, weight1, bias1, weight2, bias2)


exercise.not_added(
    bias1_forgotten=("bias1",),
    bias2_forgotten=("bias2",),
    both_biases_forgotten=("bias1", "bias2"),
)


exercise.variant(
    lambda x, *p: F.gelu(mlp(x, *p)),
    "a GELU stands after the second layer, too. There is one, between the two.",
    "第二层后面也有一个 GELU。只要一个，放在两层之间。",
    name="gelu_twice",
)
exercise.variant(
    lambda x, w1, b1, w2, b2: F.gelu(F.linear(x, w1, b1)),
    "the second layer is missing: it brings the hidden features back to width D.",
    "漏了第二层：它把隐藏特征变回宽度 D。",
    name="second_layer_forgotten",
)
exercise.variant(
    lambda x, *p: _mlp(F.gelu(x), *p, activation=nn.Identity()),
    "the GELU stands before the first layer. It belongs between the two.",
    "GELU 放到了第一层前面。它应该在两层之间。",
    name="gelu_before_the_first_layer",
)
exercise.variant(
    _mlp,
    "you used SiLU. ViT has a GELU between the two layers.",
    "你用了 SiLU。ViT 的两层之间用的是 GELU。",
    name="silu_for_gelu",
    activation=F.silu,
)
exercise.variant(
    _mlp,
    "you used a sigmoid. ViT has a GELU between the two layers.",
    "你用了 sigmoid。ViT 的两层之间用的是 GELU。",
    name="sigmoid_for_gelu",
    activation=torch.sigmoid,
)
