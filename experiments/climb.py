"""Tune one thing at a time, and never stop at the edge of what was tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

Setting = TypeVar("Setting")


def climb(
    start: Setting, neighbours: Callable[[Setting], Iterable[Setting]], score: Callable[[Setting], float]
) -> Setting:
    """Go from a setting to its best neighbour, until none is better.

    Args:
        start: where to begin.
        neighbours: the settings that differ from one in a single step.
        score: what a setting is worth, by validation images; asked once for each setting.
    """
    score = cache(score)
    best = start
    while score(better := max(neighbours(best), key=score)) > score(best):
        best = better
    return best


def beside(values: tuple[float, ...], value: float) -> list[float]:
    """The next lower and the next higher of the values; an error where one is missing."""
    place = values.index(value)
    if place in (0, len(values) - 1):
        raise ValueError(f"{value} is the best of {values} and lies at the edge: add values beyond it.")
    return [values[place - 1], values[place + 1]]


def with_choice(runs: dict[Setting, list[dict[str, Any]]], best: Setting) -> list[dict[str, Any]]:
    """All runs of all settings, each saying whether its setting was `chosen`."""
    return [run | {"chosen": setting == best} for setting, found in runs.items() for run in found]


def tune_rate(
    rates: tuple[float, ...], seeds: tuple[int, ...], measure: Callable[..., dict[str, Any]], *name: object
) -> list[dict[str, Any]]:
    """All runs that it took to find the best learning rate, and those of the other seeds with it.

    Args:
        rates: what can be tried; the climb starts from 3e-3.
        seeds: the first one chooses, by validation accuracy.
        measure: of a rate and a seed; its `val` chooses, its `test` is only printed.
        name: what is printed before the result.
    """
    tried = {}

    def score(rate: float) -> float:
        tried[rate] = [measure(rate, seeds[0])]
        return tried[rate][0]["val"]

    best = climb(3e-3, lambda rate: beside(rates, rate), score)
    tried[best] += [measure(best, seed) for seed in seeds[1:]]
    print(*name, best, [run["test"] for run in tried[best]], flush=True)
    return with_choice(tried, best)
