"""Judge an answer: form, then properties, then values; and name the mistake where it is a known one."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from vit_tutorial.exercises.compare import (
    Text,
    equal,
    form_difference,
    value_difference,
)
from vit_tutorial.exercises.outcomes import Outcome, unattempted

PACKAGE = str(Path(__file__).resolve().parents[1])


class WrongAnswer(Exception):  # noqa: N818 (a learner reads this name: it should not end in "Error")
    """An answer that is not right. Notebooks show its message alone, without a traceback."""

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
    """

    number: str
    solution: Callable[..., Any]
    cases: Callable[[], Iterable[tuple]] = lambda: [()]
    run: Callable[..., Any] = lambda answer, *case: answer(*case)
    mistakes: list[Mistake] = field(default_factory=list)
    properties: list[Property] = field(default_factory=list)
    values: bool = False  # the answer is a dict of values, not a function

    @property
    def name(self) -> str:
        return self.solution.__name__

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

    def wrong_values(self, name: str, wrong: dict, en: str, zh: str) -> None:
        """Declare a mistake in a dict of values: the values that it gets wrong."""
        self.mistakes.append(Mistake(name, lambda: wrong, Text(en, zh)))

    def requires(self, en: str, zh: str) -> Callable[[Callable], Callable]:
        """Decorate a property: a function of the output and the case that is true of every right answer."""
        return self._collect(
            lambda function: self.properties.append(Property(function, Text(en, zh)))
        )

    def check(self, answer: Any) -> None:
        """Print the verdict on an answer, or raise WrongAnswer, or the answer's own exception."""
        if self.values:
            outcomes = [answer]
        elif not callable(answer) and answer is not ...:
            call = f'check("{self.number}", {self.name})'
            raise self._wrong(
                Text(f"pass the function itself: {call}.", f"请传入函数本身：{call}。")
            )
        else:
            outcomes = [Outcome.of(self.run, answer, case) for case in self.cases()]
        if unattempted(answer) or any(
            unattempted(getattr(o, "output", None)) for o in outcomes
        ):
            print(f"{self.number} {self.name}: not attempted yet · 尚未作答")
            return
        self._judge_values(answer) if self.values else self._judge_function(outcomes)
        print(f"✓ {self.number} {self.name}: correct · 正确")

    def _judge_values(self, answer: dict) -> None:
        want = self.solution()
        difference = form_difference(answer, want) or value_difference(answer, want)
        if difference is None:
            return
        for mistake in self.mistakes if isinstance(answer, dict) else ():
            if any(
                equal(answer.get(key), value)
                for key, value in mistake.function().items()
            ):
                raise self._wrong(mistake.message)
        raise self._wrong(difference)

    def _judge_function(self, outcomes: list[Outcome]) -> None:
        cases = list(self.cases())
        want = [Outcome.of(self.run, self.solution, case) for case in cases]
        if (problem := self._problem(outcomes, want, cases)) is None:
            return
        for mistake in self.mistakes:
            if all(
                o.same(Outcome.of(self.run, mistake.function, c))
                for o, c in zip(outcomes, cases, strict=True)
            ):
                raise self._wrong(mistake.message)
        if isinstance(problem, BaseException):
            raise self._theirs(problem)
        raise self._wrong(problem)

    def _problem(
        self, outcomes: list, want: list, cases: list
    ) -> Text | BaseException | None:
        """The first thing that is wrong: an exception, then form, properties, values."""
        for got, right, case in zip(outcomes, want, cases, strict=True):
            if got.error is not None:
                return got.error
            if difference := form_difference(got.output, right.output):
                return difference
            for prop in self.properties:
                if not prop.holds(got.output, *got.case):
                    return prop.message
            if difference := value_difference(got.output, right.output):
                return difference
            if not equal(got.case, case):
                return Text(
                    "the output is right, but your function changes its input in place. Work on a copy.",
                    "输出是对的，但你的函数就地修改了输入。请在副本上操作。",
                )
        return None

    def _wrong(self, message: Text) -> WrongAnswer:
        title = f"✗ {self.number} {self.name}"
        return WrongAnswer(f"{title}: {message.en}\n{title}：{message.zh}")

    def _theirs(self, error: BaseException) -> BaseException:
        """The learner's own exception, shown in a notebook without this package's part of the traceback."""
        tb = error.__traceback__
        while tb is not None and tb.tb_frame.f_code.co_filename.startswith(PACKAGE):
            tb = tb.tb_next
        lines = "".join(traceback.format_exception(type(error), error, tb)).splitlines()
        title = f"✗ {self.number} {self.name}: your code raised this · 你的代码抛出了下面的异常"
        error._render_traceback_ = lambda: [title, *lines]
        return error

    @staticmethod
    def _collect(keep: Callable[[Callable], None]) -> Callable[[Callable], Callable]:
        def decorate(function: Callable) -> Callable:
            keep(function)
            return function

        return decorate
