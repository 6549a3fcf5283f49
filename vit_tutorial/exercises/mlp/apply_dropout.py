"""Exercise 04.5, dropout with the dice on the table: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

import torch

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def apply_dropout(x, noise, p, training):
    if not training:
        return x
    return torch.where(noise < p, 0.0, x / (1 - p))


def _noise(shape: tuple, p: float, mode: str) -> tuple:
    """A case for `apply_dropout`: noise as `torch.rand` draws it, between 0 and 1."""
    generator = torch.Generator().manual_seed(3)
    noise = torch.rand(shape, generator=generator, dtype=torch.float64)
    noise.flatten()[-2:] = p  # on the edge: it is not below p
    return random_tensor(*shape).requires_grad_(), noise, p, mode


exercise = Exercise(
    "04.5",
    apply_dropout,
    cases=lambda: [
        _noise((2, 3, 5), 0.3, "train"),
        _noise((2, 3, 5), 0.3, "eval"),
        _noise((4, 7), 0.6, "train"),
    ],
    run=lambda answer, x, noise, p, mode: answer(x, noise, p, mode == "train"),
)


@exercise.mistake(
    "the kept values are not rescaled. Divide them by 1 - p, or the mean shrinks in training.",
    "留下的值没有放大。要除以 1 - p，不然训练时的均值会变小。",
)
def not_rescaled(x, noise, p, training):
    return torch.where(noise < p, 0.0, x) if training else x


@exercise.mistake(
    "you multiplied by 1 - p. Kept values have to grow, to make up for the dropped ones: divide.",
    "你乘了 1 - p。留下的值要变大，才能补上被置零的那些：应该除以它。",
)
def multiplied(x, noise, p, training):
    return torch.where(noise < p, 0.0, x * (1 - p)) if training else x


@exercise.mistake(
    "you drop in evaluation, too. With training=False return x unchanged.",
    "评估时你也在置零。training=False 时，应该原样返回 x。",
)
def dropped_in_evaluation(x, noise, p, training):
    return torch.where(noise < p, 0.0, x / (1 - p))


@exercise.mistake(
    "the mask is the wrong way round: you keep where the noise is below p, and so drop a share of 1 - p.",
    "掩码反了：你留下的是噪声小于 p 的地方，被置零的比例就成了 1 - p。",
)
def mask_inverted(x, noise, p, training):
    return torch.where(noise < p, x / (1 - p), 0.0) if training else x


@exercise.mistake(
    "you scale in evaluation by 1 - p, as the first paper on dropout did. Here training rescales, "
    "and evaluation returns x unchanged.",
    "你在评估时乘了 1 - p，最早的 dropout 论文就是这么做的。这里由训练时放大，评估时原样返回 x。",
)
def scaled_in_evaluation(x, noise, p, training):
    return torch.where(noise < p, 0.0, x) if training else x * (1 - p)


@exercise.mistake(
    "a noise that equals p is kept: torch.rand draws from 0 (included) to 1 (excluded), so exactly a share of p lies "
    "below p. Drop where noise < p, not where noise <= p.",
    "噪声等于 p 的地方应该留下：torch.rand 取值从 0（含）到 1（不含），小于 p 的比例正好是 p。"
    "noise < p 才置零，不是 noise <= p。",
)
def dropped_on_the_edge(x, noise, p, training):
    return torch.where(noise <= p, 0.0, x / (1 - p)) if training else x


exercise.variant(
    lambda x, noise, p, training: torch.where(noise < p, 0.0, x / p) if training else x,
    "you divided by p. A share of 1 - p is kept: divide by that.",
    "你除的是 p。留下的比例是 1 - p，应该除以它。",
    name="divided_by_p",
)
exercise.variant(
    lambda x, noise, p, training: x,
    "nothing is dropped: in training, values with noise < p become 0.",
    "一个都没有置零：训练时，noise < p 的地方要变成 0。",
    name="nothing_dropped",
)
exercise.variant(
    lambda x, noise, p, training: apply_dropout(x, noise, p, not training),
    "training and evaluation are swapped: drop when training is True.",
    "训练和评估弄反了：training 为 True 时才置零。",
    name="modes_swapped",
)
