"""Runs that a learner could hand in: a function with other random numbers, or with some of its source replaced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


def reseeded(run: Callable[..., Any], seed: int) -> Callable[..., Any]:
    """The run with other random numbers: a learner may draw them in another order."""

    def seeded(*args: Any) -> Any:
        torch.manual_seed(seed)
        return run(*args)

    return seeded


def with_changes(source: str, changes: tuple[tuple[str, str], ...]) -> str:
    """A function's source, each first text of `changes` replaced by its second; all of them stand in it."""
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    return source
