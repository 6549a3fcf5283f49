"""What an answer did with a case: kept, so that it can be compared with the right answer and the known mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vit_tutorial.exercises.compare import copy, equal


@dataclass
class Outcome:
    """What an answer did with one case: its output or its exception, and the case as it left it."""

    case: tuple
    output: Any = None
    error: BaseException | None = None

    @classmethod
    def of(cls, run: Callable, answer: Any, case: tuple) -> Outcome:
        """Run an answer on a copy of a case."""
        own = copy(case)
        try:
            return cls(own, output=run(answer, *own))
        except Exception as error:  # the learner's: kept, compared, shown
            return cls(own, error=error)

    def same(self, other: Outcome) -> bool:
        """The same output, or the same kind of exception."""
        if self.error is not None or other.error is not None:
            return type(self.error) is type(other.error)
        return equal(self.output, other.output)


def unattempted(output: Any) -> bool:
    """Whether nothing was filled in: `...`, or a dict of nothing else."""
    if isinstance(output, dict):
        return bool(output) and all(value is ... for value in output.values())
    return output is ...
