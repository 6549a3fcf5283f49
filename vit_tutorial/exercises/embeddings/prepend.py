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
        tuple(
            x.requires_grad_()
            for x in (random_tensor(b, n, d), random_tensor(1, 1, d, seed=1))
        )
        for b, n, d in ((2, 6, 5), (3, 4, 7), (1, 3, 4))
    ],
)


@exercise.requires(
    "the patches have changed. They should stand in the output as they came in, in their order.",
    "图像块变了。它们应该原样、按原来的顺序出现在输出里。",
)
def patches_kept(tokens, patches, class_token):
    patches = patches.to(tokens.dtype)
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


@exercise.mistake(
    "the class token is not expanded: it has the batch size 1, and torch.cat wants the batch size of the patches. "
    "class_token.expand(len(patches), -1, -1) copies nothing.",
    "类别词元没有展开：它的批次大小是 1，而 torch.cat 要求和图像块的批次大小一样。"
    "class_token.expand(len(patches), -1, -1)，不会复制数据。",
)
def not_expanded(patches, class_token):
    return torch.cat([class_token, patches], dim=1)


exercise.variant(
    lambda patches, token: torch.cat(
        [token.expand(1, patches.shape[1], -1), patches], dim=0
    ),
    "you joined along the batch. The token is one more in the sequence: axis 1.",
    "你沿着批次方向拼接了。词元是序列里多出来的一个：应该沿轴 1。",
    name="along_the_batch",
)
exercise.variant(
    lambda patches, token: torch.cat(
        [patches.mean(dim=1, keepdim=True), patches], dim=1
    ),
    "you put the mean of the patches in front. The class token is learned: use the one that is passed in.",
    "你放在前面的是图像块的平均。类别词元是学出来的：请用传进来的那个。",
    name="mean_for_the_token",
)
exercise.variant(
    lambda patches, token: torch.cat(
        [torch.zeros_like(patches[:, :1]), patches], dim=1
    ),
    "you put zeros of your own in front. Use the class token that is passed in: zeros never learn.",
    "你放在前面的是自己造的零。请用传进来的类别词元：这些零永远学不到东西。",
    name="zeros_of_your_own",
)
exercise.variant(
    lambda patches, token: torch.cat(
        [prepend(patches, token), token.expand(len(patches), -1, -1)], dim=1
    ),
    "the class token stands in front and at the end. One is enough, in front.",
    "类别词元前后各放了一个。只要前面一个。",
    name="at_both_ends",
)
