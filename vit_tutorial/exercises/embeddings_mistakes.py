"""The mistakes of chapter 2 that `check` knows by name: each function makes one, its message says the way out."""

from __future__ import annotations

import torch

from vit_tutorial.exercises.embeddings import (
    counting,
    in_front,
    prepend,
)

# 02.1 Count

counting.wrong_values(
    "class_token_forgotten",
    {"num_tokens": 24 * 24, "position_table": 24 * 24 * 768},
    "the class token is missing: it is a token and has a row in the position table.",
    "漏了类别词元：它也是一个词元，在位置表里也占一行。",
)
counting.wrong_values(
    "one_for_each_sample",
    {"class_token": 8 * 768},
    "you counted one class token for each sample of the batch. There is one for the whole model, of shape "
    "(1, 1, D), and it is expanded over the batch.",
    "你给每个样本都算了一个类别词元。整个模型只有一个，形状是 (1, 1, D)，沿批次方向展开就行。",
)
counting.wrong_values(
    "table_for_each_sample",
    {"position_table": 8 * (24 * 24 + 1) * 768},
    "you counted a position table for each sample of the batch. All images share one: it is broadcast.",
    "你给每个样本都算了一张位置表。所有图像共用一张，靠广播就行。",
)
counting.wrong_values(
    "whole_table_not_difference",
    {"more_than_at_224": (24 * 24 + 1) * 768},
    "that is the whole table. The model for 224 pixels has one, too: subtract its 197 rows.",
    "这是整张表。为 224 像素做的模型也有一张表：要减去它的 197 行。",
)
counting.wrong_values(
    "pixels_for_patches",
    {"num_tokens": 384 * 384 + 1},
    "you counted pixels. A token is a patch of 16×16 pixels: divide each side by 16 first.",
    "你数的是像素。一个词元是 16×16 像素的图像块：先把每边除以 16。",
)


# 02.2 In front


@in_front.mistake(
    "the class token stands at the end. It belongs in front: the classifier reads x[:, 0], and row 0 of the "
    "position table is made for it. Swap the two in torch.cat.",
    "类别词元放到了最后。它应该在最前面：分类器读的是 x[:, 0]，位置表的第 0 行也是留给它的。"
    "把 torch.cat 里的两个张量对调。",
)
def appended_at_the_end(patches, class_token):
    return prepend(patches, class_token).roll(-1, dims=1)


@in_front.mistake(
    "you added the class token to every patch. It is a token of its own: join it along axis 1 with torch.cat.",
    "你把类别词元加到了每个图像块上。它自己就是一个词元：要用 torch.cat 沿轴 1 拼接。",
)
def added_to_patches(patches, class_token):
    return patches + class_token


@in_front.mistake(
    "the class token has replaced the first patch. Nothing may be lost: the sequence gets one longer.",
    "类别词元顶替了第一个图像块。什么都不该丢：序列应该变长一个。",
)
def first_patch_replaced(patches, class_token):
    return prepend(patches[:, 1:], class_token)


@in_front.mistake(
    "there is a class token for each patch. One for each image is enough: expand axis 0, not axis 1.",
    "每个图像块都配了一个类别词元。每张图一个就够：展开的是轴 0，不是轴 1。",
)
def one_for_each_patch(patches, class_token):
    return torch.cat([class_token.expand(patches.shape), patches], dim=1)


@in_front.mistake(
    "you put in ones of your own, not the class token that is passed in. Ones never learn.",
    "你放进去的是自己造的一串 1，不是传进来的类别词元。这些 1 永远学不到东西。",
)
def ones_of_your_own(patches, class_token):
    return prepend(patches, torch.ones_like(class_token).detach())
