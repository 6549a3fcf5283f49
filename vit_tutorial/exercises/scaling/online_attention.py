"""Exercise 09.2, attention block by block: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def online_attention(query, key, value, block):
    query = query * query.shape[-1] ** -0.5
    largest = torch.full_like(query[..., :1], -torch.inf)  # so far, (..., T, 1)
    total = torch.zeros_like(largest)
    mixed = torch.zeros_like(query)  # (..., T, D_h)
    for k, v in zip(key.split(block, -2), value.split(block, -2), strict=True):
        scores = query @ k.mT  # (..., T, block)
        new = torch.maximum(largest, scores.amax(dim=-1, keepdim=True))
        shrink, weights = (largest - new).exp(), (scores - new).exp()
        total = total * shrink + weights.sum(dim=-1, keepdim=True)
        mixed = mixed * shrink + weights @ v
        largest = new
    return mixed / total


class _Watch(TorchDispatchMode):
    """Sees whether a whole table of T × M numbers is ever made."""

    def __init__(self, table: tuple[int, int]) -> None:
        super().__init__()
        self.table, self.made = table, False

    def __torch_dispatch__(self, function: Any, types: Any, args=(), kwargs=None):
        output = function(*args, **(kwargs or {}))
        fused = "scaled_dot_product" in str(function)
        shape = output.shape[-2:] if isinstance(output, torch.Tensor) else ()
        self.made = self.made or fused or tuple(shape) == self.table
        return output


def _watched(answer: Any, *case: Any) -> Any:
    """The output, and whether the whole table was made on the way."""
    query, key, *_ = case
    with _Watch((query.shape[-2], key.shape[-2])) as watch:
        output = answer(*case)
    return output if output is ... else (output, watch.made)


def _case(t, m, width, block, spread, seed):
    query = spread * random_tensor(2, 3, t, width, seed=seed)
    key, value = (random_tensor(2, 3, m, width, seed=seed + i) for i in (1, 2))
    return query, key, value, block


exercise = Exercise(
    "09.2",
    online_attention,
    cases=lambda: [
        _case(11, 23, 6, 5, 3.0, 0),
        _case(7, 24, 4, 8, 1.0, 3),
        _case(5, 18, 8, 7, 900.0, 6),
        _case(13, 9, 5, 1, 2.0, 9),
    ],
    run=_watched,
)


def _online(
    query,
    key,
    value,
    block,
    *,
    scale=lambda width: width**-0.5,
    largest=True,
    start=-torch.inf,
    shrink_total=True,
    shrink_mixed=True,
    divide=True,
    backwards=False,
    only_last=False,
):
    query = query * scale(query.shape[-1])
    top = torch.full_like(query[..., :1], start if largest else 0.0)
    total, mixed = torch.zeros_like(top), torch.zeros_like(query)
    parts = zip(key.split(block, -2), value.split(block, -2), strict=True)
    for k, v in list(parts)[-1:] if only_last else parts:
        scores = query @ k.mT
        new = scores.amax(dim=-1, keepdim=True)
        new = torch.maximum(top, new) if largest else torch.zeros_like(new)
        shrink = (new - top if backwards else top - new).exp()
        weights = (scores - new).exp()
        total = total * (shrink if shrink_total else 1) + weights.sum(-1, keepdim=True)
        mixed = mixed * (shrink if shrink_mixed else 1) + weights @ v
        top = new
    return mixed / total if divide else mixed


_variant = partial(exercise.variant, _online)

_variant(
    "the scores are not divided by √D_h.",
    "得分没有除以 √D_h。",
    name="no_scale",
    scale=lambda width: 1,
)
_variant(
    "the scores are divided by D_h. It has to be its square root.",
    "得分除以了 D_h。应该除以它的平方根。",
    name="divided_by_width",
    scale=lambda width: 1 / width,
)
_variant(
    "nothing is subtracted before the exponential: scores of some hundreds overflow, and inf / inf is NaN. Subtract the "
    "largest score so far.",
    "取指数之前什么也没有减：得分一到几百就会溢出，而 inf / inf 是 NaN。要减去到目前为止最大的得分。",
    name="no_maximum",
    largest=False,
)
_variant(
    "the sum so far was not shrunk when a larger score came. Its weights were measured from the old maximum: multiply by "
    "exp(old - new).",
    "遇到更大的得分时，已有的总和没有缩小。里面的权重是按旧的最大值算的：要乘以 `exp(old - new)`。",
    name="sum_not_shrunk",
    shrink_total=False,
)
_variant(
    "the values mixed so far were not shrunk when a larger score came. Their weights were measured from the old maximum: "
    "multiply by exp(old - new).",
    "遇到更大的得分时，已经混合好的值没有缩小。它们的权重是按旧的最大值算的：要乘以 `exp(old - new)`。",
    name="values_not_shrunk",
    shrink_mixed=False,
)
_variant(
    "neither the sum nor the values were shrunk when a larger score came: multiply both by exp(old - new).",
    "遇到更大的得分时，总和与混合的值都没有缩小：两者都要乘以 `exp(old - new)`。",
    name="nothing_shrunk",
    shrink_total=False,
    shrink_mixed=False,
)
_variant(
    "you multiply by exp(new - old): what is there grows when a larger score comes. It has to shrink: exp(old - new).",
    "你乘的是 `exp(new - old)`：遇到更大的得分，已有的部分反而变大了。应该缩小：`exp(old - new)`。",
    name="grown_instead_of_shrunk",
    backwards=True,
    start=-1e3,
)
_variant(
    "the division by the sum of all weights is missing at the end.",
    "最后少了除以所有权重之和这一步。",
    name="not_divided",
    divide=False,
)
_variant(
    "only the last block is in the result: add to what the earlier ones gave.",
    "结果里只有最后一段：要加到前面各段的结果上。",
    name="last_block_only",
    only_last=True,
)


@exercise.mistake(
    "right, but all T × M scores stood in memory at once. Take the keys in parts: key.split(block, dim=-2).",
    "结果是对的，但 T × M 个得分同时放在了内存里。键要一段一段地取：key.split(block, dim=-2)。",
)
def whole_table(query, key, value, block):
    scores = query @ key.mT * query.shape[-1] ** -0.5
    return scores.softmax(dim=-1) @ value


@exercise.mistake(
    "you took a softmax in each block and averaged. Each block's weights then sum to 1, however little it matters: keep "
    "the sums apart, and divide once at the end.",
    "你在每一段里各做一次 softmax，再取平均。这样每一段的权重都凑成 1，不管它重不重要：总和要单独存着，最后只除一次。",
)
def softmax_in_each_block(query, key, value, block):
    query = query * query.shape[-1] ** -0.5
    parts = list(zip(key.split(block, -2), value.split(block, -2), strict=True))
    return sum((query @ k.mT).softmax(dim=-1) @ v for k, v in parts) / len(parts)
