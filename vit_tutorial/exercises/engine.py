"""An exercise: its solution, cases, properties and known mistakes, and what a learner is shown."""

from __future__ import annotations

import inspect
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

import torch

from vit_tutorial.exercises import judge
from vit_tutorial.exercises.compare import Text, said
from vit_tutorial.exercises.console import show

PACKAGE = str(Path(__file__).resolve().parents[1])


NOT_ATTEMPTED = Text("not attempted yet", "尚未作答")
CORRECT = Text("correct", "正确")
THEIRS = Text("your code raised this", "你的代码抛出了下面的异常")


class WrongAnswer(Exception):  # noqa: N818 (a learner reads this name: it should not end in "Error")
    """An answer that is not right. Notebooks show its message alone, without a traceback.

    Args:
        title: what stands before it, such as "✗ 01.3 patchify".
        text: what is wrong, in both languages; shown in the one that is asked for when it is shown.
        mistake: the name of the known mistake that it is; "" if it is none.
    """

    def __init__(self, title: str, text: Text, mistake: str = "") -> None:
        super().__init__(title, text, mistake)
        self.title, self.text, self.mistake = title, text, mistake

    def __str__(self) -> str:
        return said(self.title, self.text)

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: it asks the exception itself."""
        return str(self).splitlines()


@dataclass(frozen=True)
class Mistake:
    """A mistake that learners make: a function that makes it, and what they are told."""

    name: str
    function: Callable[..., Any]
    message: Text


@dataclass(frozen=True)
class Property:
    """Something that is true of every right answer: `holds(output, *case)`."""

    holds: Callable[..., bool]
    message: Text


@dataclass
class Exercise:
    """One exercise.

    Args:
        number: chapter and place, such as "01.3".
        solution: the right answer, the same text that the book shows. For an answer that is
            values and not a function: a function without arguments that returns them.
        cases: returns the inputs to try, a tuple of arguments each.
        run: `run(answer, *case)` gets the output to judge; calls the answer unless told otherwise.
        choices: for values that are verdicts: all that can be given.
        dtype: the default one while answers run, and that of most cases.
    """

    number: str
    solution: Callable[..., Any]
    cases: Callable[[], Iterable[tuple]] = lambda: [()]
    run: Callable[..., Any] = lambda answer, *case: answer(*case)
    mistakes: list[Mistake] = field(default_factory=list)
    properties: list[Property] = field(default_factory=list)
    values: bool = False  # the answer is a dict of values, not a function
    choices: tuple[str, ...] = ()
    dtype: torch.dtype = torch.float64

    def __post_init__(self) -> None:
        self.name = self.solution.__name__
        self.title = f"{self.number} {self.name}"

    def with_numbers(self, variant: int) -> Exercise:
        """The same exercise with other numbers."""
        raise ValueError(
            f"{self.number} has no variant {variant}: only exercises that are answered by numbers have variants."
        )

    def mistake(self, en: str, zh: str) -> Callable[[Callable], Callable]:
        """Decorate a function that makes a mistake."""
        return self._collect(
            lambda f: self.mistakes.append(Mistake(f.__name__, f, Text(en, zh)))
        )

    def variant(
        self,
        function: Callable[..., Any],
        en: str,
        zh: str,
        /,
        *,
        name: str,
        **changes: Any,
    ) -> None:
        """Declare a mistake that is one variant of a function: its keyword arguments say which."""
        self.mistakes.append(Mistake(name, partial(function, **changes), Text(en, zh)))

    def not_added(self, **forgotten: tuple[str, ...]) -> None:
        """Declare mistakes that leave biases out: for each name, the inputs of the solution that are not added."""
        inputs = list(inspect.signature(self.solution).parameters)
        for name, missing in forgotten.items():
            kept = [each not in missing for each in inputs]
            self.variant(
                self._without,
                f"not added: {', '.join(missing)}. A linear layer is x @ weight.T + bias.",
                f"没有加上：{'、'.join(missing)}。线性层是 x @ weight.T + bias。",
                name=name,
                kept=kept,
            )

    def _without(self, *case: Any, kept: list[bool]) -> Any:
        """The solution with some inputs at zero."""
        return self.solution(
            *(x if keep else 0 * x for x, keep in zip(case, kept, strict=True))
        )

    def requires(self, en: str, zh: str) -> Callable[[Callable], Callable]:
        """Decorate a property: a function of the output and the case that is true of every right answer."""
        return self._collect(
            lambda function: self.properties.append(Property(function, Text(en, zh)))
        )

    def check(self, answer: Any) -> bool:
        """Print the verdict on an answer, or raise WrongAnswer, or the answer's own exception.

        Returns:
            Whether it is right; False where nothing was filled in.
        """
        found = judge.judge(self, answer)
        if isinstance(found, Text):
            known = [each.name for each in self.mistakes if each.message == found]
            raise WrongAnswer(f"✗ {self.title}", found, "".join(known[:1]))
        if isinstance(found, BaseException):
            raise self._theirs(found)
        if found is judge.NOT_ATTEMPTED:
            show(said(self.title, NOT_ATTEMPTED))
            return False
        show(said(f"✓ {self.title}", CORRECT))
        return True

    def _theirs(self, error: BaseException) -> BaseException:
        """The learner's own exception, shown in a notebook without this package's part of the traceback."""
        tb = error.__traceback__
        while tb is not None and tb.tb_frame.f_code.co_filename.startswith(PACKAGE):
            tb = tb.tb_next
        lines = "".join(traceback.format_exception(type(error), error, tb)).splitlines()
        title = said(f"✗ {self.title}", THEIRS)
        error._render_traceback_ = lambda: [title, *lines]
        return error

    @staticmethod
    def _collect(keep: Callable[[Callable], None]) -> Callable[[Callable], Callable]:
        def decorate(function: Callable) -> Callable:
            keep(function)
            return function

        return decorate


def _message_alone(
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    shown: Callable[..., None] = sys.excepthook,
) -> None:
    """In plain Python, too, a verdict is shown without this package's part of the traceback."""
    if hasattr(error, "_render_traceback_"):
        show("\n".join(error._render_traceback_()), sys.stderr)
    else:
        shown(kind, error, trace)


sys.excepthook = _message_alone
