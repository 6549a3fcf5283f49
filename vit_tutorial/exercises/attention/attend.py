"""Exercise 03.2, attention, written out: solution, cases, properties, and the mistakes that are known by name."""

from __future__ import annotations

import torch

from vit_tutorial.exercises.attention.random_inputs import random_input
from vit_tutorial.exercises.engine import Exercise


def attend(query, key, value):
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
    weights = scores.softmax(dim=-1)
    return weights @ value, weights


def _heads(b: int, h: int, n: int, m: int, d_h: int, d_v: int) -> tuple:
    """A case for `attend`: scores large enough that every scaling shows."""
    query = 2 * random_input(b, h, n, d_h)
    inputs = query, random_input(b, h, m, d_h), random_input(b, h, m, d_v)
    return tuple(each.requires_grad_() for each in inputs)


exercise = Exercise(
    "03.2", attend, cases=lambda: [_heads(2, 3, 5, 7, 4, 6), _heads(1, 2, 6, 3, 9, 5)]
)


@exercise.requires(
    "a row of the weights does not sum to 1. A row belongs to a query: softmax over the last axis, the keys.",
    "有的行权重加起来不等于 1。一行属于一个查询：softmax 要沿着最后一个轴，也就是键的方向做。",
)
def rows_sum_to_one(output, query, key, value):
    sums = output[1].sum(dim=-1)
    return torch.allclose(sums, torch.ones_like(sums))


@exercise.requires(
    "a weight is negative, which softmax never makes it.",
    "出现了负的权重，softmax 不会得出负数。",
)
def weights_not_negative(output, query, key, value):
    return bool((output[1] >= 0).all())


def _attend(query, key, value, power=0.5, dim=-1):
    """Divide the scores by another power of D_h, or take the softmax along another axis."""
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** power
    weights = scores.softmax(dim=dim)
    return weights @ value, weights


exercise.variant(
    _attend,
    "softmax over the queries (dim=-2): the columns sum to 1. Each query, a row, has to share out its own 1: dim=-1.",
    "softmax 沿查询的方向做了（dim=-2），加起来等于 1 的成了列。应该是每个查询（一行）分配自己的 1：用 dim=-1。",
    name="softmax_over_queries",
    dim=-2,
)
exercise.variant(
    _attend,
    "the scaling is missing. Divide the scores by √D_h before the softmax.",
    "漏了缩放。做 softmax 之前，要把分数除以 √D_h。",
    name="scaling_forgotten",
    power=0,
)
exercise.variant(
    _attend,
    "you divided by D_h, not by its square root.",
    "你除以了 D_h，应该除以它的平方根。",
    name="divided_by_the_width",
    power=1,
)


@exercise.mistake(
    "you scaled after the softmax: the rows no longer sum to 1. Divide the scores, not the weights.",
    "你在 softmax 之后才缩放，每一行加起来就不等于 1 了。要除的是分数，不是权重。",
)
def scaled_after_the_softmax(query, key, value):
    output, weights = _attend(query, key, value, power=0)
    root = query.shape[-1] ** 0.5
    return output / root, weights / root


@exercise.mistake(
    "the key is reshaped, not transposed: view instead of a real rearrangement. Use key.transpose(-2, -1).",
    "键只是变了形状，没有转置：view 不等于真正的重新排列。请用 key.transpose(-2, -1)。",
)
def key_reshaped(query, key, value):
    *batch, m, d_h = key.shape
    reshaped = key.reshape(*batch, d_h, m)
    return attend(query, reshaped.transpose(-2, -1), value)  # which transposes back


@exercise.mistake(
    "you averaged the keys. The key says where to look; what is handed over is the value.",
    "你平均的是键。键只说明该看哪里，真正交出去的是值。",
)
def keys_averaged(query, key, value):
    return attend(query, key, key)


