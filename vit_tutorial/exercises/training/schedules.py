"""Learning rates for exercise 06.3: of a whole run, and with another way up or down, for its mistakes."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi
from typing import Any

import torch
from torch import Tensor

from vit_tutorial.exercises.training.plain_numbers import as_floats


def rates_of_a_run(
    answer: Callable[..., Any], total_steps: int, warmup_steps: int, peak: float
) -> Any:
    """The rates of a whole run to five decimals: PyTorch's float32 is exact enough.

    Args:
        answer: gives a step's rate, as `learning_rate` does.
        total_steps: steps in the run.
        warmup_steps: steps of them in which the rate rises.
        peak: the highest rate.

    Returns:
        A tensor (total_steps,) in float64; `...` or None if a step's rate is that.
    """
    rates = [answer(s, total_steps, warmup_steps, peak) for s in range(total_steps)]
    rates = as_floats(
        [r.item() if isinstance(r, Tensor) and r.numel() == 1 else r for r in rates]
    )
    if not isinstance(rates, list):
        return rates
    return torch.tensor(rates, dtype=torch.float64).round(decimals=5)


def _ramp(step, warmup):
    return (step + 1) / warmup


def _share(step, total, warmup):
    return (step - warmup) / (total - warmup)


def _half_cosine(share):
    return (1 + cos(pi * share)) / 2


def rate(
    step, total, warmup, peak, *, ramp=_ramp, share=_share, fall=_half_cosine
) -> float:
    """The learning rate of a step, some of it done otherwise.

    Args:
        step: from 0 to total - 1.
        total: steps in the run.
        warmup: steps of them in which the rate rises.
        peak: the highest rate.
        ramp: of step and warmup: the part of the peak on the way up.
        share: of step, total and warmup: how much of the way down is done, from 0 to 1.
        fall: of that share: the part of the peak on the way down.

    Returns:
        The rate.
    """
    if step < warmup:
        return peak * ramp(step, warmup)
    return peak * fall(share(step, total, warmup))
