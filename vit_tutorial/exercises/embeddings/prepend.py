"""Exercise 02.2, put the class token in front: solution, cases, properties, and the mistakes that are known by name."""

from __future__ import annotations

import torch

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def prepend(patches, class_token):
    token = class_token.expand(len(patches), -1, -1)
    return torch.cat([token, patches], dim=1)


exercise = Exercise(
    "02.2",
    prepend,
    cases=lambda: [
        (random_tensor(2, 6, 5), random_tensor(1, 1, 5, seed=1).requires_grad_()),
        (random_tensor(3, 4, 7), random_tensor(1, 1, 7, seed=1).requires_grad_()),
    ],
)


@exercise.requires(
    "no gradient reaches the class token, so it could never learn. Use the tensor that is passed in, without "
    "detach(), .data or torch.no_grad().",
    "梯度传不到类别词元，它就永远学不到东西。请使用传进来的那个张量，不要用 detach()、.data 或 torch.no_grad()。",
)
def carries_gradient(tokens, patches, class_token):
    return tokens.requires_grad


@exercise.requires(
    "the patches have changed. They should stand in the output as they came in, in their order.",
    "图像块变了。它们应该原样、按原来的顺序出现在输出里。",
)
def patches_kept(tokens, patches, class_token):
    return torch.equal(tokens[:, 1:], patches) or torch.equal(tokens[:, :-1], patches)


@exercise.mistake(
    "the class token stands at the end. It belongs in front: the classifier reads x[:, 0], and row 0 of the "
    "position table is made for it. Swap the two in torch.cat.",
    "类别词元放到了最后。它应该在最前面：分类器读的是 x[:, 0]，位置表的第 0 行也是留给它的。"
    "把 torch.cat 里的两个张量对调。",
)
def appended_at_the_end(patches, class_token):
    return prepend(patches, class_token).roll(-1, dims=1)


@exercise.mistake(
    "you added the class token to every patch. It is a token of its own: join it along axis 1 with torch.cat.",
    "你把类别词元加到了每个图像块上。它自己就是一个词元：要用 torch.cat 沿轴 1 拼接。",
)
def added_to_patches(patches, class_token):
    return patches + class_token


@exercise.mistake(
    "the class token has replaced the first patch. Nothing may be lost: the sequence gets one longer.",
    "类别词元顶替了第一个图像块。什么都不该丢：序列应该变长一个。",
)
def first_patch_replaced(patches, class_token):
    return prepend(patches[:, 1:], class_token)


@exercise.mistake(
    "there is a class token for each patch. One for each image is enough: expand axis 0, not axis 1.",
    "每个图像块都配了一个类别词元。每张图一个就够：展开的是轴 0，不是轴 1。",
)
def one_for_each_patch(patches, class_token):
    return torch.cat([class_token.expand(patches.shape), patches], dim=1)


@exercise.mistake(
    "you put in ones of your own, not the class token that is passed in. Ones never learn.",
    "你放进去的是自己造的一串 1，不是传进来的类别词元。这些 1 永远学不到东西。",
)
def ones_of_your_own(patches, class_token):
    return prepend(patches, torch.ones_like(class_token).detach())
