"""Exercise 01.5, embed with one convolution: solution, cases, properties, and the mistakes that are known by name."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def embed(images, weight, bias):
    x = F.conv2d(images, weight, bias, stride=weight.shape[-1])
    return x.flatten(2).transpose(1, 2)


def _layer(b: int, c: int, h: int, w: int, p: int, d: int) -> tuple:
    """A case for `embed`: images, weight and bias, all different, with gradients wanted."""
    weight = random_tensor(d, c, p, p).requires_grad_()
    return (
        random_tensor(b, c, h, w),
        weight,
        torch.arange(1.0, d + 1, dtype=torch.float64).requires_grad_(),
    )


exercise = Exercise(
    "01.5", embed, cases=lambda: [_layer(2, 3, 8, 12, 4, 5), _layer(1, 2, 15, 6, 3, 4)]
)


@exercise.requires(
    "the output is cut off from the weight: no gradient reaches it, so it could never learn. "
    "Leave out detach(), .data and torch.no_grad().",
    "输出和权重断开了：梯度传不回去，这一层就永远学不到东西。不要用 detach()、.data 或 torch.no_grad()。",
)
def carries_gradient(tokens, images, weight, bias):
    return tokens.requires_grad


@exercise.mistake(
    "you reshaped (B, D, H/P, W/P) straight to (B, N, D). That mixes features of different patches: "
    "flatten the grid first, then transpose.",
    "你把 (B, D, H/P, W/P) 直接 reshape 成了 (B, N, D)，不同图像块的特征混在了一起：先展平网格，再转置。",
)
def reshaped_not_transposed(images, weight, bias):
    x = F.conv2d(images, weight, bias, stride=weight.shape[-1])
    return x.reshape(len(x), -1, x.shape[1])


@exercise.mistake(
    "the stride is missing: with stride 1 the windows overlap. Each patch is seen once: stride = P.",
    "没有设步幅：步幅为 1 时窗口互相重叠。每个图像块只看一次：步幅 = P。",
)
def stride_forgotten(images, weight, bias):
    return F.conv2d(images, weight, bias).flatten(2).transpose(1, 2)


@exercise.mistake(
    "the bias is missing.",
    "漏了偏置 bias。",
)
def bias_forgotten(images, weight, bias):
    return embed(images, weight, None)


@exercise.mistake(
    "the tokens come column by column. A convolution returns (B, D, H/P, W/P), rows first: don't swap them.",
    "词元是一列一列排的。卷积返回 (B, D, H/P, W/P)，行在前：不要把它们对调。",
)
def tokens_column_by_column(images, weight, bias):
    x = F.conv2d(images, weight, bias, stride=weight.shape[-1])
    return x.transpose(2, 3).flatten(2).transpose(1, 2)


@exercise.mistake(
    "the last two axes are swapped: (B, D, N). A token is a row of D numbers: transpose to (B, N, D).",
    "最后两个轴颠倒了，成了 (B, D, N)。一个词元是一行 D 个数：转置成 (B, N, D)。",
)
def features_before_tokens(images, weight, bias):
    return embed(images, weight, bias).transpose(1, 2)
