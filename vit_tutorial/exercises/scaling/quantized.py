"""Exercise 09.5, weights in one byte each: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

import torch

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def quantized(weight):
    scale = weight.abs().amax(dim=1, keepdim=True) / 127  # (O, 1)
    scale = torch.where(scale == 0, 1.0, scale)  # a row of zeros stays one
    return (weight / scale).round().to(torch.int8), scale


def _case(rows, columns, seed, zero=False):
    sizes = torch.logspace(-2, 1, rows, dtype=torch.float64)[:, None]
    weight = random_tensor(rows, columns, seed=seed) * sizes
    weight[0, 0] = -4 * weight[0].abs().amax()  # a largest value that is negative
    if zero:
        weight[1] = 0
    return (weight,)


exercise = Exercise(
    "09.5",
    quantized,
    cases=lambda: [_case(4, 7, 0), _case(3, 40, 1), _case(5, 6, 2, zero=True)],
)


def _quantized(
    weight,
    *,
    steps=127,
    largest=lambda w: w.abs().amax(dim=1, keepdim=True),
    whole=torch.round,
    guard=True,
    upside_down=False,
):
    scale = largest(weight) / steps
    scale = torch.where(scale == 0, 1.0, scale) if guard else scale
    number = whole(weight / scale).nan_to_num(0).clamp(-128, 127)
    return number.to(torch.int8), 1 / scale if upside_down else scale


_variant = partial(exercise.variant, _quantized)

_variant(
    "there is one scale for the whole matrix: a row of small weights becomes zeros. Each row has a scale of its own, "
    "shape (O, 1).",
    "整个矩阵只用了一个比例：权重小的行会全变成零。每一行要有自己的比例，形状 (O, 1)。",
    name="one_scale_for_all",
    largest=lambda w: w.abs().amax().expand(len(w), 1),
)
_variant(
    "the scale follows the largest weight, not the largest size: a weight below minus that falls out of the range. Take "
    "abs() first.",
    "比例跟着最大的权重走，而不是最大的绝对值：比它的相反数还小的权重会超出范围。要先取 abs()。",
    name="without_abs",
    largest=lambda w: w.amax(dim=1, keepdim=True),
)
_variant(
    "you divided by 128. int8 ends at 127: the largest weight would become 128, which is not there.",
    "你除以了 128。int8 只到 127：最大的权重会变成 128，而这个数不存在。",
    name="divided_by_128",
    steps=128,
)
_variant(
    "you divided by 255, as for bytes without a sign: half of the weights fall out of the range of int8.",
    "你除以了 255，那是无符号字节的做法：一半的权重会超出 int8 的范围。",
    name="divided_by_255",
    steps=255,
)
_variant(
    "the numbers are cut off, not rounded: to(torch.int8) forgets what stands after the point. Round first.",
    "数值是截断的，没有四舍五入：to(torch.int8) 会丢掉小数部分。要先 round。",
    name="cut_off",
    whole=torch.trunc,
)
_variant(
    "a row of zeros gets the scale 0, and 0 / 0 is NaN. Give it the scale 1.",
    "全零的行得到的比例是 0，而 0 / 0 是 NaN。这样的行把比例设为 1。",
    name="zero_row",
    guard=False,
)
_variant(
    "the scale is upside down: the weight is int8 times scale.",
    "比例写反了：权重 = int8 × 比例。",
    name="upside_down",
    upside_down=True,
)
