"""What is wrong with an answer besides its values: what kind of thing it is, what it cut off, what it left behind."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from torch import nn

from vit_tutorial.exercises.compare import Text, equal, value_difference
from vit_tutorial.exercises.outcomes import SECONDS, Outcome

OUT_OF_TIME = Text(
    f"your code did not come to an end within {SECONDS} seconds, so it was stopped. Is there a loop that never ends?",
    f"你的代码 {SECONDS} 秒还没运行完，被中止了。是不是有一个循环停不下来？",
)


def wrong_kind(number: str, solution: Callable, answer: Any) -> Text | None:
    """An answer that is no function, or no class, or takes other arguments than the solution."""
    name = solution.__name__
    call = f'check("{number}", {name})'
    if isinstance(solution, type) and isinstance(answer, nn.Module):
        return Text(
            f"pass the class itself, not an object made from it: {call}.",
            f"请传入类本身，不是用它建出来的对象：{call}。",
        )
    if not callable(answer):
        return Text(
            f"pass the function itself, not what it returns: {call}.",
            f"请传入函数本身，不是它的返回值：{call}。",
        )
    wanted = list(inspect.signature(solution).parameters)
    try:
        inspect.signature(answer).bind(*wanted)
    except TypeError:
        found = ", ".join(inspect.signature(answer).parameters)
        return Text(
            f"{name} is called with {len(wanted)} arguments: {name}({', '.join(wanted)}). Yours takes ({found}).",
            f"调用 {name} 时会传入 {len(wanted)} 个参数：{name}({', '.join(wanted)})。你写的是 ({found})。",
        )
    except ValueError:  # a built-in that does not say what it takes
        pass
    return None


def left_behind(got: Outcome, right: Outcome) -> Text | None:
    """What is wrong although the output is right: gradients, inputs, global state."""
    return _gradients(got, right) or _inputs(got, right) or _state(got, right)


def _gradients(got: Outcome, right: Outcome) -> Text | None:
    wanted = {name: g for name, g in right.gradients.items() if g is not None}
    cut = [name for name in wanted if got.gradients.get(name) is None]
    if cut:
        names = ", ".join(cut)
        return Text(
            f"the values are right, but no gradient reaches {names}, so it could never learn. Use what is passed in, "
            "without detach(), .data, torch.no_grad() or a new nn.Parameter.",
            f"值是对的，但梯度传不到 {names}，它就永远学不到东西。请直接使用传进来的张量，不要用 detach()、.data、"
            "torch.no_grad()，也不要另建 nn.Parameter。",
        )
    for name, gradient in wanted.items():
        if value_difference(got.gradients[name], gradient) is not None:
            return Text(
                f"the values are right, but the gradient of {name} is not: on one of its ways back it is cut off. Look "
                "for detach(), .data or torch.no_grad().",
                f"值是对的，但 {name} 的梯度不对：往回走的路断了一条。找一找 detach()、.data 或 torch.no_grad()。",
            )
    return None


def _inputs(got: Outcome, right: Outcome) -> Text | None:
    if equal(list(got.case), list(right.case)):
        return None
    return Text(
        "the output is right, but your function changes its input in place. Work on a copy.",
        "输出是对的，但你的函数就地修改了输入。请在副本上操作。",
    )


def _state(got: Outcome, right: Outcome) -> Text | None:
    names = [name for name in got.changed if name not in right.changed]
    if not names:
        return None
    en, zh = (
        ", ".join(each.en for each in names),
        "、".join(each.zh for each in names),
    )
    return Text(
        f"the output is right, but your code changes {en} for everything that runs after it. (It was put back.) Use a "
        "`with` block, or leave it as it is.",
        f"输出是对的，但你的代码改动了{zh}，后面运行的一切都会受影响（已经恢复）。请用 `with` 语句，或者不要动它。",
    )
