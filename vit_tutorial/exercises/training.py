"""The exercises of chapter 6: solutions (the text that the book shows), cases and properties.

The mistakes that `check` knows by name stand in `training_…mistakes.py`, the broken run of 06.5 in
`training_runs.py`.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.exercises.training_runs import diagnose, sick_fit, watch

__all__ = ["EXERCISES", "sick_fit", "watch"]


def accuracy(batches):
    right = seen = 0
    for logits, labels in batches:
        right += (logits.argmax(dim=-1) == labels).sum().item()
        seen += len(labels)
    return right / seen


def training_step(model, images, labels, optimizer, clip):
    model.train()
    loss = F.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    return loss.item()


def learning_rate(step, total_steps, warmup_steps, peak):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    share = (step - warmup_steps) / (total_steps - warmup_steps)
    cosine = torch.tensor(torch.pi * share).cos().item()
    return peak * (1 + cosine) / 2


def adamw_step(weight, gradient, mean, square, t, rate, decay):
    mean = 0.9 * mean + 0.1 * gradient
    square = 0.999 * square + 0.001 * gradient**2
    size = (square / (1 - 0.999**t)).sqrt() + 1e-8
    move = mean / (1 - 0.9**t) / size
    return weight - rate * move - rate * decay * weight, mean, square


def fit(model, optimizer, images, labels, epochs):
    fall = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=epochs)
    for _ in range(epochs):
        order = torch.randperm(len(images))
        images, labels = images[order], labels[order]
        for x, y in zip(images.split(8), labels.split(8), strict=True):
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        fall.step()


def _numbers(values: list) -> Any:
    """The values as floats, NaN where one is no number; `...` or None if one is that."""
    for absent in (..., None):
        if any(value is absent for value in values):
            return absent
    return [float(v) if isinstance(v, int | float) else math.nan for v in values]


def _batches(sizes: list[int], num_classes: int) -> tuple:
    """A case for `accuracy`: batches of these sizes, most of the answers right."""
    batches = []
    for seed, size in enumerate(sizes):
        labels = (100 * random_tensor(size, seed=seed + 50).abs()).long() % num_classes
        logits = random_tensor(size, num_classes, seed=seed)
        batches.append((logits + F.one_hot(labels, num_classes), labels))
    return (batches,)


def _run_accuracy(answer, batches):
    share = _numbers([answer(batches)])
    return round(share[0], 6) if isinstance(share, list) else share


def _model(hidden: int | None) -> nn.Module:
    """A small model with dropout and random parameters, with or without a hidden layer."""
    layers = [nn.Flatten(), nn.Dropout(0.3), nn.Linear(12, hidden or 7)]
    if hidden:
        layers += [nn.Tanh(), nn.Dropout(0.3), nn.Linear(hidden, 7)]
    model = nn.Sequential(*layers).double()
    for seed, parameter in enumerate(model.parameters()):
        parameter.data = random_tensor(*parameter.shape, seed=seed + 10)
    return model


def _run_step(answer, kind: str, clip: float, hidden: int | None):
    """Three steps with a model that comes in eval mode: losses, weights, and its mode.

    To five decimals: PyTorch's clipping adds 1e-6 to the norm, clipping by hand does not.
    """
    with torch.random.fork_rng():  # leave the notebook's random numbers alone
        torch.manual_seed(0)
        model, losses, modes = _model(hidden), [], []
        model.register_forward_pre_hook(lambda model, _: modes.append(model.training))
        extra = {"momentum": 0.9} if kind == "SGD" else {"weight_decay": 0.3}
        optimizer = getattr(torch.optim, kind)(model.parameters(), lr=0.1, **extra)
        for size in (5, 5, 3):
            images = random_tensor(size, 1, 3, 4, seed=size)
            labels = torch.arange(len(losses), len(losses) + size)
            model.eval()
            losses.append(answer(model, images, labels, optimizer, clip))
    losses = _numbers(losses)
    if not isinstance(losses, list):
        return losses
    first, *later = (round(loss, 5) for loss in losses)
    weights = torch.cat([p.detach().flatten() for p in model.parameters()])
    return {
        "first_loss": first,
        "later_losses": later,
        "weights": weights.round(decimals=5),
        "train_mode": all(modes),
    }


def _run_rate(answer, total_steps, warmup_steps, peak):
    """The rates of a whole run to five decimals: PyTorch's float32 is exact enough."""
    rates = [answer(s, total_steps, warmup_steps, peak) for s in range(total_steps)]
    rates = _numbers([r.item() if isinstance(r, Tensor) else r for r in rates])
    if not isinstance(rates, list):
        return rates
    return torch.tensor(rates, dtype=torch.float64).round(decimals=5)


def _run_adamw(answer, weight, gradients, rate, decay):
    """As many steps as there are gradients: weight and averages after the last one."""
    weight, mean, square = weight.clone(), weight * 0, weight * 0  # may be changed
    for t, gradient in enumerate(gradients, 1):
        state = answer(weight, gradient, mean, square, t, rate, decay)
        if not isinstance(state, tuple | list) or len(state) != 3:
            return state
        weight, mean, square = state
    return weight, mean, square


def _descent(shape: tuple[int, int], rate: float, decay: float) -> tuple:
    """A case for `adamw_step`: three gradients, from a millionth to a hundred in size."""
    sizes = 10 ** torch.linspace(-6, 2, shape[1], dtype=torch.float64)
    return random_tensor(*shape), sizes * random_tensor(3, *shape, seed=1), rate, decay


measuring = Exercise(
    "06.1",
    accuracy,
    # where images are as many as classes, argmax over the wrong axis raises nothing
    cases=lambda: [_batches([5, 5, 2], 7), _batches([4, 4], 4), _batches([6, 6, 1], 3)],
    run=_run_accuracy,
)
stepping = Exercise(
    "06.2",
    training_step,
    # without a hidden layer, a step before backward() raises nothing: it can be told
    # from whatever else raises
    cases=lambda: [("SGD", 0.5, 9), ("SGD", 100.0, 9), ("AdamW", 1.5, None)],
    run=_run_step,
)
pacing = Exercise(
    "06.3",
    learning_rate,
    cases=lambda: [(11, 4, 0.8), (17, 3, 0.5)],
    run=_run_rate,
)
decaying = Exercise(
    "06.4",
    adamw_step,
    cases=lambda: [_descent((2, 5), 0.05, 0.3), _descent((3, 4), 0.02, 0.7)],
    run=_run_adamw,
)
mending = Exercise("06.5", fit, run=diagnose)

EXERCISES = [measuring, stepping, pacing, decaying, mending]
