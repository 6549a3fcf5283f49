"""The exercises of chapter 3: solutions (the text that the book shows), cases and properties.

The mistakes that `check` knows by name stand in `attention_…mistakes.py`.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def by_hand():
    return {
        "divide_by": 4,
        "largest_percent": 60,
        "output": 7,
        "sum_of_all_weights": 10,
    }


def attend(query, key, value):
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
    weights = scores.softmax(dim=-1)
    return weights @ value, weights


def split_heads(x, num_heads):
    b, n, d = x.shape
    return x.reshape(b, n, num_heads, d // num_heads).transpose(1, 2)


def self_attention(x, qkv_weight, qkv_bias, out_weight, out_bias, num_heads):
    b, n, d = x.shape
    qkv = F.linear(x, qkv_weight, qkv_bias)
    qkv = qkv.reshape(b, n, 3, num_heads, d // num_heads)
    query, key, value = qkv.permute(2, 0, 3, 1, 4)
    weights = query @ key.transpose(-2, -1) / (d // num_heads) ** 0.5
    heads = weights.softmax(dim=-1) @ value
    joined = heads.transpose(1, 2).reshape(b, n, d)
    return F.linear(joined, out_weight, out_bias)


def count():
    n, d, h = 24**2 + 1, 384, 6
    return {
        "parameters": (d * 3 * d + 3 * d) + (d * d + d),
        "linear_products": n * d * 3 * d + n * d * d,
        "token_products": n * n * d + n * n * d,
        "num_weights": h * n * n,
    }


def _random(*shape: int) -> torch.Tensor:
    """Random numbers that depend on the shape, so that no two arguments of a case are alike."""
    return random_tensor(*shape, seed=sum(shape))


def _heads(b: int, h: int, n: int, m: int, d_h: int, d_v: int) -> tuple:
    """A case for `attend`: scores large enough that every scaling shows."""
    return 2 * _random(b, h, n, d_h), _random(b, h, m, d_h), _random(b, h, m, d_v)


def _layer(b: int, n: int, d: int, h: int) -> tuple:
    """A case for `self_attention`: every weight and bias random, no two sizes alike."""
    return (
        _random(b, n, d),
        0.5 * _random(3 * d, d),
        _random(3 * d),
        _random(d, d),
        _random(d),
        h,
    )


weigh = Exercise("03.1", by_hand, values=True)
collect = Exercise(
    "03.2", attend, cases=lambda: [_heads(2, 3, 5, 7, 4, 6), _heads(1, 2, 6, 3, 9, 5)]
)
split = Exercise(
    "03.3", split_heads, cases=lambda: [(_random(2, 5, 12), 3), (_random(3, 7, 10), 2)]
)
whole = Exercise(
    "03.4", self_attention, cases=lambda: [_layer(2, 5, 12, 3), _layer(3, 7, 10, 2)]
)
price = Exercise("03.5", count, values=True)

EXERCISES = [weigh, collect, split, whole, price]


@collect.requires(
    "a row of the weights does not sum to 1. A row belongs to a query: softmax over the last axis, the keys.",
    "有的行权重加起来不等于 1。一行属于一个查询：softmax 要沿着最后一个轴，也就是键的方向做。",
)
def rows_sum_to_one(output, query, key, value):
    sums = output[1].sum(dim=-1)
    return torch.allclose(sums, torch.ones_like(sums))


@collect.requires(
    "a weight is negative, which softmax never makes it.",
    "出现了负的权重，softmax 不会得出负数。",
)
def weights_not_negative(output, query, key, value):
    return bool((output[1] >= 0).all())


@split.requires(
    "values were lost or invented: splitting moves each value of x, and changes none.",
    "有的值丢了，或者是凭空多出来的：拆分只是挪动 x 里的每个值，一个也不改。",
)
def nothing_lost(heads, x, num_heads):
    return torch.equal(heads.flatten().sort().values, x.flatten().sort().values)
