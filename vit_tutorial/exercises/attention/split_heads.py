"""Exercise 03.3, split into heads: solution, cases, properties, and the mistakes that are known by name."""

from __future__ import annotations

import torch

from vit_tutorial.exercises.attention.random_inputs import random_input
from vit_tutorial.exercises.engine import Exercise


def split_heads(x, num_heads):
    b, n, d = x.shape
    return x.reshape(b, n, num_heads, d // num_heads).transpose(1, 2)


exercise = Exercise(
    "03.3",
    split_heads,
    cases=lambda: [
        (random_input(b, n, d).requires_grad_(), h)
        for b, n, d, h in ((2, 5, 12, 3), (3, 7, 10, 2), (1, 4, 6, 2))
    ],
)


@exercise.requires(
    "values were lost or invented: splitting moves each value of x, and changes none.",
    "有的值丢了，或者是凭空多出来的：拆分只是挪动 x 里的每个值，一个也不改。",
)
def nothing_lost(heads, x, num_heads):
    x = x.to(heads.dtype)
    return torch.equal(heads.flatten().sort().values, x.flatten().sort().values)


@exercise.mistake(
    "heads split without the transpose: view instead of a real rearrangement. A head then gets all features "
    "of some tokens, not its features of all tokens. Reshape to (B, T, h, D_h), then transpose.",
    "拆头时没有转置：view 不等于真正的重新排列。这样一个头拿到的是某几个词元的全部特征，"
    "而不是所有词元的那一份特征。先 reshape 成 (B, T, h, D_h)，再转置。",
)
def split_without_transpose(x, num_heads):
    b, n, d = x.shape
    return x.reshape(b, num_heads, n, d // num_heads)


@exercise.mistake(
    "the heads are still behind the tokens: (B, T, h, D_h). Swap these two axes, or tokens will attend to heads.",
    "头还排在词元后面：(B, T, h, D_h)。把这两个轴对调，否则注意力会在头与头之间计算。",
)
def not_transposed(x, num_heads):
    return split_heads(x, num_heads).transpose(1, 2)


@exercise.mistake(
    "the features are dealt out like cards: head 0 got features 0, h, 2h, … It owns the first D_h in a row: "
    "reshape to (h, D_h), not to (D_h, h).",
    "特征像发牌一样轮流分掉了：头 0 拿到的是第 0、h、2h……个特征。它应该拿连续的前 D_h 个："
    "reshape 成 (h, D_h)，不是 (D_h, h)。",
)
def features_dealt_out(x, num_heads):
    b, n, d = x.shape
    return x.reshape(b, n, d // num_heads, num_heads).permute(0, 3, 1, 2)


@exercise.mistake(
    "every head got the whole width D. The heads share it out: D // num_heads features each.",
    "每个头都拿到了完整的宽度 D。各个头要分摊它：每个头 D // num_heads 个特征。",
)
def whole_width_for_each(x, num_heads):
    return x[:, None].repeat(1, num_heads, 1, 1)
