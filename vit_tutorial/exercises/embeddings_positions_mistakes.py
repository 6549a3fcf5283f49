"""The mistakes of exercises 02.3 and 02.4, tables of positions, and what `check` says to each."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from vit_tutorial.exercises.embeddings import (
    places,
    resize,
    resizing,
    sincos_2d,
)

# 02.3 Sines and cosines


def _sincos(y, x, omega, order="xxyy"):
    """The four blocks in an order: sine and cosine alternate for each letter."""
    y, x = y[:, None] * omega, x[:, None] * omega
    seen, blocks = "", []
    for letter in order:
        angle = {"x": x, "y": y}[letter]
        blocks.append(angle.cos() if letter in seen else angle.sin())
        seen += letter
    return torch.cat(blocks, dim=1)


def _grid(rows, columns):
    return torch.arange(rows).repeat_interleave(columns), torch.arange(columns).repeat(
        rows
    )


def _omega(exponent):
    return 10_000.0**-exponent


@places.mistake(
    "x and y are swapped. x is the column and comes first, y is the row.",
    "x 和 y 颠倒了。x 是列号，排在前面；y 是行号。",
)
def x_and_y_swapped(rows, columns, embed_dim):
    x, y = sincos_2d(rows, columns, embed_dim).chunk(2, dim=1)
    return torch.cat([y, x], dim=1)


@places.mistake(
    "the exponent is k/(D/4). Equation (1) divides by D/4 − 1, so that the last frequency is exactly 1/10000.",
    "指数写成了 k/(D/4)。公式 (1) 除的是 D/4 − 1，这样最后一个频率才正好是 1/10000。",
)
def wrong_exponent(rows, columns, embed_dim):
    quarter = embed_dim // 4
    return _sincos(*_grid(rows, columns), _omega(torch.arange(quarter) / quarter))


@places.mistake(
    "the sign of the exponent is missing: your frequencies grow from 1 to 10000. They should fall to 1/10000.",
    "指数漏了负号：你的频率从 1 涨到了 10000，应该从 1 降到 1/10000。",
)
def frequencies_grow(rows, columns, embed_dim):
    quarter = embed_dim // 4
    return _sincos(
        *_grid(rows, columns), 1 / _omega(torch.arange(quarter) / (quarter - 1))
    )


@places.mistake(
    "the places come column by column. Patches are in reading order: the column changes fastest. Exchange "
    "repeat and repeat_interleave.",
    "位置是一列一列排的。图像块按读书的顺序排，列号变得最快。把 repeat 和 repeat_interleave 对调。",
)
def column_by_column(rows, columns, embed_dim):
    table = sincos_2d(rows, columns, embed_dim).unflatten(0, (rows, columns))
    return table.transpose(0, 1).flatten(0, 1)


@places.mistake(
    "the blocks are in the order sin x, sin y, cos x, cos y. Wanted: sin x, cos x, sin y, cos y.",
    "四段的顺序成了 sin x、sin y、cos x、cos y。应该是 sin x、cos x、sin y、cos y。",
)
def sines_first(rows, columns, embed_dim):
    quarter = embed_dim // 4
    omega = _omega(torch.arange(quarter) / (quarter - 1))
    return _sincos(*_grid(rows, columns), omega, order="xyxy")


@places.mistake(
    "you numbered the patches along the sequence and used that number for x and y. Then a patch does not know "
    "what lies above it: use its row and its column.",
    "你按序列给图像块编号，x 和 y 都用了这个号。这样图像块不知道自己上面是谁：要分别用行号和列号。",
)
def number_in_the_sequence(rows, columns, embed_dim):
    quarter, number = embed_dim // 4, torch.arange(rows * columns)
    return _sincos(number, number, _omega(torch.arange(quarter) / (quarter - 1)))


# 02.4 Another grid


def _interpolated(table, old_grid, new_grid, **options):
    """The rows of the patches as (1, D, rows, columns), interpolated."""
    x = table[:, 1:].unflatten(1, old_grid).permute(0, 3, 1, 2)
    return F.interpolate(
        x, new_grid, **{"mode": "bicubic", "antialias": True} | options
    )


def _rejoined(table, x):
    return torch.cat([table[:, :1], x.flatten(2).transpose(1, 2)], dim=1)


@resizing.mistake(
    "you sliced the table. Where the width of the grid changes, a patch then gets another place's vector: "
    "interpolate the grid.",
    "你直接切了表。网格的宽度一变，图像块拿到的就是别的位置的向量：要对网格插值。",
)
def sliced(table, old_grid, new_grid):
    return table[:, : 1 + new_grid[0] * new_grid[1]]


@resizing.mistake(
    "you resized the table as one long line, with the class token in it. Set its row aside, and lay the others "
    "out as a grid before you interpolate.",
    "你把整张表当成一条长线来缩放，类别词元也在里面。先把它那行拿出来，其余的摆成网格再插值。",
)
def as_one_line(table, old_grid, new_grid):
    length = 1 + new_grid[0] * new_grid[1]
    line = F.interpolate(table.transpose(1, 2), size=length, mode="linear")
    return line.transpose(1, 2)


@resizing.mistake(
    "the class token's row is gone. Put it back in front, unchanged.",
    "类别词元那一行丢了。把它原样放回最前面。",
)
def class_token_dropped(table, old_grid, new_grid):
    return resize(table, old_grid, new_grid)[:, 1:]


@resizing.mistake(
    "rows and columns of the old grid are swapped. A grid is (rows, columns), height first.",
    "旧网格的行数和列数颠倒了。网格是（行数，列数），高在前。",
)
def old_grid_swapped(table, old_grid, new_grid):
    return resize(table, old_grid[::-1], new_grid)


@resizing.mistake(
    "rows and columns of the new grid are swapped. A grid is (rows, columns), height first.",
    "新网格的行数和列数颠倒了。网格是（行数，列数），高在前。",
)
def new_grid_swapped(table, old_grid, new_grid):
    return resize(table, old_grid, new_grid[::-1])


@resizing.mistake(
    "you reshaped (1, N, D) straight to (1, D, rows, columns). That mixes places and features: unflatten the "
    "places first, then permute.",
    "你把 (1, N, D) 直接 reshape 成了 (1, D, rows, columns)，位置和特征混在了一起：先拆开位置轴，再 permute。",
)
def reshaped_not_permuted(table, old_grid, new_grid):
    x = table[:, 1:].reshape(1, -1, *old_grid)
    x = F.interpolate(x, new_grid, mode="bicubic", antialias=True)
    return _rejoined(table, x)


@resizing.mistake(
    "on the way back you reshaped (1, D, rows, columns) straight to (1, N, D). Flatten the grid, then transpose.",
    "回来的时候，你把 (1, D, rows, columns) 直接 reshape 成了 (1, N, D)。应该先展平网格，再转置。",
)
def reshaped_on_the_way_back(table, old_grid, new_grid):
    x = _interpolated(table, old_grid, new_grid)
    return torch.cat([table[:, :1], x.reshape(1, -1, table.shape[2])], dim=1)


@resizing.mistake(
    "antialias=True is missing. Where the grid shrinks, bicubic interpolation alone leaves places out.",
    "漏了 antialias=True。网格缩小时，只做双三次插值会漏掉一些位置。",
)
def antialias_forgotten(table, old_grid, new_grid):
    return _rejoined(table, _interpolated(table, old_grid, new_grid, antialias=False))
