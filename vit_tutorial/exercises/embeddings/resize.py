"""Exercise 02.4, move the table to another grid: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def resize(table, old_grid, new_grid):
    x = table[:, 1:].unflatten(1, old_grid).permute(0, 3, 1, 2)
    x = F.interpolate(x, new_grid, mode="bicubic", antialias=True)
    return torch.cat([table[:, :1], x.flatten(2).transpose(1, 2)], dim=1)


exercise = Exercise(
    "02.4",
    resize,
    cases=lambda: [
        (random_tensor(1, 25, 5), (4, 6), (3, 4)),
        (random_tensor(1, 16, 3), (3, 5), (5, 7)),
    ],
)


@exercise.mistake(
    "you sliced the table. Where the width of the grid changes, a patch then gets another place's vector: "
    "interpolate the grid.",
    "你直接切了表。网格的宽度一变，图像块拿到的就是别的位置的向量：要对网格插值。",
)
def sliced(table, old_grid, new_grid):
    return table[:, : 1 + new_grid[0] * new_grid[1]]


@exercise.mistake(
    "you resized the table as one long line, with the class token in it. Set its row aside, and lay the others "
    "out as a grid before you interpolate.",
    "你把整张表当成一条长线来缩放，类别词元也在里面。先把它那行拿出来，其余的摆成网格再插值。",
)
def as_one_line(table, old_grid, new_grid):
    length = 1 + new_grid[0] * new_grid[1]
    line = F.interpolate(table.transpose(1, 2), size=length, mode="linear")
    return line.transpose(1, 2)


@exercise.mistake(
    "the class token's row is gone. Put it back in front, unchanged.",
    "类别词元那一行丢了。把它原样放回最前面。",
)
def class_token_dropped(table, old_grid, new_grid):
    return resize(table, old_grid, new_grid)[:, 1:]


@exercise.mistake(
    "rows and columns of the old grid are swapped. A grid is (rows, columns), height first.",
    "旧网格的行数和列数颠倒了。网格是（行数，列数），高在前。",
)
def old_grid_swapped(table, old_grid, new_grid):
    return resize(table, old_grid[::-1], new_grid)


@exercise.mistake(
    "rows and columns of the new grid are swapped. A grid is (rows, columns), height first.",
    "新网格的行数和列数颠倒了。网格是（行数，列数），高在前。",
)
def new_grid_swapped(table, old_grid, new_grid):
    return resize(table, old_grid, new_grid[::-1])


@exercise.mistake(
    "you reshaped (1, N, D) straight to (1, D, rows, columns). That mixes places and features: unflatten the "
    "places first, then permute.",
    "你把 (1, N, D) 直接 reshape 成了 (1, D, rows, columns)，位置和特征混在了一起：先拆开位置轴，再 permute。",
)
def reshaped_not_permuted(table, old_grid, new_grid):
    x = table[:, 1:].reshape(1, -1, *old_grid)
    x = F.interpolate(x, new_grid, mode="bicubic", antialias=True)
    return torch.cat([table[:, :1], x.flatten(2).transpose(1, 2)], dim=1)


@exercise.mistake(
    "on the way back you reshaped (1, D, rows, columns) straight to (1, N, D). Flatten the grid, then transpose.",
    "回来的时候，你把 (1, D, rows, columns) 直接 reshape 成了 (1, N, D)。应该先展平网格，再转置。",
)
def reshaped_on_the_way_back(table, old_grid, new_grid):
    grid = resize(table, old_grid, new_grid)[:, 1:].transpose(1, 2)  # (1, D, N)
    return torch.cat([table[:, :1], grid.reshape(1, -1, table.shape[2])], dim=1)


@exercise.mistake(
    "antialias=True is missing. Where the grid shrinks, bicubic interpolation alone leaves places out.",
    "漏了 antialias=True。网格缩小时，只做双三次插值会漏掉一些位置。",
)
def antialias_forgotten(table, old_grid, new_grid):
    x = table[:, 1:].unflatten(1, old_grid).permute(0, 3, 1, 2)
    x = F.interpolate(x, new_grid, mode="bicubic")
    return torch.cat([table[:, :1], x.flatten(2).transpose(1, 2)], dim=1)


def _interpolated(table, old_grid, new_grid, **how):
    x = table[:, 1:].unflatten(1, old_grid).permute(0, 3, 1, 2)
    x = F.interpolate(x, new_grid, **how)
    return torch.cat([table[:, :1], x.flatten(2).transpose(1, 2)], dim=1)


for _name, _how in (
    ("bilinear", {"mode": "bilinear", "antialias": True}),
    ("bilinear_without_antialias", {"mode": "bilinear"}),
    ("nearest", {"mode": "nearest"}),
):
    exercise.variant(
        _interpolated,
        f"that is another interpolation ({_how['mode']}; F.interpolate's own default is nearest). Asked for is "
        "mode='bicubic' with antialias=True.",
        f"这是另一种插值（{_how['mode']}；F.interpolate 的默认是 nearest）。要求的是 mode='bicubic' 加 antialias=True。",
        name=_name,
        **_how,
    )


@exercise.mistake(
    "you cut a corner out of the grid, or the grid has none to cut: a place on a finer grid lies between old places. "
    "Interpolate.",
    "你从网格里切了一角。新网格的位置落在旧位置之间：应该插值。",
)
def corner_of_the_grid(table, old_grid, new_grid):
    rows, columns = new_grid
    grid = table[:, 1:].unflatten(1, old_grid)[:, :rows, :columns]
    return torch.cat([table[:, :1], grid.flatten(1, 2)], dim=1)


exercise.variant(
    lambda table, old, new: torch.cat(
        [0 * table[:, :1], resize(table, old, new)[:, 1:]], dim=1
    ),
    "the class token's row is zero. Put it back in front, unchanged.",
    "类别词元那一行成了零。应该原样放回最前面。",
    name="class_token_zeroed",
)
