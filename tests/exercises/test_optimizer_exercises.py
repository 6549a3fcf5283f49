"""Exercises 06.3 and 06.4, the learning rate and AdamW: solutions agree with PyTorch, right answers of other kinds
pass, and wrong ones get no wrong name."""

import math

import pytest
import torch
from torch import nn
from torch.optim import Adam, AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from verdicts import verdict

from vit_tutorial import check
from vit_tutorial.exercises.training import adamw_step as decaying
from vit_tutorial.exercises.training import learning_rate as pacing
from vit_tutorial.training.schedule import warmup_cosine

# 06.3


def torchs_rates(total, warmup, peak):
    optimizer = AdamW([nn.Parameter(torch.zeros(1))], lr=peak)
    rise = LinearLR(optimizer, start_factor=1 / warmup, total_iters=max(1, warmup - 1))
    fall = CosineAnnealingLR(optimizer, T_max=total - warmup)
    schedule = SequentialLR(optimizer, [rise, fall], milestones=[warmup])
    return rates(optimizer, schedule, total)


def rates(optimizer, schedule, total):
    found = []
    for _ in range(total):
        found.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return found


@pytest.mark.parametrize(("total", "warmup"), [(11, 4), (17, 3), (40, 1), (7, 6), (300, 30)])
def test_learning_rate_is_that_of_pytorch_in_every_step(total, warmup):
    ours = [pacing.learning_rate(s, total, warmup, 0.7) for s in range(total)]
    assert ours == pytest.approx(torchs_rates(total, warmup, 0.7), abs=1e-6)
    optimizer = AdamW([nn.Parameter(torch.zeros(1))], lr=0.7)
    assert ours == pytest.approx(rates(optimizer, warmup_cosine(optimizer, total, warmup), total), abs=1e-6)


def test_learning_rate_as_float_or_tensor_passes():
    def learning_rate(step, total_steps, warmup_steps, peak):
        if step < warmup_steps:
            return (step + 1) / warmup_steps * peak
        share = (step - warmup_steps) / (total_steps - warmup_steps)
        return peak * torch.cos(torch.tensor(math.pi / 2 * share)) ** 2

    check("06.3", learning_rate)
    check("06.3", lambda *args: float(learning_rate(*args)))


def test_half_an_answer_is_not_attempted_and_half_a_return_is_told(capsys):
    check("06.3", lambda step, total, warmup, peak: peak if step < warmup else ...)
    assert "not attempted" in capsys.readouterr().out
    assert "`return` missing" in verdict("06.3", lambda step, total, warmup, peak: None if step else peak)


# 06.4


def by_hand(function, weight, gradients, rate, decay):
    mean, square = torch.zeros_like(weight), torch.zeros_like(weight)
    for t, gradient in enumerate(gradients, 1):
        weight, mean, square = function(weight, gradient, mean, square, t, rate, decay)
    return weight


def by_torch(kind, weight, gradients, rate, decay):
    weight = nn.Parameter(weight.clone())
    optimizer = kind([weight], lr=rate, weight_decay=decay)
    for gradient in gradients:
        weight.grad = gradient.clone()
        optimizer.step()
    return weight.detach()


@pytest.mark.parametrize("case", decaying.exercise.cases())
def test_adamw_is_pytorchs_and_the_coupled_mistake_is_its_adam(case):
    for function, kind in ((decaying.adamw_step, AdamW), (decaying.coupled, Adam)):
        assert torch.allclose(by_hand(function, *case), by_torch(kind, *case), rtol=1e-12, atol=1e-12)


def test_adamw_in_place_passes():
    def adamw_step(weight, gradient, mean, square, t, rate, decay):
        weight.mul_(1 - rate * decay)
        mean.lerp_(gradient, 0.1)
        square.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
        size = square.sqrt() / (1 - 0.999**t) ** 0.5 + 1e-8
        return weight.sub_(rate / (1 - 0.9**t) * mean / size), mean, square

    check("06.4", adamw_step)


def test_one_value_for_three_is_told():
    assert "expected 3 values" in verdict("06.4", lambda weight, *_: weight)
