"""Compare a learner's output with the right one, and say in two languages how they differ."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Text:
    """The same message in both languages of the book."""

    en: str
    zh: str


def copy(value: Any) -> Any:
    """Copy the tensors inside a value, so that one answer's in-place changes can't reach another's input."""
    if isinstance(value, Tensor):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if isinstance(value, tuple | list):
        return type(value)(copy(item) for item in value)
    return value


def equal(got: Any, want: Any) -> bool:
    """Same structure, types, shapes and values."""
    return form_difference(got, want) is None and value_difference(got, want) is None


def form_difference(got: Any, want: Any) -> Text | None:
    """How type, length, keys, shape or dtype differ from what is wanted; None if they don't."""
    if got is ...:
        return Text("something is still `...`.", "还有没填的 `...`。")
    if got is None and want is not None:
        return Text(
            "the answer is None. Is a `return` missing?",
            "得到的是 None。是不是漏写了 `return`？",
        )
    if isinstance(want, Tensor):
        return _tensor_form(got, want)
    if isinstance(want, tuple | list):
        if not isinstance(got, tuple | list) or len(got) != len(want):
            return _expected(f"{len(want)} values", f"{len(want)} 个值", _name(got))
        return _first(form_difference(g, w) for g, w in zip(got, want, strict=True))
    if isinstance(want, dict):
        return _dict_form(got, want)
    return _plain_form(got, want)


def value_difference(got: Any, want: Any) -> Text | None:
    """How the values differ, the forms being the same; None if they don't (to a relative 1e-9)."""
    if isinstance(want, Tensor):
        return _tensor_values(got, want)
    if isinstance(want, tuple | list):
        return _first(value_difference(g, w) for g, w in zip(got, want, strict=True))
    if isinstance(want, dict):
        wrong = [key for key in want if value_difference(got[key], want[key])]
        names = ", ".join(wrong)
        return (
            Text(f"not right yet: {names}.", f"还不对的是：{names}。")
            if wrong
            else None
        )
    if got == want or (isinstance(want, float) and abs(got - want) <= 1e-9 * abs(want)):
        return None
    return _expected(repr(want), repr(want), repr(got))


def _dict_form(got: Any, want: dict) -> Text | None:
    if not isinstance(got, dict) or set(got) != set(want):
        keys = ", ".join(want)
        en, zh = f"a dict with the keys {keys}", f"含有这些键的字典：{keys}"
        return _expected(en, zh, _name(got))
    found = {key: form_difference(got[key], want[key]) for key in want}
    return _first(
        Text(f"{k}: {d.en}", f"{k}：{d.zh}") for k, d in found.items() if d is not None
    )


def _plain_form(got: Any, want: Any) -> Text | None:
    """True and False are no numbers here; a float may be any number."""
    if isinstance(want, bool):
        if not isinstance(got, bool):
            return _expected("True or False", "True 或 False", _name(got))
    elif isinstance(want, float):
        if isinstance(got, bool) or not isinstance(got, Real):
            return _expected("a number (float)", "一个数（float）", _name(got))
    elif isinstance(want, int) and (isinstance(got, bool) or not isinstance(got, int)):
        found = f"{got!r} ({type(got).__name__})"
        return _expected("a whole number (int)", "一个整数（int）", found)
    return None


def _tensor_form(got: Any, want: Tensor) -> Text | None:
    if not isinstance(got, Tensor):
        return _expected("a torch.Tensor", "一个 torch.Tensor", _name(got))
    if got.shape != want.shape:
        return _expected(
            f"the shape {tuple(want.shape)}",
            f"形状 {tuple(want.shape)}",
            f"{tuple(got.shape)}",
        )
    if got.dtype != want.dtype:
        return _expected(
            f"the dtype {want.dtype}", f"数据类型 {want.dtype}", f"{got.dtype}"
        )
    return None


def _tensor_values(got: Tensor, want: Tensor) -> Text | None:
    got, want = got.detach(), want.detach()
    if want.dtype == torch.bool:  # PyTorch subtracts no truth values
        got, want = got.double(), want.double()
    if torch.allclose(got, want, rtol=1e-9, atol=1e-9, equal_nan=True):
        return None
    difference = (got - want).abs().nan_to_num(nan=torch.inf)
    where = tuple(int(i) for i in torch.unravel_index(difference.argmax(), want.shape))
    share = f"{(difference > 1e-9).double().mean().item():.0%}"
    expected, found = f"{want[where].item():.4g}", f"{got[where].item():.4g}"
    return Text(
        f"the shape is right, but {share} of the values differ, most of all at index {where}: "
        f"expected {expected}, got {found}.",
        f"形状对了，但有 {share} 的值不同，差得最多的是下标 {where}：应为 {expected}，得到 {found}。",
    )


def _expected(en: str, zh: str, got: str) -> Text:
    return Text(f"expected {en}, got {got}.", f"应为 {zh}，得到 {got}。")


def _first(differences: Any) -> Text | None:
    return next(
        (difference for difference in differences if difference is not None), None
    )


def _name(value: Any) -> str:
    return f"a value of type {type(value).__name__}"
