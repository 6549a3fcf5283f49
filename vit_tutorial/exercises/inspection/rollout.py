"""Exercise 08.3, rollout: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

import torch

from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.exercises.inspection.maps import attention


def rollout(weights):
    identity = torch.eye(weights.shape[-1], dtype=weights.dtype)
    mixed = identity.expand(weights.shape[1], -1, -1)  # (B, T, T)
    for block in weights.mean(dim=2):  # (B, T, T), the first block first
        mixed = (block + identity) / 2 @ mixed
    return mixed


exercise = Exercise(
    "08.3",
    rollout,
    cases=lambda: [
        (attention(3, 2, 4, 5, 5),),
        (attention(4, 1, 2, 7, 7, seed=1),),
        (attention(3, 3, 3, 4, 4, seed=2),),
    ],
)


def _normalised(block):
    return block / block.sum(dim=-1, keepdim=True)


def _half(block, identity):
    return (block + identity) / 2


def _roll(
    weights,
    *,
    heads="mean",
    keep=_half,
    step=lambda new, old: new @ old,
    blocks=slice(None),
):
    """Rollout with one thing done in another way."""
    identity = torch.eye(weights.shape[-1], dtype=weights.dtype)
    mixed = identity.expand(weights.shape[1], -1, -1)
    for block in getattr(weights, heads)(dim=2)[blocks]:
        mixed = step(keep(block, identity), mixed)
    return mixed


_variant = partial(exercise.variant, _roll)

_variant(
    "the identity is missing: what a token keeps by the residual connection. Half of each block is the identity.",
    "漏了单位矩阵，也就是词元经残差连接保留下来的那一份。每一块里，单位矩阵占一半。",
    name="no_identity",
    keep=lambda block, identity: block,
)
_variant(
    "you added the identity but did not halve: the rows sum to 2, and after L blocks to 2 to the L. Divide by 2.",
    "加了单位矩阵，却没有除以 2：每行的和变成 2，L 块之后就是 2 的 L 次方。要除以 2。",
    name="not_halved",
    keep=lambda block, identity: block + identity,
)
_variant(
    "the blocks are multiplied in the wrong order. The first block acts first, so it stands at the right: "
    "new @ mixed, not mixed @ new.",
    "各块相乘的顺序反了。第一块最先起作用，所以要在最右边：是 new @ mixed，不是 mixed @ new。",
    name="order_reversed",
    step=lambda new, old: old @ new,
)
_variant(
    "you multiplied entry by entry. Use the matrix product: @.",
    "你做的是逐元素相乘。要用矩阵乘法：@。",
    name="entry_by_entry",
    step=lambda new, old: new * old,
)
_variant(
    "you added the blocks up. What a token has collected in one block is mixed further by the next: multiply.",
    "你把各块加了起来。一块里收集到的东西，会被下一块继续混合：要相乘。",
    name="blocks_added",
    step=lambda new, old: new + old,
)
_variant(
    "you summed over the heads. Take their mean, or the rows no longer sum to 1.",
    "你对头求了和。要取平均，否则每行的和就不是 1 了。",
    name="heads_summed",
    heads="sum",
)
_variant(
    "you took the largest of the heads. Here it is their mean.",
    "你取了各个头中的最大值。这里要的是平均。",
    name="largest_head",
    heads="amax",
)
_variant(
    "this is the last block alone. Multiply all of them.",
    "这只是最后一块。要把所有块乘起来。",
    name="last_block_alone",
    blocks=slice(-1, None),
)
_variant(
    "the weights are transposed: the row is the query, what a token takes. Leave them as they are.",
    "权重被转置了：行才是查询，是一个词元取了多少。不要转置。",
    name="transposed",
    keep=lambda block, identity: _half(block, identity).transpose(-2, -1),
)


@exercise.mistake(
    "this is right for the class token's row only; return all of (B, T, T).",
    "这只返回了类别词元的那一行；要返回整个 (B, T, T)。",
)
def class_row_alone(weights):
    return rollout(weights)[:, 0]
