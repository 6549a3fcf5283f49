"""Exercise 04.3, layer normalization: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

import torch

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def layer_norm(x, weight, bias, eps):
    mean = x.mean(dim=-1, keepdim=True)
    variance = (x - mean).pow(2).mean(dim=-1, keepdim=True)
    return (x - mean) / torch.sqrt(variance + eps) * weight + bias


def _case(b: int, n: int, d: int, eps: float) -> tuple:
    """A case for `layer_norm`: tokens of many scales around other means, weight and bias far from 1 and 0."""
    scales = 10 ** torch.linspace(-2, 1, n, dtype=torch.float64)[:, None]
    x = (random_tensor(b, n, d) + 0.7) * scales
    learned = 1.5 + 0.5 * random_tensor(d, seed=1), random_tensor(d, seed=2)
    return *(each.requires_grad_() for each in (x, *learned)), eps


exercise = Exercise(
    "04.3",
    layer_norm,
    cases=lambda: [_case(2, 5, 7, 1e-3), _case(3, 4, 9, 1e-6), _case(1, 3, 5, 1e-4)],
)


def _normalise(x, weight, bias, eps, dim=-1, correction=0):
    """Take mean and variance over other axes, or divide the variance by D - correction."""
    variance, mean = torch.var_mean(x, dim=dim, keepdim=True, correction=correction)
    return (x - mean) / torch.sqrt(variance + eps) * weight + bias


exercise.variant(
    _normalise,
    "the variance is the unbiased one, divided by D - 1. LayerNorm divides by D: var(..., unbiased=False).",
    "方差用的是无偏估计，除以了 D - 1。层归一化除以的是 D：var(..., unbiased=False)。",
    name="unbiased_variance",
    correction=1,
)


@exercise.mistake(
    "eps stands outside the square root. Add it to the variance first, then take the root.",
    "eps 放到了根号外面。应该先加到方差上，再开方。",
)
def eps_outside_the_root(x, weight, bias, eps):
    variance, mean = torch.var_mean(x, dim=-1, keepdim=True, correction=0)
    return (x - mean) / (variance.sqrt() + eps) * weight + bias


@exercise.mistake(
    "eps is not the one that was passed: this is torch's default, 1e-5. Use the argument.",
    "用的不是传进来的 eps，而是 torch 的默认值 1e-5。请用参数里的 eps。",
)
def eps_of_torch(x, weight, bias, eps):
    return layer_norm(x, weight, bias, 1e-5)


exercise.variant(
    _normalise,
    "you normalised over the tokens (dim=1). Each token is normalised by itself: over the last axis, dim=-1.",
    "你沿着词元（dim=1）做了归一化。每个词元应该单独归一化：沿最后一个轴，dim=-1。",
    name="over_the_tokens",
    dim=1,
)
exercise.variant(
    _normalise,
    "you took one mean and variance for a whole sample, dim=(1, 2). Each token has its own: dim=-1.",
    "你对整个样本只算了一个均值和一个方差，dim=(1, 2)。每个词元都有自己的：dim=-1。",
    name="over_the_sample",
    dim=(1, 2),
)
exercise.variant(
    _normalise,
    "you normalised each feature over batch and tokens, dim=(0, 1): that is BatchNorm. LayerNorm takes dim=-1.",
    "你让每个特征在批次和词元上归一化，dim=(0, 1)：那是批归一化。层归一化用 dim=-1。",
    name="batch_norm",
    dim=(0, 1),
)


@exercise.mistake(
    "the weight is applied after the bias, so it scales the bias, too. First times weight, then plus bias.",
    "先加了偏置、后乘了权重，结果偏置也被缩放了。应该先乘权重，再加偏置。",
)
def weight_after_bias(x, weight, bias, eps):
    return layer_norm(x, torch.ones_like(weight), bias, eps) * weight


@exercise.mistake(
    "weight and bias are missing: the two are learned and are not always 1 and 0.",
    "漏了权重和偏置：这两个是学出来的，并不总是 1 和 0。",
)
def weight_and_bias_forgotten(x, weight, bias, eps):
    return layer_norm(x, torch.ones_like(weight), torch.zeros_like(bias), eps)


@exercise.mistake(
    "the mean is not subtracted from x; you only divided by the deviation.",
    "没有从 x 里减去均值，只除了标准差。",
)
def mean_not_subtracted(x, weight, bias, eps):
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return x / torch.sqrt(variance + eps) * weight + bias


@exercise.mistake(
    "the mean or the variance has lost its last axis, so it doesn't fit x: take both with keepdim=True.",
    "均值或方差少了最后一个轴，和 x 对不上：求这两个时都要写 keepdim=True。",
)
def keepdim_forgotten(x, weight, bias, eps):
    return x - x.mean(dim=-1)


exercise.variant(
    lambda x, w, b, eps: (
        (x - x.mean(-1, True)) / (x.var(-1, keepdim=True, correction=0) + eps) * w + b
    ),
    "you divided by the variance. Take its square root.",
    "你除的是方差。还要开平方。",
    name="divided_by_the_variance",
)
exercise.variant(
    lambda x, w, b, eps: layer_norm(x, w, b, 0.0),
    "eps is missing: add it to the variance, under the root.",
    "漏了 eps：应该在根号里加到方差上。",
    name="eps_forgotten",
)
exercise.variant(
    lambda x, w, b, eps: (
        (x - x.mean(-1, True)) / (x.std(-1, keepdim=True) + eps) * w + b
    ),
    "two things: std() divides by D - 1 (correction=0 divides by D), and eps belongs under the root, added to the variance.",
    "有两处：std() 除的是 D - 1（correction=0 才是 D）；eps 应该在根号里，加到方差上。",
    name="unbiased_and_eps_outside",
)
exercise.variant(
    lambda x, w, b, eps: layer_norm(x, b, w, eps),
    "weight and bias are swapped: times weight, plus bias.",
    "weight 和 bias 对调了：乘的是 weight，加的是 bias。",
    name="weight_and_bias_swapped",
)
exercise.variant(
    lambda x, w, b, eps: (
        (x - x.mean(-1, True)) / (x.square().mean(-1, True) + eps).sqrt() * w + b
    ),
    "that is the mean of x², not the variance: subtract the mean before you square.",
    "这是 x² 的平均，不是方差：平方之前要先减去均值。",
    name="mean_of_the_squares",
)
exercise.variant(
    lambda x, w, b, eps: layer_norm(x, w, 0 * b, eps),
    "bias is not added.",
    "没有加 bias。",
    name="bias_forgotten",
)
exercise.variant(
    lambda x, w, b, eps: layer_norm(x, torch.ones_like(w), b, eps),
    "weight is not multiplied.",
    "没有乘 weight。",
    name="weight_forgotten",
)
