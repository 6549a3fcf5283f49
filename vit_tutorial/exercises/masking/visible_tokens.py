"""Exercise 10.2, the encoder's input: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

import torch

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def visible_tokens(patches, positions, class_token, visible):
    rows = torch.arange(len(patches))[:, None]  # (B, 1)
    kept = (patches + positions[:, 1:])[rows, visible]  # (B, V, D)
    first = (class_token + positions[:, :1]).expand(len(patches), -1, -1)
    return torch.cat([first, kept], dim=1)  # (B, 1 + V, D)


def _case(b, n, d, kept, seed):
    visible = random_tensor(b, n, seed=seed).argsort(dim=1)[:, :kept]
    tensors = (
        random_tensor(b, n, d, seed=seed + 1),
        random_tensor(1, n + 1, d, seed=seed + 2),
    )
    return *tensors, random_tensor(1, 1, d, seed=seed + 3), visible


exercise = Exercise(
    "10.2",
    visible_tokens,
    cases=lambda: [_case(3, 6, 4, 2, 0), _case(1, 9, 5, 4, 10), _case(2, 5, 3, 5, 20)],
)


def _visible_tokens(
    patches,
    positions,
    class_token,
    visible,
    *,
    late=False,
    none=False,
    shift=0,
    masked=False,
    bare=False,
    last=False,
):
    b, n, _ = patches.shape
    rows = torch.arange(b)[:, None]
    first = (class_token if bare else class_token + positions[:, :1]).expand(b, -1, -1)
    if masked:  # the class token is one among those that may go
        return torch.cat([first, patches + positions[:, 1:]], dim=1)[rows, visible]
    if late:
        kept = patches[rows, visible] + positions[:, 1 : 1 + visible.shape[1]]
    elif none:
        kept = patches[rows, visible]
    else:
        kept = (patches + positions[:, 1 - shift : 1 - shift + n])[rows, visible]
    return torch.cat([kept, first] if last else [first, kept], dim=1)


_variant = partial(exercise.variant, _visible_tokens)

_variant(
    "the positions came after the patches had gone: the visible ones got the first positions instead of their own. Add "
    "positions first, then drop.",
    "位置是丢掉图像块之后才加的：可见的图像块拿到的是最前面几个位置，不是自己的。先加位置，再丢。",
    name="positions_after_dropping",
    late=True,
)
_variant(
    "the patches have no positions: the encoder can't know where the visible ones lay.",
    "图像块没有加位置：编码器无从知道可见的那几块原来在哪里。",
    name="no_positions",
    none=True,
)
_variant(
    "the positions are off by one: the first belongs to the class token, the patches' begin with the second.",
    "位置错了一位：第一个位置是类别词元的，图像块的从第二个开始。",
    name="off_by_one",
    shift=1,
)
_variant(
    "the class token is dropped like a patch: visible counts patches alone. Take it aside first; it always stays.",
    "类别词元像图像块一样被丢掉了：visible 数的只是图像块。先把它放在一边，它总要留下。",
    name="class_token_masked",
    masked=True,
)
_variant(
    "the class token has no position; its own is the first one.",
    "类别词元没有加位置；第一个位置就是它的。",
    name="class_token_without_position",
    bare=True,
)
_variant(
    "the class token comes last. It stands before the patches, as in chapter 02.",
    "类别词元排在了最后。和第 02 章一样，它在图像块前面。",
    name="class_token_last",
    last=True,
)
