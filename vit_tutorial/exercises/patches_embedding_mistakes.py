"""The mistakes of exercise 01.5, the embedding by one convolution, and what `check` says to each."""

from __future__ import annotations

import torch.nn.functional as F

from vit_tutorial.exercises.patches import (
    convolve,
    embed,
)

# 01.5 One convolution


@convolve.mistake(
    "you reshaped (B, D, H/P, W/P) straight to (B, N, D). That mixes features of different patches: "
    "flatten the grid first, then transpose.",
    "你把 (B, D, H/P, W/P) 直接 reshape 成了 (B, N, D)，不同图像块的特征混在了一起：先展平网格，再转置。",
)
def reshaped_not_transposed(images, weight, bias):
    x = F.conv2d(images, weight, bias, stride=weight.shape[-1])
    return x.reshape(len(x), -1, x.shape[1])


@convolve.mistake(
    "the stride is missing: with stride 1 the windows overlap. Each patch is seen once: stride = P.",
    "没有设步幅：步幅为 1 时窗口互相重叠。每个图像块只看一次：步幅 = P。",
)
def stride_forgotten(images, weight, bias):
    return F.conv2d(images, weight, bias).flatten(2).transpose(1, 2)


@convolve.mistake(
    "the bias is missing.",
    "漏了偏置 bias。",
)
def bias_forgotten(images, weight, bias):
    return embed(images, weight, None)


@convolve.mistake(
    "the tokens come column by column. A convolution returns (B, D, H/P, W/P), rows first: don't swap them.",
    "词元是一列一列排的。卷积返回 (B, D, H/P, W/P)，行在前：不要把它们对调。",
)
def tokens_column_by_column(images, weight, bias):
    x = F.conv2d(images, weight, bias, stride=weight.shape[-1])
    return x.transpose(2, 3).flatten(2).transpose(1, 2)


@convolve.mistake(
    "the last two axes are swapped: (B, D, N). A token is a row of D numbers: transpose to (B, N, D).",
    "最后两个轴颠倒了，成了 (B, D, N)。一个词元是一行 D 个数：转置成 (B, N, D)。",
)
def features_before_tokens(images, weight, bias):
    return embed(images, weight, bias).transpose(1, 2)
