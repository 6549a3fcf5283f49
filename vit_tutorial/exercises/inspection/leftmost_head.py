"""Exercise 08.5, the head that looks left: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

import torch

from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.exercises.inspection.maps import (
    CLASS_TOKEN_AS_PATCH,
    attention,
    of_all_but_the_last,
    of_patches,
    places,
)


def leftmost_head(weights, grid_size):
    rows, columns = grid_size
    column = torch.arange(columns).repeat(rows)  # of each patch, (N,)
    right = (column - column[:, None]).to(weights)  # from query to key, (N, N)
    weights = weights[..., 1:, 1:]  # (L, B, h, N, N), without the class token
    weights = weights / weights.sum(dim=-1, keepdim=True)
    shift = (weights * right).sum(dim=-1).mean(dim=(1, 3))  # (L, h)
    return divmod(shift.argmin().item(), shift.shape[1])


exercise = Exercise(
    "08.5",
    leftmost_head,
    cases=lambda: [
        (attention(4, 2, 5, 13, 13, seed=3), (3, 4)),
        (attention(5, 1, 4, 11, 11, seed=8), (5, 2)),
        (attention(3, 3, 6, 16, 16, seed=21), (3, 5)),
    ],
)


def _head(
    weights,
    grid_size,
    *,
    axis=1,
    pick="argmin",
    patches=of_patches,
    shift=lambda w, to: (w * to).sum(dim=-1),
    swap=False,
):
    """The head that is picked by something else."""
    place = places(grid_size[::-1] if swap else grid_size)[:, axis]
    shifts = shift(patches(weights), place - place[:, None]).mean(dim=(1, 3))
    return divmod(getattr(shifts, pick)().item(), shifts.shape[1])


_variant = partial(exercise.variant, _head)

_variant(
    "this head looks farthest to the right. Left is where the columns' numbers are smaller: key minus query is negative.",
    "这个头看得最靠右。左边的列号更小：键减查询是负的。",
    name="rightmost",
    pick="argmax",
)
_variant(
    "this head looks farthest up. Left and right are columns: use the column of each patch, not its row.",
    "这个头看得最靠上。左右是列：要用每个图像块的列，不是行。",
    name="farthest_up",
    axis=0,
)
_variant(
    "this head looks farthest down. Left and right are columns, and left is negative.",
    "这个头看得最靠下。左右是列，而且左边是负的。",
    name="farthest_down",
    axis=0,
    pick="argmax",
)
_variant(
    "the grid is turned over: grid_size is (rows, columns), and the patches are counted row by row.",
    "网格的行和列颠倒了：grid_size 是（行数，列数），图像块逐行编号。",
    name="grid_turned_over",
    swap=True,
)
_variant(
    *CLASS_TOKEN_AS_PATCH,
    name="class_token_taken_for_a_patch",
    patches=of_all_but_the_last,
)
_variant(
    "the head with the largest mean distance, to whatever side. Keep the sign: columns to the left count as negative.",
    "这是平均看得最远的头，不分左右。要保留正负号：往左的列数算负的。",
    name="sign_lost",
    pick="argmax",
    shift=lambda w, to: (w * to.abs()).sum(dim=-1),
)


@exercise.mistake(
    "block and head are exchanged: return (block, head).",
    "块和头颠倒了：要返回（块，头）。",
)
def block_and_head_exchanged(weights, grid_size):
    return leftmost_head(weights, grid_size)[::-1]


@exercise.mistake(
    "you counted from 1. Blocks and heads are counted from 0, as code does.",
    "你从 1 数起。块和头要像代码一样从 0 数起。",
)
def counted_from_one(weights, grid_size):
    block, head = leftmost_head(weights, grid_size)
    return block + 1, head + 1


@exercise.mistake(
    "the flat index was divided by the number of blocks. In (L, h) a block is a row of h heads: divmod(index, h).",
    "你拿展平后的下标除以了块数。在 (L, h) 里，一块是一行 h 个头，用 divmod(index, h)。",
)
def divided_by_the_blocks(weights, grid_size):
    block, head = leftmost_head(weights, grid_size)
    return divmod(block * weights.shape[2] + head, len(weights))