@exercise.mistake(
    "you returned the scores in place of the weights. The weights are what softmax makes of the scaled scores.",
    "你把分数当成权重返回了。权重是缩放后的分数做完 softmax 的结果。",
)
def scores_for_weights(query, key, value):
    return attend(query, key, value)[0], query @ key.transpose(-2, -1)


@exercise.mistake(
    "you returned the scaled scores in place of the weights. The weights are what softmax makes of them.",
    "你把缩放后的分数当成权重返回了。权重是它们做完 softmax 的结果。",
)
def scaled_scores_for_weights(query, key, value):
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
    return attend(query, key, value)[0], scores


@exercise.mistake(
    "the two come in another order: return the output first, then the weights.",
    "两个返回值的次序反了：先返回输出，再返回权重。",
)
def weights_first(query, key, value):
    return attend(query, key, value)[::-1]


@exercise.mistake(
    "the weights are missing: return two values, the output and the weights.",
    "漏了权重：要返回两个值，输出和权重。",
)
def output_alone(query, key, value):
    return attend(query, key, value)[0]


@exercise.mistake(
    ".T turns all axes round, batch and heads as well. Swap the last two alone: key.transpose(-2, -1).",
    ".T 会把所有轴都倒过来，批次和头也不例外。只交换最后两个轴：key.transpose(-2, -1)。",
)
def all_axes_turned_round(query, key, value):
    return query @ key.permute(3, 2, 1, 0)


def _weighted(weights, value):
    return weights @ value, weights


exercise.variant(
    lambda q, k, v: _weighted((q @ k.mT / k.shape[-2] ** 0.5).softmax(dim=-1), v),
    "you divided by the root of how many keys there are. It is the width of a query: query.shape[-1].",
    "你除的是键的个数的平方根。应该是查询的宽度：query.shape[-1]。",
    name="scaled_by_the_keys",
)
exercise.variant(
    lambda q, k, v: _weighted((q @ k.mT / q.shape[-2] ** 0.5).softmax(dim=-1), v),
    "you divided by the root of how many queries there are. It is the width of a query: query.shape[-1].",
    "你除的是查询的个数的平方根。应该是查询的宽度：query.shape[-1]。",
    name="scaled_by_the_queries",
)
exercise.variant(
    _attend,
    "you multiplied by √D_h. Divide.",
    "你乘了 √D_h。应该除。",
    name="multiplied_by_the_root",
    power=-0.5,
)
exercise.variant(
    lambda q, k, v: _weighted((q @ k.mT / q.shape[-1] ** 0.5).exp(), v),
    "e to the power of each score is not yet a weight: divide by the sum of the row, or call softmax.",
    "e 的分数次方还不是权重：要除以这一行的总和，或者直接用 softmax。",
    name="not_divided_by_the_sum",
)
exercise.variant(
    lambda q, k, v: _weighted((q @ k.mT / q.shape[-1] ** 0.5).sigmoid(), v),
    "a sigmoid judges each key by itself, so a row does not sum to 1. The keys compete: softmax.",
    "sigmoid 是一个键一个键单独算的，一行加起来不等于 1。键之间要竞争：用 softmax。",
    name="sigmoid",
)
exercise.variant(
    _attend,
    "softmax over the heads (dim=1). The keys are the last axis: dim=-1.",
    "softmax 沿着头的方向做了（dim=1）。键在最后一个轴：dim=-1。",
    name="softmax_over_the_heads",
    dim=1,
)
exercise.variant(
    lambda q, k, v: _weighted(torch.zeros_like(q @ k.mT).softmax(dim=-1), v),
    "every key gets the same weight: the scores have no effect.",
    "每个键的权重都一样：分数没起作用。",
    name="all_alike",
)
exercise.variant(
    lambda q, k, v: (attend(q, k, v)[0], attend(q, k, v)[1].mT),
    "the weights come with queries and keys exchanged. A row belongs to a query: shape (..., T queries, T keys).",
    "返回的权重里，查询和键颠倒了。一行属于一个查询：形状是（…，查询数，键数）。",
    name="weights_transposed",
)
