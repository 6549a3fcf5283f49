"""The exercises: `check("01.3", my_patchify)` says whether an answer is right and, if not, which mistake it is.

A folder for each chapter, a file for each exercise: its solution, cases, properties and known mistakes; `engine`
judges. A module that has an `exercise` is found by that, whatever its name.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from vit_tutorial.exercises import ledger
from vit_tutorial.exercises.console import show
from vit_tutorial.exercises.engine import Exercise, WrongAnswer
from vit_tutorial.exercises.language import choose_language
from vit_tutorial.exercises.status import status

__all__ = ["WrongAnswer", "all_exercises", "check"]


@cache
def all_exercises() -> dict[str, Exercise]:
    """Every exercise of the book by its number, such as "01.3", sorted by it."""
    modules = [import_module(m.name) for m in walk_packages(__path__, f"{__name__}.")]
    found = [module.exercise for module in modules if hasattr(module, "exercise")]
    found.sort(key=lambda exercise: exercise.number)
    return {exercise.number: exercise for exercise in found}


def check(
    number: str, answer: Any, record: bool = True, variant: int | None = None
) -> None:
    """Judge an answer and print the verdict, in English or Chinese: `check.language("zh")` chooses.

    What was solved and which mistakes were met is kept in a file: see `vit_tutorial.exercises.ledger`.
    `check.status()` shows it, `check.ledger(path)` chooses the file, `check.ledger(None)` keeps none,
    `check.export(path)` and `check.load(path)` carry it to another machine.

    Args:
        number: the exercise's number as the book prints it, such as "01.3".
        answer: what the exercise asks for: a function, a class, or the values you worked out.
            While it is, or returns, `...`, it counts as not attempted and nothing is raised.
        record: whether the ledger is told.
        variant: for an exercise that is answered by numbers: a whole number that chooses other numbers, so that
            neighbours have different ones. `check.question(number, variant)` shows them.

    Raises:
        WrongAnswer: the answer is wrong; the message names the mistake where it is a known one.
        ValueError: there is no exercise of that number, or no variant of it.
    """
    exercise = _asked(number, variant)
    try:
        solved = exercise.check(answer)
    except WrongAnswer as verdict:
        if record:
            ledger.record(number, verdict.mistake)
        raise
    if record and solved:
        ledger.record(number, solved=True)


def question(number: str, variant: int) -> None:
    """Print with which numbers a variant of an exercise is asked; errors as `check`."""
    show(_asked(number, variant).question())


def _asked(number: str, variant: int | None) -> Exercise:
    """An exercise by its number, with the book's numbers or those of a variant."""
    exercises = all_exercises()
    if number not in exercises:
        digits = [*re.findall(r"\d+", str(number)), "", ""]
        near = f"{digits[0]:0>2}.{digits[1]}"
        hint = f" Did you mean {near!r}?" if near in exercises else ""
        raise ValueError(
            f"there is no exercise {number!r}.{hint} There are {', '.join(sorted(exercises))}."
        )
    exercise = exercises[number]
    return exercise if variant is None else exercise.with_numbers(variant)


check.language = choose_language
check.ledger = ledger.choose_place
check.export, check.load = ledger.export, ledger.load
check.question = question
check.status = lambda: show(status(all_exercises()))
