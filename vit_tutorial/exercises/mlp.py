"""The exercises of chapter 4: solutions (the text that the book shows), cases and properties.

The mistakes that `check` knows by name stand in `mlp_…mistakes.py`.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def count():
    return {
        "mlp_dim": 4 * 1024,
        "mlp": 2 * 1024 * 4096 + 4096 + 1024,
        "attention": 4 * 1024**2 + 4 * 1024,
        "norms": 2 * 2 * 1024,
        "block": 8_393_728 + 4_198_400 + 4_096,
    }


def gelu(x):
    return x * 0.5 * (1 + torch.erf(x / 2**0.5))


def layer_norm(x, weight, bias, eps):
    mean = x.mean(dim=-1, keepdim=True)
    variance = (x - mean).pow(2).mean(dim=-1, keepdim=True)
    return (x - mean) / torch.sqrt(variance + eps) * weight + bias


def mlp(x, weight1, bias1, weight2, bias2):
    hidden = F.gelu(F.linear(x, weight1, bias1))
    return F.linear(hidden, weight2, bias2)


def apply_dropout(x, noise, p, training):
    if not training:
        return x
    return torch.where(noise < p, 0.0, x / (1 - p))


def _norm(b: int, n: int, d: int, eps: float) -> tuple:
    """A case for `layer_norm`: tokens of many scales around other means, weight and bias far from 1 and 0."""
    scales = 10 ** torch.linspace(-2, 1, n, dtype=torch.float64)[:, None]
    x = (random_tensor(b, n, d) + 0.7) * scales
    return x, 1.5 + 0.5 * random_tensor(d, seed=1), random_tensor(d, seed=2), eps


def _layers(b: int, n: int, d: int, mlp_dim: int) -> tuple:
    """A case for `mlp`: tokens and every parameter, all random, with gradients wanted for the parameters."""
    shapes = [(mlp_dim, d), (mlp_dim,), (d, mlp_dim), (d,)]
    parameters = [
        random_tensor(*s, seed=i).requires_grad_() for i, s in enumerate(shapes, 1)
    ]
    return random_tensor(b, n, d), *parameters


def _noise(shape: tuple, p: float, mode: str) -> tuple:
    """A case for `dropout`: noise as `torch.rand` draws it, between 0 and 1."""
    generator = torch.Generator().manual_seed(3)
    noise = torch.rand(shape, generator=generator, dtype=torch.float64)
    return random_tensor(*shape), noise, p, mode


counting = Exercise("04.1", count, values=True)
activating = Exercise(
    "04.2", gelu, cases=lambda: [(random_tensor(3, 7),), (random_tensor(2, 5),)]
)
normalising = Exercise(
    "04.3", layer_norm, cases=lambda: [_norm(2, 5, 7, 1e-3), _norm(3, 4, 9, 1e-6)]
)
building = Exercise(
    "04.4", mlp, cases=lambda: [_layers(2, 5, 3, 12), _layers(1, 4, 7, 6)]
)
dropping = Exercise(
    "04.5",
    apply_dropout,
    cases=lambda: [
        _noise((2, 3, 5), 0.3, "train"),
        _noise((2, 3, 5), 0.3, "eval"),
        _noise((4, 7), 0.6, "train"),
    ],
    run=lambda answer, x, noise, p, mode: answer(x, noise, p, mode == "train"),
)

EXERCISES = [counting, activating, normalising, building, dropping]


@building.requires(
    "the output is cut off from the weights: no gradient reaches them, so they could never learn. "
    "Leave out detach(), .data and torch.no_grad().",
    "输出和权重断开了：梯度传不回去，这两层就永远学不到东西。不要用 detach()、.data 或 torch.no_grad()。",
)
def carries_gradient(output, x, weight1, bias1, weight2, bias2):
    return output.requires_grad
