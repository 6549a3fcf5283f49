"""Exercises that are answered by values: the book asks with its numbers, a variant with others."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial, update_wrapper
from random import Random
from typing import Any

from vit_tutorial.exercises.compare import Text, said
from vit_tutorial.exercises.engine import Exercise, Mistake


class ValuesExercise(Exercise):
    """An exercise whose answer is a dict of values.

    Args:
        number: as for `Exercise`.
        solution: a function of the numbers that are asked for; returns the right values.
        asked: what is asked, with the numbers' names in braces; None: there are no variants.
        choices: for values that are verdicts: all that can be given.
        **numbers: for each parameter of the solution what can be asked; the book asks the first.
    """

    def __init__(
        self,
        number: str,
        solution: Callable[..., dict[str, Any]],
        asked: Text | None = None,
        choices: tuple[str, ...] = (),
        **numbers: tuple,
    ) -> None:
        super().__init__(number, solution, values=True, choices=choices)
        self.asked, self.numbers = asked, numbers
        self.declared: list[tuple] = []
        self._ask(solution, {name: options[0] for name, options in numbers.items()})

    def wrong_values(
        self, name: str, wrong: Callable[..., dict], en: str, zh: str
    ) -> None:
        """Declare a mistake: the values that it gets wrong, as a function of the numbers; the texts may name these."""
        self.declared.append((name, wrong, en, zh))
        text = Text(en.format(**self.now), zh.format(**self.now))
        self.mistakes.append(Mistake(name, partial(wrong, **self.now), text))

    def with_numbers(self, variant: int) -> ValuesExercise:
        """The same exercise, asked with the numbers of a variant; every known mistake follows."""
        if self.asked is None:
            return super().with_numbers(variant)
        draw, other = Random(f"{self.number}/{variant}"), copy.copy(self)
        other.title = f"{self.title} #{variant}"
        numbers = {name: draw.choice(options) for name, options in self.numbers.items()}
        other.mistakes, other.declared = [], []
        other._ask(self.solution.func, numbers)
        for each in self.declared:
            other.wrong_values(*each)
        return other

    def question(self) -> str:
        """The numbers that are asked for, in words."""
        text = Text(self.asked.en.format(**self.now), self.asked.zh.format(**self.now))
        return said(self.title, text)

    def _ask(self, solution: Callable[..., dict], numbers: dict[str, Any]) -> None:
        self.now = numbers
        self.solution = update_wrapper(partial(solution, **numbers), solution)
