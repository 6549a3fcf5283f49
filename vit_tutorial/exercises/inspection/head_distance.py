"""Exercise 08.2, how far a head looks: solution, cases, and the mistakes that are known by name."""

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


def head_distance(weights, grid_size):
    rows, columns = grid_size
    place = torch.cartesian_prod(torch.arange(rows), torch.arange(columns))  # (N, 2)
    apart = (place[:, None] - place).double().norm(dim=-1)  # (N, N)
    weights = weights[:, :, 1:, 1:]  # (B, h, N, N), without the class token
    weights = weights / weights.sum(dim=-1, keepdim=True)
    return (weights * apart).sum(dim=-1).mean(dim=(0, 2))  # (h,)


exercise = Exercise(
    "08.2",
    head_distance,
    cases=lambda: [
        (attention(2, 3, 7, 7), (2, 3)),
        (attention(1, 4, 13, 13, seed=1), (4, 3)),
        (attention(3, 2, 9, 9, seed=2), (4, 2)),
    ],
)


def _euclid(a, b):
    return (a - b).norm(dim=-1)


def _distance(weights, grid_size, *, apart=_euclid, patches=of_patches, swap=False):
    """Another distance, or other weights."""
    place = places(grid_size[::-1] if swap else grid_size)
    return (
        (patches(weights) * apart(place[:, None], place)).sum(dim=-1).mean(dim=(0, 2))
    )


_variant = partial(exercise.variant, _distance)

_variant(
    "the weights do not sum to 1 any more once the class token is gone, so each distance comes out too short. Divide "
    "each row by its sum.",
    "去掉类别词元之后，权重的和不再是 1，算出的距离就偏短。每一行都要除以它的和。",
    name="not_made_to_sum_to_one",
    patches=lambda w: w[..., 1:, 1:],
)
_variant(
    "you counted how far the patches' numbers are apart. Patches 2 and 3 of a grid of 2 × 3 are neighbours in the "
    "list, but lie at opposite ends of two rows: measure between (row, column).",
    "你算的是图像块编号之差。在 2 × 3 的网格里，2 号和 3 号在列表里相邻，却在两行的两头：要在（行，列）之间量。",
    name="distance_of_the_numbers",
    apart=lambda a, b: (
        (torch.arange(len(a))[:, None] - torch.arange(len(b))).abs().double()
    ),
)
_variant(
    "you added rows and columns apart (the way of a taxi). The distance is the straight line: the square root of the "
    "sum of squares.",
    "你把相差的行数和列数加了起来（出租车走法）。这里要直线距离：平方和再开方。",
    name="rows_plus_columns",
    apart=lambda a, b: (a - b).abs().sum(dim=-1),
)
_variant(
    "you took the larger of rows and columns apart. The distance is the straight line: the square root of the sum of "
    "squares.",
    "你取的是行差和列差中较大的一个。这里要直线距离：平方和再开方。",
    name="larger_of_the_two",
    apart=lambda a, b: (a - b).abs().amax(dim=-1),
)
_variant(
    "these are squared distances: the square root is missing.",
    "这是距离的平方：漏了开方。",
    name="squared",
    apart=lambda a, b: ((a - b) ** 2).sum(dim=-1),
)
_variant(
    "rows and columns of the grid are exchanged: grid_size is (rows, columns), and the patches are counted row by row.",
    "网格的行和列颠倒了：grid_size 是（行数，列数），图像块逐行编号。",
    name="grid_turned_over",
    swap=True,
)
_variant(
    "the weights play no part: this is the mean distance of all pairs, the same for every head. Multiply by the "
    "weights before you sum.",
    "权重没有起作用：这是所有图像块两两之间的平均距离，每个头都一样。求和之前先乘上权重。",
    name="unweighted",
    patches=lambda w: torch.full_like(w[..., 1:, 1:], 1 / (w.shape[-1] - 1)),
)
_variant(
    *CLASS_TOKEN_AS_PATCH,
    name="class_token_taken_for_a_patch",
    patches=of_all_but_the_last,
)
