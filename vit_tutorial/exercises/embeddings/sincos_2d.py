"""Exercise 02.3, places as sines and cosines: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

import torch

from vit_tutorial.exercises.engine import Exercise


def sincos_2d(rows, columns, embed_dim):
    quarter = embed_dim // 4
    omega = 10_000.0 ** (-torch.arange(quarter) / (quarter - 1))
    y = torch.arange(rows).repeat_interleave(columns)[:, None] * omega
    x = torch.arange(columns).repeat(rows)[:, None] * omega
    return torch.cat([x.sin(), x.cos(), y.sin(), y.cos()], dim=1)


exercise = Exercise(
    "02.3",
    sincos_2d,
    cases=lambda: [(2, 3, 12), (4, 3, 20)],
)


def _table(rows, columns, embed_dim, sign=-1, minus=1, order=(0, 1, 2, 3)):
    """The table with the exponent sign · k/(D/4 − minus), and its four blocks in another order."""
    quarter = embed_dim // 4
    omega = 10_000.0 ** (sign * torch.arange(quarter) / (quarter - minus))
    y = torch.arange(rows).repeat_interleave(columns)[:, None] * omega
    x = torch.arange(columns).repeat(rows)[:, None] * omega
    blocks = [x.sin(), x.cos(), y.sin(), y.cos()]
    return torch.cat([blocks[i] for i in order], dim=1)


exercise.variant(
    _table,
    "x and y are swapped. x is the column and comes first, y is the row.",
    "x 和 y 颠倒了。x 是列号，排在前面；y 是行号。",
    name="x_and_y_swapped",
    order=(2, 3, 0, 1),
)
exercise.variant(
    _table,
    "the exponent is k/(D/4). Equation (2.1) divides by D/4 − 1, so that the last frequency is exactly 1/10000.",
    "指数写成了 k/(D/4)。公式 (2.1) 除的是 D/4 − 1，这样最后一个频率才正好是 1/10000。",
    name="wrong_exponent",
    minus=0,
)
exercise.variant(
    _table,
    "the sign of the exponent is missing: your frequencies grow from 1 to 10000. They should fall to 1/10000.",
    "指数漏了负号：你的频率从 1 涨到了 10000，应该从 1 降到 1/10000。",
    name="frequencies_grow",
    sign=1,
)


@exercise.mistake(
    "the places come column by column. Patches are in reading order: the column changes fastest. Exchange "
    "repeat and repeat_interleave.",
    "位置是一列一列排的。图像块按读书的顺序排，列号变得最快。把 repeat 和 repeat_interleave 对调。",
)
def column_by_column(rows, columns, embed_dim):
    table = sincos_2d(rows, columns, embed_dim).unflatten(0, (rows, columns))
    return table.transpose(0, 1).flatten(0, 1)


exercise.variant(
    _table,
    "the blocks are in the order sin x, sin y, cos x, cos y. Wanted: sin x, cos x, sin y, cos y.",
    "四段的顺序成了 sin x、sin y、cos x、cos y。应该是 sin x、cos x、sin y、cos y。",
    name="sines_first",
    order=(0, 2, 1, 3),
)


@exercise.mistake(
    "you numbered the patches along the sequence and used that number for x and y. Then a patch does not know "
    "what lies above it: use its row and its column.",
    "你按序列给图像块编号，x 和 y 都用了这个号。这样图像块不知道自己上面是谁：要分别用行号和列号。",
)
def number_in_the_sequence(rows, columns, embed_dim):
    in_one_row, _ = sincos_2d(1, rows * columns, embed_dim).chunk(2, dim=1)
    return torch.cat([in_one_row, in_one_row], dim=1)


exercise.variant(
    lambda rows, columns, d: sincos_2d(columns, rows, d),
    "rows and columns are swapped: the grid has `rows` rows of `columns` places each.",
    "rows 和 columns 弄反了：网格有 rows 行，每行 columns 个位置。",
    name="rows_and_columns_swapped",
)
exercise.variant(
    lambda rows, columns, d: (
        sincos_2d(rows, columns, d).unflatten(1, (4, -1)).transpose(1, 2).flatten(1)
    ),
    "sines and cosines take turns. Wanted are four blocks, one behind the other: sin x, cos x, sin y, cos y.",
    "正弦和余弦是交替着排的。应该是一段接一段：sin x、cos x、sin y、cos y。",
    name="interleaved",
)
exercise.variant(
    lambda rows, columns, d: (
        sincos_2d(rows + 1, columns + 1, d)
        .unflatten(0, (rows + 1, columns + 1))[1:, 1:]
        .flatten(0, 1)
    ),
    "places count from 1. The first row and the first column are number 0.",
    "位置是从 1 数起的。第一行、第一列都是 0。",
    name="counted_from_one",
)
exercise.variant(
    lambda rows, columns, d: sincos_2d(1, rows * columns, d),
    "x and y are both the number of the place, along the sequence. Take row and column apart with divmod.",
    "x 和 y 用的都是序列里的编号。要用 divmod 把行和列分开。",
    name="numbers_of_the_places",
)
