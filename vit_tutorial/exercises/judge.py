"""Judge an answer: what kind of thing it is, form, properties, values; and the mistake where it is a known one."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from torch import Tensor

from vit_tutorial.exercises import torch_state
from vit_tutorial.exercises.compare import (
    Text,
    equal,
    first,
    form_difference,
    value_difference,
)
from vit_tutorial.exercises.complaints import OUT_OF_TIME, left_behind, wrong_kind
from vit_tutorial.exercises.explain import explain, random_inside
from vit_tutorial.exercises.outcomes import Outcome, unattempted

NOT_ATTEMPTED = object()


def judge(exercise: Any, answer: Any) -> Any:
    """None if an answer to an `Exercise` is right; NOT_ATTEMPTED; what is wrong, as a Text; or its own exception."""
    if unattempted(answer):
        return NOT_ATTEMPTED
    if exercise.values:
        return _values(exercise, answer)
    if problem := wrong_kind(exercise.number, exercise.solution, answer):
        return problem
    with torch_state.in_order(exercise.dtype):
        cases = list(exercise.cases())
        outcomes = list(_run(exercise, answer, cases))
        if any(unattempted(each.output) for each in outcomes):
            return NOT_ATTEMPTED
        return _function(exercise, answer, outcomes, cases)


def _values(exercise: Any, answer: dict) -> Text | None:
    """A cause is named where one of the values is that of a single known mistake."""
    want = exercise.solution()
    if difference := form_difference(answer, want) or _no_choice(exercise, answer):
        return difference
    if (difference := value_difference(answer, want)) is None:
        return None
    for key, value in answer.items():
        causes = {
            mistake.message
            for mistake in exercise.mistakes
            if key in (wrong := mistake.function()) and equal(value, wrong[key])
        }
        if len(causes) == 1:
            return causes.pop()
    return difference


def _no_choice(exercise: Any, answer: dict) -> Text | None:
    """A verdict that is none of those which can be given."""
    for key, value in answer.items():
        if exercise.choices and value not in exercise.choices:
            known = ", ".join(exercise.choices)
            return Text(
                f"{key}: {value!r} is no verdict of this exercise. They are: {known}.",
                f"{key}：这道题没有 {value!r} 这个说法，可以选的是：{known}。",
            )
    return None


def _function(
    exercise: Any, answer: Any, outcomes: list[Outcome], cases: list[tuple]
) -> Text | BaseException | None:
    """A cause is named where the answer does in every case what a single known mistake does."""
    right = _right_outcomes(exercise, cases)
    problem = _problem(exercise, outcomes, right)
    if problem is None:
        return first(map(left_behind, outcomes, right))
    causes = {
        mistake.message
        for mistake in exercise.mistakes
        if all(map(Outcome.same, outcomes, _run(exercise, mistake.function, cases)))
    }
    if len(causes) == 1:  # of two that look alike, neither is named
        return causes.pop()
    if isinstance(problem, BaseException):
        return OUT_OF_TIME if isinstance(problem, torch_state.OutOfTime) else problem
    if isinstance(right[0].output, Tensor | tuple):
        again = list(_run(exercise, answer, cases))
        found = random_inside(outcomes, again) or explain(
            outcomes, right, _names(exercise)
        )
        problem = found or problem
    return problem


def _names(exercise: Any) -> list[str]:
    """What the inputs are called."""
    return list(inspect.signature(exercise.solution).parameters)


def _run(exercise: Any, answer: Any, cases: list[tuple]) -> Iterator[Outcome]:
    """Case by case, when it is asked for: a mistake that differs in the first one need not run the others."""
    names = _names(exercise)
    return (Outcome.of(exercise.run, answer, case, names) for case in cases)


def _right_outcomes(exercise: Any, cases: list[tuple]) -> list[Outcome]:
    outcomes = list(_run(exercise, exercise.solution, cases))
    for error in (each.error for each in outcomes if each.error is not None):
        raise RuntimeError(
            f"the book's own solution of {exercise.number} does not run here ({type(error).__name__}: {error}), so "
            "nothing is judged. Which versions of Python and PyTorch are these? The README names those that work."
        ) from error
    return outcomes


def _problem(
    exercise: Any, outcomes: list[Outcome], right: list[Outcome]
) -> Text | BaseException | None:
    """The first thing that is wrong with an output: an exception, then form, properties, values."""
    for got, want in zip(outcomes, right, strict=True):
        if got.error is not None:
            return got.error
        if difference := form_difference(got.output, want.output):
            return difference
        for prop in exercise.properties:
            if not prop.holds(got.output, *got.case):
                return prop.message
        if difference := value_difference(got.output, want.output):
            return difference
    return None
