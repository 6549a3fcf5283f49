"""What a wrong output has to do with the right one, where no known mistake made it: said only if it holds in every case."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import torch
from torch import Tensor

from vit_tutorial.exercises.compare import (
    Text,
    equal,
    form_difference,
    value_difference,
)
from vit_tutorial.exercises.outcomes import Outcome


def explain(
    outcomes: list[Outcome], right: list[Outcome], names: list[str]
) -> Text | None:
    """The first explanation that holds in every case, in the words of the first case.

    Args:
        outcomes: what the answer did.
        right: what the solution did.
        names: what the inputs are called.
    """
    for rule in (unused, input_returned, axes_in_another_order, reshaped, part, scaled):
        found = [
            rule(*each, names) if all(map(_has_values, each)) else None
            for each in zip(outcomes, right, strict=True)
        ]
        if None not in found:
            return found[0]
    return None


def _has_values(outcome: Outcome) -> bool:
    x = outcome.output
    return isinstance(x, Tensor) and x.layout == torch.strided and not x.is_meta


def random_inside(outcomes: list[Outcome], again: list[Outcome]) -> Text | None:
    """Two runs of an answer with the same inputs that give two results."""
    if not any(map(_differ, outcomes, again)):
        return None
    return Text(
        "two calls with the same inputs give two results, so something random is in it (dropout, a new layer with "
        "weights of its own, torch.rand), or something is left over from the call before. Use what is passed in.",
        "同样的输入，两次调用得到两个结果，所以里面有随机的东西（dropout、自己带权重的新层、torch.rand），"
        "或者留着上一次调用的东西。请使用传进来的东西。",
    )


def _differ(one: Outcome, other: Outcome) -> bool:
    """Whether two outputs of one form have other values."""
    if one.error is not None or other.error is not None:
        return False
    x, y = one.output, other.output
    return form_difference(x, y) is None and value_difference(x, y) is not None


def unused(got: Outcome, right: Outcome, names: list[str]) -> Text | None:
    """Things that learn, and that no gradient reaches although the output has a graph."""
    if all(gradient is None for gradient in got.gradients.values()):
        return None
    missing = [
        name
        for name, gradient in right.gradients.items()
        if gradient is not None and got.gradients.get(name) is None
    ]
    if not missing:
        return None
    listed = ", ".join(missing)
    return Text(
        f"no gradient reaches {listed}: either the output does not use it, or it is cut off (detach(), .data).",
        f"梯度传不到 {listed}：要么输出根本没用到它，要么被 detach() 或 .data 切断了。",
    )


def input_returned(got: Outcome, right: Outcome, names: list[str]) -> Text | None:
    """An input that comes back as it was."""
    for name, value in zip(names, got.case, strict=False):
        if isinstance(value, Tensor) and equal(got.output, value):
            return Text(
                f"your function returns {name} as it came in.",
                f"你的函数原样返回了 {name}。",
            )
    return None


def axes_in_another_order(
    got: Outcome, right: Outcome, names: list[str]
) -> Text | None:
    """The right values, with axes exchanged."""
    x, want = got.output, right.output
    if x.ndim != want.ndim or x.ndim > 6 or sorted(x.shape) != sorted(want.shape):
        return None
    for order in permutations(range(x.ndim)):
        if order != tuple(range(x.ndim)) and equal(x.permute(order), want):
            return Text(
                f"the values are right, and the axes are in another order: {tuple(x.shape)}, not {tuple(want.shape)}. "
                f"permute{order} would mend it.",
                f"值是对的，但轴的次序不对：是 {tuple(x.shape)}，应为 {tuple(want.shape)}。用 permute{order} 就对了。",
            )
    return None


def reshaped(got: Outcome, right: Outcome, names: list[str]) -> Text | None:
    """The right values in the right order, in another shape."""
    x, want = got.output, right.output
    if x.shape == want.shape or x.numel() != want.numel():
        return None
    if not equal(x.reshape(want.shape), want):
        return None
    return Text(
        f"the values are right and in order, but their shape is {tuple(x.shape)}; it should be {tuple(want.shape)}.",
        f"值是对的，次序也对，但形状是 {tuple(x.shape)}，应为 {tuple(want.shape)}。",
    )


def part(got: Outcome, right: Outcome, names: list[str]) -> Text | None:
    """What belongs to one place of an axis alone, such as the first image."""
    x, want = got.output, right.output
    for axis, place in _places(want):
        if equal(x, want.select(axis, place)):
            return Text(
                f"that is right for place {place} of axis {axis} alone: shape {tuple(x.shape)}, not {tuple(want.shape)}.",
                f"只有轴 {axis} 的第 {place} 个位置是对的：形状是 {tuple(x.shape)}，应为 {tuple(want.shape)}。",
            )
    return None


def _places(x: Tensor) -> Iterator[tuple[int, int]]:
    return ((axis, place) for axis in range(x.ndim) for place in {0, x.shape[axis] - 1})


def scaled(got: Outcome, right: Outcome, names: list[str]) -> Text | None:
    """The right values times a number, or plus one."""
    x, want = got.output.detach(), right.output.detach()
    if x.shape != want.shape or not want.is_floating_point() or want.numel() < 2:
        return None
    x, want = x.double(), want.double()
    factor = (x * want).sum() / want.square().sum()
    if torch.allclose(x, factor * want, rtol=1e-6, atol=1e-9) and factor.abs() > 1e-9:
        if abs(factor + 1) < 1e-9:
            return Text("every value has the wrong sign.", "每个值的正负号都反了。")
        return Text(
            f"every value is {factor:.4g} times what it should be.",
            f"每个值都是应有的 {factor:.4g} 倍。",
        )
    shift = (x - want).mean()
    if torch.allclose(x, want + shift, rtol=1e-6, atol=1e-9):
        return Text(
            f"every value is {shift:.4g} too large.", f"每个值都大了 {shift:.4g}。"
        )
    return None
