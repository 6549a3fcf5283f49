"""Exercise 04.2, GELU: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def gelu(x):
    return x * 0.5 * (1 + torch.erf(x / 2**0.5))


exercise = Exercise(
    "04.2", gelu, cases=lambda: [(random_tensor(3, 7),), (random_tensor(2, 5),)]
)

exercise.variant(
    F.gelu,
    "that is the tanh approximation. It is up to 0.0005 off; ViT here uses the exact GELU, with erf.",
    "这是 tanh 近似，最多会差 0.0005；本书的 ViT 用的是精确的 GELU，要用 erf。",
    name="tanh_approximation",
    approximate="tanh",
)


@exercise.mistake(
    "that is ReLU: it cuts hard at 0. GELU multiplies x by the probability Φ(x).",
    "这是 ReLU，它在 0 处一刀切断。GELU 是用 x 乘以概率 Φ(x)。",
)
def relu(x):
    return F.relu(x)


@exercise.mistake(
    "the √2 is missing: Φ(x) needs erf(x / √2), because erf belongs to another bell curve than the standard normal.",
    "漏了 √2：Φ(x) 要用 erf(x / √2)，因为 erf 对应的钟形曲线不是标准正态分布。",
)
def root_forgotten(x):
    return x * 0.5 * (1 + torch.erf(x))


@exercise.mistake(
    "the factor 1/2 is missing: for large x this tends to 2x. Φ(x) runs from 0 to 1, 1 + erf from 0 to 2.",
    "漏了因子 1/2：x 很大时，结果趋于 2x。Φ(x) 的范围是 0 到 1，而 1 + erf 的范围是 0 到 2。",
)
def half_forgotten(x):
    return x * (1 + torch.erf(x / 2**0.5))


@exercise.mistake(
    "that is Φ(x) alone, a number between 0 and 1. Multiply it by x.",
    "这只是 Φ(x)，是 0 到 1 之间的数。还要乘以 x。",
)
def probability_only(x):
    return 0.5 * (1 + torch.erf(x / 2**0.5))
