"""Compare a learner's output with the right one, and say in two languages how they differ."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vit_tutorial.exercises.language import language

TOLERANCE, SINGLE = 1e-9, 1e-5  # relative; the second for float32
FLOATS = {torch.float32, torch.float64}


@dataclass(frozen=True)
class Text:
    """The same message in both languages of the book."""

    en: str
    zh: str


def said(title: str, text: Text) -> str:
    """A title and a text, in the language that was asked for."""
    return f"{title}：{text.zh}" if language() == "zh" else f"{title}: {text.en}"


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
        return first(form_difference(g, w) for g, w in zip(got, want, strict=True))
    if isinstance(want, dict):
        return _dict_form(got, want)
    return _plain_form(got, want)


def value_difference(got: Any, want: Any) -> Text | None:
    """How the values differ, the forms being the same; None if they don't (to a relative 1e-9, float32 to 1e-5)."""
    if isinstance(want, Tensor):
        return _tensor_values(got, want)
    if isinstance(want, tuple | list):
        return first(value_difference(g, w) for g, w in zip(got, want, strict=True))
    if isinstance(want, dict):
        wrong = [key for key in want if value_difference(got[key], want[key])]
        names = ", ".join(wrong)
        return (
            Text(f"not right yet: {names}.", f"还不对的是：{names}。")
            if wrong
            else None
        )
    if isinstance(want, Real) and not isinstance(want, bool):
        same = abs(got - want) <= TOLERANCE * abs(want)
    else:
        same = got == want
    return None if same else _expected(repr(want), repr(want), repr(got))


def _dict_form(got: Any, want: dict) -> Text | None:
    if not isinstance(got, dict):
        keys = ", ".join(want)
        en, zh = f"a dict with the keys {keys}", f"含有这些键的字典：{keys}"
        return _expected(en, zh, _name(got))
    if set(got) != set(want):
        return _keys(got, want)
    found = {key: form_difference(got[key], want[key]) for key in want}
    return first(
        Text(f"{k}: {d.en}", f"{k}：{d.zh}") for k, d in found.items() if d is not None
    )


def _keys(got: dict, want: dict) -> Text:
    """Which keys are missing, and which are none of them."""
    missing = [key for key in want if key not in got]
    more = [key for key in got if key not in want]
    en = [f"the key {key} is missing" for key in missing]
    zh = [f"少了键 {key}" for key in missing]
    for key in more:
        [near] = difflib.get_close_matches(str(key).lower(), list(want), 1) or [""]
        en.append(
            f"there is no {key!r} here" + (f": did you mean {near}?" * bool(near))
        )
        zh.append(f"没有 {key!r} 这个键" + (f"：是不是 {near}？" * bool(near)))
    return Text("; ".join(en).rstrip(".") + ".", "；".join(zh) + "。")


def _plain_form(got: Any, want: Any) -> Text | None:
    """True and False are no numbers here; any number may stand for another of the same value: 4.0 for 4."""
    number = isinstance(got, Real) and not isinstance(got, bool | np.bool_)
    if isinstance(want, bool):
        if not isinstance(got, bool | np.bool_):
            return _expected("True or False", "True 或 False", _name(got))
    elif isinstance(want, Real) and not number:
        return _expected("a number", "一个数", _name(got))
    elif isinstance(want, Integral) and not float(got).is_integer():
        return _expected("a whole number", "一个整数", repr(got))
    elif isinstance(want, str) and not isinstance(got, str):
        return _expected("a text", "一段文字", _name(got))
    return None


def _tensor_form(got: Any, want: Tensor) -> Text | None:
    """Float32 stands for float64, too: where no input says which, an answer may take either."""
    if not isinstance(got, Tensor):
        return _expected("a torch.Tensor", "一个 torch.Tensor", _name(got))
    if got.layout != torch.strided or got.is_meta or got.is_quantized:
        found = "a meta tensor" if got.is_meta else str(got.layout)
        return _expected("a plain tensor with values", "一个有值的普通张量", found)
    if got.shape != want.shape:
        return _expected(
            f"the shape {tuple(want.shape)}",
            f"形状 {tuple(want.shape)}",
            f"{tuple(got.shape)}",
        )
    if got.dtype != want.dtype and {got.dtype, want.dtype} != FLOATS:
        return _expected(
            f"the dtype {want.dtype}", f"数据类型 {want.dtype}", f"{got.dtype}"
        )
    return None


def _tensor_values(got: Tensor, want: Tensor) -> Text | None:
    single = torch.float32 in (got.dtype, want.dtype)
    got, want = got.detach().double(), want.detach().double()
    tolerance = SINGLE if single else TOLERANCE
    near_zero = tolerance * max(1.0, want.abs().max().item() if want.numel() else 0)
    if torch.allclose(got, want, rtol=tolerance, atol=near_zero, equal_nan=True):
        return None
    difference = (got - want).abs().nan_to_num(nan=torch.inf)
    where = np.unravel_index(difference.argmax().item(), want.shape)
    where = tuple(int(i) for i in where)
    share = f"{(difference > near_zero).double().mean().item():.0%}"
    expected, found = _digits(want[where].item(), got[where].item())
    return Text(
        f"the shape is right, but {share} of the values differ, most of all at index {where}: "
        f"expected {expected}, got {found}.",
        f"形状对了，但有 {share} 的值不同，差得最多的是下标 {where}：应为 {expected}，得到 {found}。",
    )


def _digits(*numbers: float) -> list[str]:
    """The numbers with as many digits as it takes to tell them apart, four at least."""
    for digits in range(4, 18):
        written = [f"{number:.{digits}g}" for number in numbers]
        if len(set(written)) == len(written):
            break
    return written


def _expected(en: str, zh: str, got: str) -> Text:
    return Text(f"expected {en}, got {got}.", f"应为 {zh}，得到 {got}。")


def first(differences: Iterable[Text | None]) -> Text | None:
    """The first that is one."""
    return next(
        (difference for difference in differences if difference is not None), None
    )


def _name(value: Any) -> str:
    return f"a value of type {type(value).__name__}"
