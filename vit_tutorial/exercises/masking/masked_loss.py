"""Exercise 10.4, the loss: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

import torch

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def masked_loss(guesses, patches, hidden):
    variance, mean = torch.var_mean(patches, dim=-1, keepdim=True)
    targets = (patches - mean) / (variance + 1e-6).sqrt()
    errors = (guesses - targets).square().mean(dim=-1)  # (B, N)
    return errors[hidden].mean()


def _case(b, n, length, seed, flat=False):
    patches = 3 * random_tensor(b, n, length, seed=seed) + 2
    if flat:
        patches[:, 0] = patches[:, 0, :1]  # a patch of one colour
    hidden = random_tensor(b, n, seed=seed + 1) < 0.3
    hidden[:, 0], hidden[:, 1] = True, False
    hidden[0, 2:] = False  # not as many in each image
    return random_tensor(b, n, length, seed=seed + 2), patches, hidden


exercise = Exercise(
    "10.4",
    masked_loss,
    cases=lambda: [
        _case(3, 7, 12, 0),
        _case(2, 6, 4, 10, flat=True),
        _case(4, 9, 16, 20),
    ],
)


def _masked_loss(
    guesses,
    patches,
    hidden,
    *,
    where="hidden",
    over=-1,
    normal=True,
    correction=1,
    eps=1e-6,
    power=2,
    pixels=torch.mean,
):
    targets = patches
    if normal:
        variance, mean = torch.var_mean(
            patches, dim=over, keepdim=True, correction=correction
        )
        targets = (patches - mean) / (variance + eps).sqrt()
    errors = pixels((guesses - targets).abs().pow(power), dim=-1)
    if where == "images":
        return torch.stack(
            [e[h].mean() for e, h in zip(errors, hidden, strict=True)]
        ).mean()
    if where == "divided by all":
        return (errors * hidden).mean()
    return errors[
        {"hidden": hidden, "visible": ~hidden, "all": hidden | True}[where]
    ].mean()


_variant = partial(exercise.variant, _masked_loss)

_variant(
    "the loss counts all patches. Those that the encoder has seen are easily copied, and drown what is to be learned: take "
    "the hidden ones alone.",
    "损失把所有图像块都算进去了。编码器看见过的块照抄就行，要学的东西就被淹没了：只算被遮住的。",
    name="all_patches",
    where="all",
)
_variant(
    "the loss counts the visible patches. True in hidden means: this patch was hidden, and counts.",
    "损失算的是可见的图像块。hidden 里的 True 表示这一块被遮住了，该算的是它。",
    name="visible_patches",
    where="visible",
)
_variant(
    "the targets are the raw pixels. Bring each patch to mean 0 and variance 1 first.",
    "目标用的是原始像素。要先把每个图像块变成均值 0、方差 1。",
    name="raw_pixels",
    normal=False,
)
_variant(
    "the patches are normalised over the whole image: then brightness and contrast of a patch are still to be guessed. Each "
    "patch has a mean and a variance of its own, over the last axis.",
    "归一化是在整张图上做的：那样每块的亮度和对比度还是要猜。每个图像块有自己的均值和方差，沿最后一个轴算。",
    name="over_the_image",
    over=(1, 2),
)
_variant(
    "the patches are normalised over the batch. Each patch has a mean and a variance of its own, over the last axis.",
    "归一化是在批次上做的。每个图像块有自己的均值和方差，沿最后一个轴算。",
    name="over_the_batch",
    over=0,
)
_variant(
    "the variance is divided by the number of values; the paper's code takes one less, as torch.var does.",
    "方差除的是数值的个数；论文的代码除的是个数减一，和 torch.var 一样。",
    name="biased_variance",
    correction=0,
)
_variant(
    "1e-6 is missing: a patch of one colour has the variance 0, and 0 / 0 is NaN.",
    "少了 1e-6：单色的图像块方差是 0，而 0 / 0 是 NaN。",
    name="no_epsilon",
    eps=0,
)
_variant(
    "the hidden errors are added up and divided by the number of all patches. Divide by the number of hidden ones.",
    "被遮住的误差加起来以后，除的是所有图像块的个数。要除以被遮住的个数。",
    name="divided_by_all",
    where="divided by all",
)
_variant(
    "you took the mean of each image's mean: a patch counts more where fewer are hidden. Take one mean over all hidden "
    "patches.",
    "你先求每张图的平均，再求平均：遮得少的图像，一块就算得更重。要对所有被遮住的图像块一起求平均。",
    name="mean_of_means",
    where="images",
)
_variant(
    "you took the absolute error; the task asks for the squared one.",
    "你用的是绝对误差；题目要的是平方误差。",
    name="absolute",
    power=1,
)
_variant(
    "the squared errors of a patch are added up. Take their mean.",
    "一个图像块的平方误差是加起来的。要取平均。",
    name="sum_of_pixels",
    pixels=torch.sum,
)
