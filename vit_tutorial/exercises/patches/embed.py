"""Exercise 01.5, embed with one convolution: solution, cases, and the mistakes that are known by name."""

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


exercise.variant(
    lambda x, w, b: F.conv2d(x, w, b, stride=w.shape[-1]),
    "that is what the convolution returns, (B, D, H/P, W/P). Flatten the grid, then transpose: (B, N, D).",
    "这是卷积的输出 (B, D, H/P, W/P)。先展平网格，再转置：(B, N, D)。",
    name="not_flattened",
)
exercise.variant(
    lambda x, w, b: F.conv2d(x, w, b, stride=w.shape[0]).flatten(2).transpose(1, 2),
    "the stride is D. It is the side of a patch: weight.shape[-1].",
    "步幅用成了 D。它应该是图像块的边长：weight.shape[-1]。",
    name="stride_from_the_width",
)
exercise.variant(
    lambda x, w, b: (
        F.conv2d(x, w, b, stride=w.shape[-1], padding=1).flatten(2).transpose(1, 2)
    ),
    "the convolution pads the image. Patches lie side by side, without a rim: padding stays 0.",
    "卷积给图像补了边。图像块是一块挨一块切的，没有边：padding 应该是 0。",
    name="padded",
)
exercise.variant(
    lambda x, w, b: F.conv2d(x, w, b, stride=w.shape[-1]).flatten(1),
    "you flattened features and grid together. Flatten the grid alone, flatten(2), then transpose.",
    "你把特征和网格一起展平了。应该只展平网格，用 flatten(2)，再转置。",
    name="all_flattened",
)
