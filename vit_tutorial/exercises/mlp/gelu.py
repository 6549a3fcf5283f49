"""Exercise 04.2, GELU: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def gelu(x):
    return x * 0.5 * (1 + torch.erf(x / 2**0.5))


exercise = Exercise(
    "04.2",
    gelu,
    cases=lambda: [
        (random_tensor(*s).requires_grad_(),) for s in ((3, 7), (2, 5), (1, 4))
    ],
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


exercise.variant(
    lambda x: x * torch.sigmoid(1.702 * x),
    "that is x · sigmoid(1.702x), another approximation. The exact GELU needs erf.",
    "这是 x · sigmoid(1.702x)，另一种近似。精确的 GELU 要用 erf。",
    name="sigmoid_approximation",
)
exercise.variant(
    F.silu,
    "that is SiLU, x · sigmoid(x). GELU multiplies x by Φ(x), which needs erf.",
    "这是 SiLU，x · sigmoid(x)。GELU 是用 x 乘以 Φ(x)，要用 erf。",
    name="silu",
)
exercise.variant(
    lambda x: x * 0.5 * (1 + torch.erf(x * 2**0.5)),
    "you multiplied by √2 inside erf. Divide: erf(x / √2).",
    "你在 erf 里乘了 √2。应该除：erf(x / √2)。",
    name="multiplied_by_the_root",
)
exercise.variant(
    lambda x: x * 0.5 * (1 - torch.erf(x / 2**0.5)),
    "1 - erf is the probability of the other side: it must be 1 + erf.",
    "1 - erf 是另一边的概率：应该是 1 + erf。",
    name="wrong_side",
)
exercise.variant(
    lambda x: x * 0.5 * (1 + torch.erf(x / torch.pi**0.5)),
    "you divided by √π. It is √2.",
    "你除的是 √π。应该是 √2。",
    name="root_of_pi",
)
exercise.variant(
    torch.tanh,
    "that is tanh. GELU multiplies x by Φ(x).",
    "这是 tanh。GELU 是用 x 乘以 Φ(x)。",
    name="tanh",
)
