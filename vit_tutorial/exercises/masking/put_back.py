"""Exercise 10.3, the decoder's input: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

import torch

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def put_back(tokens, mask_token, restore):
    b, n = restore.shape
    masks = mask_token.expand(b, n - tokens.shape[1], -1)
    shuffled = torch.cat([tokens, masks], dim=1)  # (B, N, D), visible ones first
    rows = torch.arange(b)[:, None]  # (B, 1)
    return shuffled[rows, restore]  # (B, N, D), in the image's order


def _case(b, n, d, kept, seed):
    restore = random_tensor(b, n, seed=seed).argsort(dim=1)
    restore[0] = torch.arange(n).roll(
        1
    )  # in the first image, differs from its own inverse
    return (
        random_tensor(b, kept, d, seed=seed + 1),
        random_tensor(1, 1, d, seed=seed + 2),
        restore,
    )


exercise = Exercise(
    "10.3",
    put_back,
    cases=lambda: [_case(3, 7, 4, 2, 0), _case(2, 9, 5, 4, 10), _case(1, 5, 3, 3, 20)],
)


def _put_back(tokens, mask_token, restore, *, way=None, zeros=False, first=False):
    b, n = restore.shape
    masks = (0 if zeros else 1) * mask_token.expand(b, n - tokens.shape[1], -1)
    shuffled = torch.cat([masks, tokens] if first else [tokens, masks], dim=1)
    rows = torch.arange(b)[:, None]
    if way == "shuffled":
        return shuffled
    if way == "first image's":
        return shuffled[:, restore[0]]
    return shuffled[rows, restore.argsort(dim=1) if way == "inverse" else restore]


_variant = partial(exercise.variant, _put_back)

_variant(
    "the tokens still stand in the shuffled order, visible ones first. The decoder's positions and the targets are in the "
    "image's order: put each token back by restore.",
    "词元还是打乱后的次序，可见的在前。解码器的位置和目标都是图像里的次序：要用 restore 把每个词元放回原位。",
    name="not_put_back",
    way="shuffled",
)
_variant(
    "restore is used the wrong way round: it says for each place of the image which token of the shuffled order belongs "
    "there. Index the shuffled tokens by it.",
    "restore 用反了：它说的是图像的每个位置该放打乱后次序里的第几个词元。用它去索引打乱后的词元。",
    name="inverse",
    way="inverse",
)
_variant(
    "the mask tokens come first, and restore counts on the visible ones to come first.",
    "掩码词元排在了前面，而 restore 认定可见的词元在前。",
    name="masks_first",
    first=True,
)
_variant(
    "the hidden places hold zeros. They get the mask token, which is learned.",
    "被遮住的位置放的是零。那里应该放掩码词元，它是学出来的。",
    name="zeros",
    zeros=True,
)
_variant(
    "all images are put back in the order of the first. Each has an order of its own: restore is (B, N).",
    "所有图像都按第一张图的次序放回。每张图有自己的次序：restore 的形状是 (B, N)。",
    name="first_images_order",
    way="first image's",
)
