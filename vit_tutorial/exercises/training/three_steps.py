"""Three training steps for exercise 06.2, and what is seen of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from vit_tutorial.exercises.cases import random_tensor, randomised
from vit_tutorial.exercises.training.plain_numbers import as_floats


def _model(hidden: int | None) -> nn.Module:
    """A small model with dropout and random parameters, with or without a hidden layer."""
    layers = [nn.Flatten(), nn.Dropout(0.3), nn.Linear(12, hidden or 7)]
    if hidden:
        layers += [nn.Tanh(), nn.Dropout(0.3), nn.Linear(hidden, 7)]
    return randomised(nn.Sequential(*layers))


def _train(answer, model, optimizer, clip) -> tuple[list, bool]:
    """What three steps return, and whether the model was in train mode in all of them."""
    losses, modes = [], []
    model.register_forward_pre_hook(lambda model, _: modes.append(model.training))
    for size in (5, 3, 1):  # the last batch is a single image
        images = random_tensor(size, 1, 3, 4, seed=size)
        labels = torch.arange(len(losses), len(losses) + size)
        model.eval()
        losses.append(answer(model, images, labels, optimizer, clip))
    return losses, all(modes)


def three_steps(
    answer: Callable[..., Any], kind: str, clip: float, hidden: int | None
) -> Any:
    """Make three steps with a model that comes in eval mode.

    Args:
        answer: the training step.
        kind: the optimizer's name in torch.optim, "SGD" or "AdamW".
        clip: the largest norm that the gradient may have.
        hidden: width of the model's hidden layer; None: it has none.

    Returns:
        First loss, later losses, weights, train mode; `...` or None if a step returns that.
    """
    with torch.random.fork_rng():  # leave the notebook's random numbers alone
        torch.manual_seed(0)
        model = _model(hidden)
        extra = {"momentum": 0.9} if kind == "SGD" else {"weight_decay": 0.3}
        optimizer = getattr(torch.optim, kind)(model.parameters(), lr=0.1, **extra)
        losses, train_mode = _train(answer, model, optimizer, clip)
    losses = as_floats(losses)
    return _seen(losses, model, train_mode) if isinstance(losses, list) else losses


def _seen(losses: list[float], model: nn.Module, train_mode: bool) -> dict[str, Any]:
    """To five decimals: PyTorch's clipping adds 1e-6 to the norm, clipping by hand does not."""
    first, *later = (round(loss, 5) for loss in losses)
    weights = torch.cat([p.detach().flatten() for p in model.parameters()])
    return {
        "first_loss": first,
        "later_losses": later,
        "weights": weights.round(decimals=5),
        "train_mode": train_mode,
    }
