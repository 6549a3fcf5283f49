"""What an answer did with a case: kept, so that it can be compared with the right answer and the known mistakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor

from vit_tutorial.exercises import torch_state
from vit_tutorial.exercises.compare import Text, copy, equal

SECONDS = (
    30  # an answer may take; the slowest solution, which trains, takes less than two
)


class WithParameters(NamedTuple):
    """An output, and the parameters of the layers that made it: a gradient has to reach them."""

    output: Any
    parameters: dict[str, Tensor]


@dataclass
class Outcome:
    """What an answer did with one case.

    Attributes:
        case: the inputs, as the answer left them.
        output: what it returned.
        error: its exception, if it raised one.
        gradients: for each thing that learns, the gradient that reached it; None: none did.
        changed: what it left otherwise in PyTorch's global state.
    """

    case: tuple
    output: Any = None
    error: BaseException | None = None
    gradients: dict[str, Tensor | None] = field(default_factory=dict)
    changed: list[Text] = field(default_factory=list)

    @classmethod
    def of(cls, run: Callable, answer: Any, case: tuple, names: list[str]) -> Outcome:
        """Run an answer on a copy of a case; `names` are those of the case's inputs."""
        own = copy(case)
        leaves = {n: x for n, x in zip(names, own, strict=False) if _learns(x)}
        given = tuple(x.clone() if _learns(x) else x for x in own)  # may be changed
        state = torch_state.read()
        try:
            with torch_state.time_limit(SECONDS):
                output = run(answer, *given)
        except (Exception, torch_state.OutOfTime) as error:  # kept, compared, shown
            return cls(given, error=error)
        finally:
            changes = torch_state.changed(state)
            torch_state.put_back(state)
        if isinstance(output, WithParameters):
            leaves |= output.parameters
            output = output.output
        return cls(given, output, None, _gradients(output, leaves), changes)

    def same(self, other: Outcome) -> bool:
        """The same output, or the same exception with the same words."""
        if self.error is not None or other.error is not None:
            same_kind = type(self.error) is type(other.error)
            return same_kind and str(self.error) == str(other.error)
        return equal(self.output, other.output)


def _learns(value: Any) -> bool:
    return isinstance(value, Tensor) and value.requires_grad


def _tensors(value: Any) -> Iterator[Tensor]:
    """All tensors in an output through which a gradient could come."""
    if isinstance(value, Tensor):
        yield from [value] if value.requires_grad else []
    elif isinstance(value, tuple | list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _tensors(each)


def _gradients(output: Any, leaves: dict[str, Tensor]) -> dict[str, Tensor | None]:
    """The gradient of a weighted sum of the output, with weights that differ, for each leaf."""
    sums = [
        (x * torch.linspace(1, 2, x.numel(), dtype=x.dtype).view(x.shape)).sum()
        for x in _tensors(output)
    ]
    if not leaves or not sums:
        return dict.fromkeys(leaves)
    found = torch.autograd.grad(sum(sums), list(leaves.values()), allow_unused=True)
    return dict(zip(leaves, found, strict=True))


def unattempted(output: Any) -> bool:
    """Whether nothing was filled in: `...`, or a dict of nothing else."""
    if isinstance(output, dict):
        return bool(output) and all(value is ... for value in output.values())
    return output is ...
