"""The mistakes of chapter 4 that `check` knows by name: each function makes one, its message says the way out."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from vit_tutorial.exercises.mlp import (
    activating,
    counting,
    layer_norm,
    normalising,
)

# 04.1 Count the parameters

counting.wrong_values(
    "hidden_width_4",
    {"mlp_dim": 4, "mlp": 2 * 1024 * 4 + 4 + 1024},
    "the hidden width is not 4, it is 4 times D.",
    "隐藏层的宽度不是 4，而是 D 的 4 倍。",
)
counting.wrong_values(
    "mlp_biases_forgotten",
    {"mlp": 2 * 1024 * 4096},
    "the biases of the MLP are missing: each linear layer has one for each of its outputs.",
    "漏了 MLP 的偏置：每个线性层的每个输出都有一个偏置。",
)
counting.wrong_values(
    "projection_forgotten",
    {"attention": 3 * 1024**2 + 3 * 1024},
    "query, key and value are three matrices; the fourth is the projection after the heads.",
    "查询、键、值是三个矩阵；还有第四个，就是各个头之后的那次投影。",
)
counting.wrong_values(
    "norm_without_bias",
    {"norms": 2 * 1024},
    "that is half. Each of the two LayerNorms has a weight and a bias, each of length D.",
    "这只有一半。两个层归一化各有一个权重和一个偏置，长度都是 D。",
)
counting.wrong_values(
    "norms_left_out",
    {"block": 8_393_728 + 4_198_400},
    "the sum leaves out the two LayerNorms.",
    "求和时漏了两个层归一化。",
)


# 04.2 GELU


@activating.mistake(
    "that is the tanh approximation. It is up to 0.0005 off; ViT here uses the exact GELU, with erf.",
    "这是 tanh 近似，最多会差 0.0005；本书的 ViT 用的是精确的 GELU，要用 erf。",
)
def tanh_approximation(x):
    return F.gelu(x, approximate="tanh")


@activating.mistake(
    "that is ReLU: it cuts hard at 0. GELU multiplies x by the probability Φ(x).",
    "这是 ReLU，它在 0 处一刀切断。GELU 是用 x 乘以概率 Φ(x)。",
)
def relu(x):
    return F.relu(x)


@activating.mistake(
    "the √2 is missing: Φ(x) needs erf(x / √2), because erf belongs to another bell curve than the standard normal.",
    "漏了 √2：Φ(x) 要用 erf(x / √2)，因为 erf 对应的钟形曲线不是标准正态分布。",
)
def root_forgotten(x):
    return x * 0.5 * (1 + torch.erf(x))


@activating.mistake(
    "the factor 1/2 is missing: for large x this tends to 2x. Φ(x) runs from 0 to 1, 1 + erf from 0 to 2.",
    "漏了因子 1/2：x 很大时，结果趋于 2x。Φ(x) 的范围是 0 到 1，而 1 + erf 的范围是 0 到 2。",
)
def half_forgotten(x):
    return x * (1 + torch.erf(x / 2**0.5))


@activating.mistake(
    "that is Φ(x) alone, a number between 0 and 1. Multiply it by x.",
    "这只是 Φ(x)，是 0 到 1 之间的数。还要乘以 x。",
)
def probability_only(x):
    return 0.5 * (1 + torch.erf(x / 2**0.5))


# 04.3 Layer normalization


def _normalise(x, weight, bias, eps, dim=-1, correction=0):
    variance, mean = torch.var_mean(x, dim=dim, keepdim=True, correction=correction)
    return (x - mean) / torch.sqrt(variance + eps) * weight + bias


@normalising.mistake(
    "the variance is the unbiased one, divided by D - 1. LayerNorm divides by D: var(..., unbiased=False).",
    "方差用的是无偏估计，除以了 D - 1。层归一化除以的是 D：var(..., unbiased=False)。",
)
def unbiased_variance(x, weight, bias, eps):
    return _normalise(x, weight, bias, eps, correction=1)


@normalising.mistake(
    "eps stands outside the square root. Add it to the variance first, then take the root.",
    "eps 放到了根号外面。应该先加到方差上，再开方。",
)
def eps_outside_the_root(x, weight, bias, eps):
    variance, mean = torch.var_mean(x, dim=-1, keepdim=True, correction=0)
    return (x - mean) / (variance.sqrt() + eps) * weight + bias


@normalising.mistake(
    "eps is not the one that was passed: this is torch's default, 1e-5. Use the argument.",
    "用的不是传进来的 eps，而是 torch 的默认值 1e-5。请用参数里的 eps。",
)
def eps_of_torch(x, weight, bias, eps):
    return layer_norm(x, weight, bias, 1e-5)


@normalising.mistake(
    "you normalised over the tokens (dim=1). Each token is normalised by itself: over the last axis, dim=-1.",
    "你沿着词元（dim=1）做了归一化。每个词元应该单独归一化：沿最后一个轴，dim=-1。",
)
def over_the_tokens(x, weight, bias, eps):
    return _normalise(x, weight, bias, eps, dim=1)


@normalising.mistake(
    "you took one mean and variance for a whole sample, dim=(1, 2). Each token has its own: dim=-1.",
    "你对整个样本只算了一个均值和一个方差，dim=(1, 2)。每个词元都有自己的：dim=-1。",
)
def over_the_sample(x, weight, bias, eps):
    return _normalise(x, weight, bias, eps, dim=(1, 2))


@normalising.mistake(
    "you normalised each feature over batch and tokens, dim=(0, 1): that is BatchNorm. LayerNorm takes dim=-1.",
    "你让每个特征在批次和词元上归一化，dim=(0, 1)：那是批归一化。层归一化用 dim=-1。",
)
def batch_norm(x, weight, bias, eps):
    return _normalise(x, weight, bias, eps, dim=(0, 1))


@normalising.mistake(
    "the weight is applied after the bias, so it scales the bias, too. First times weight, then plus bias.",
    "先加了偏置、后乘了权重，结果偏置也被缩放了。应该先乘权重，再加偏置。",
)
def weight_after_bias(x, weight, bias, eps):
    return layer_norm(x, torch.ones_like(weight), bias, eps) * weight


@normalising.mistake(
    "weight and bias are missing: the two are learned and are not always 1 and 0.",
    "漏了权重和偏置：这两个是学出来的，并不总是 1 和 0。",
)
def weight_and_bias_forgotten(x, weight, bias, eps):
    return layer_norm(x, torch.ones_like(weight), torch.zeros_like(bias), eps)
