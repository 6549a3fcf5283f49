"""The mistakes of chapter 2 that `check` knows by name: each function makes one, its message says the way out.

Those of the module, exercise 02.5, stand in `embeddings_module_mistakes.py`.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from vit_tutorial.exercises import embeddings_module_mistakes  # noqa: F401 (declares them)
from vit_tutorial.exercises.embeddings import (
    counting,
    in_front,
    places,
    prepend,
    resize,
    resizing,
    sincos_2d,
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
