"""The exercises: `check("01.3", my_patchify)` says whether an answer is right and, if not, which mistake it is.

A folder for each chapter, a file for each exercise: its solution, cases, properties and known mistakes; `engine`
judges. A module that has an `exercise` is found by that, whatever its name.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from vit_tutorial.exercises.engine import Exercise, WrongAnswer

__all__ = ["WrongAnswer", "all_exercises", "check"]


@cache
def all_exercises() -> dict[str, Exercise]:
    """Every exercise of the book by its number, such as "01.3", sorted by it."""
    modules = [import_module(m.name) for m in walk_packages(__path__, f"{__name__}.")]
    found = [module.exercise for module in modules if hasattr(module, "exercise")]
    found.sort(key=lambda exercise: exercise.number)
    return {exercise.number: exercise for exercise in found}


def check(number: str, answer: Any) -> None:
    """Judge an answer and print the verdict, in English and Chinese.

    Args:
        number: the exercise's number as the book prints it, such as "01.3".
        answer: what the exercise asks for: a function, a class, or the values you worked out.
            While it is, or returns, `...`, it counts as not attempted and nothing is raised.

    Raises:
        WrongAnswer: the answer is wrong; the message names the mistake where it is a known one.
        ValueError: there is no exercise of that number.
    """
    exercises = all_exercises()
    if number not in exercises:
        raise ValueError(
            f"there is no exercise {number!r}; there are {', '.join(sorted(exercises))}."
        )
    exercises[number].check(answer)
