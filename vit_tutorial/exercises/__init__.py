"""The exercises: `check("01.3", my_patchify)` says whether an answer is right and, if not, which mistake it is.

One module for each chapter declares its exercises (solution, test cases, named mistakes); `engine` judges.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from vit_tutorial.exercises.engine import Exercise, WrongAnswer

__all__ = ["WrongAnswer", "all_exercises", "check"]

# NAME.py has a list EXERCISES; NAME_mistakes.py, or several NAME_…_mistakes.py, add their mistakes
CHAPTERS = (
    "patches",
    "embeddings",
    "attention",
    "mlp",
    "encoder",
    "training",
    "transfer",
)


def all_exercises() -> dict[str, Exercise]:
    """Every exercise of the book by its number, such as "01.3"."""
    for module in iter_modules(__path__):
        if module.name.endswith("_mistakes"):
            import_module(f"{__name__}.{module.name}")
    modules = [import_module(f"{__name__}.{chapter}") for chapter in CHAPTERS]
    return {
        exercise.number: exercise for module in modules for exercise in module.EXERCISES
    }


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
