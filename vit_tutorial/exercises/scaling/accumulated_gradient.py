"""Exercise 09.3, one gradient from several batches: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

import torch

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def accumulated_gradient(gradient, batches):
    total = sum(len(labels) for _, labels in batches)
    return sum(
        gradient(images, labels) * len(labels) / total for images, labels in batches
    )


def _gradient(images, labels):
    """Of the mean cross-entropy of a linear model with fixed weights: (B, D), (B,) -> (D, 3)."""
    logits = images @ random_tensor(images.shape[1], 3, seed=9)
    wanted = torch.nn.functional.one_hot(labels, 3)
    return images.T @ (logits.softmax(dim=-1) - wanted) / len(labels)


def _case(sizes, seed):
    return _gradient, [
        (random_tensor(n, 4, seed=seed + i), torch.arange(i, i + n) % 3)
        for i, n in enumerate(sizes)
    ]


exercise = Exercise(
    "09.3",
    accumulated_gradient,
    cases=lambda: [_case((4, 4, 4), 0), _case((8, 8, 3), 5), _case((5, 1), 9)],
)


def _sum(gradient, batches, *, weight):
    return sum(gradient(x, y) * weight(len(y), batches) for x, y in batches)


_variant = partial(exercise.variant, _sum)

_variant(
    "the gradients are added, and never divided: the step is as many times too long as there are batches.",
    "梯度只是相加，没有除：有几个批次，步子就大了几倍。",
    name="not_divided",
    weight=lambda n, batches: 1,
)
_variant(
    "you divided by the number of batches. That is right where all are of one size; here an image of a small batch "
    "counts for more than one of a large batch.",
    "你除以了批次的个数。所有批次一样大时这是对的；这里小批次里的一张图，比大批次里的一张图算得更重。",
    name="mean_of_means",
    weight=lambda n, batches: 1 / len(batches),
)
_variant(
    "you multiplied each gradient by its number of images, and did not divide by the number of all.",
    "你把每个梯度乘上了它的图像数，却没有除以图像总数。",
    name="sum_over_images",
    weight=lambda n, batches: n,
)
_variant(
    "you divided each gradient by its own number of images. It is a mean already: multiply by that number, and divide by "
    "the number of all.",
    "你把每个梯度除以了它自己的图像数。它本来就是平均：要乘上这个数，再除以图像总数。",
    name="divided_twice",
    weight=lambda n, batches: 1 / n,
)
_variant(
    "you divided by the number of all images, but a batch's gradient is a mean: multiply it by its number of images "
    "first.",
    "你除以了图像总数，可每个批次的梯度已经是平均：要先乘上它的图像数。",
    name="divided_by_all",
    weight=lambda n, batches: 1 / sum(len(y) for _, y in batches),
)


@exercise.mistake(
    "only the last batch's gradient is left: zero_grad belongs before the first batch, not before each.",
    "只剩下最后一个批次的梯度：zero_grad 应该放在第一个批次之前，而不是每个批次之前。",
)
def last_batch_only(gradient, batches):
    return gradient(*batches[-1])


@exercise.mistake(
    "this is the first batch's gradient alone. Is the `return` inside the loop?",
    "这只是第一个批次的梯度。`return` 是不是写在循环里了？",
)
def first_batch_only(gradient, batches):
    return gradient(*batches[0])
