"""Exercise 08.1, read the right row: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.exercises.inspection.maps import attention


def class_map(weights, block, grid_size):
    row = weights[block].mean(dim=1)[:, 0, 1:]  # (B, h, T, T) -> (B, N)
    return row.unflatten(-1, grid_size)  # (B, N) -> (B, rows, columns)


exercise = Exercise(
    "08.1",
    class_map,
    cases=lambda: [
        (attention(3, 2, 4, 7, 7), 1, (2, 3)),
        (attention(2, 3, 2, 13, 13, seed=1), 1, (4, 3)),
        (attention(4, 1, 3, 11, 11, seed=2), 2, (5, 2)),
    ],
)


def _map(
    weights, block, grid_size, *, heads="mean", read=lambda w: w[:, 0, 1:], shape=None
):
    """The map of something else: `read` says what is taken of (B, T, T)."""
    maps = (
        weights[block, :, 0]
        if heads == "first"
        else getattr(weights[block], heads)(dim=1)
    )
    row = read(maps)
    return row.unflatten(-1, grid_size) if shape is None else shape(row, grid_size)


_variant = partial(exercise.variant, _map)

_variant(
    "you read a column: what the patches take from the class token. What the class token takes from them is its row, "
    "the query: [:, 0, 1:].",
    "你读的是一列：各图像块从类别词元取多少。类别词元从它们取多少，要看以它为查询的那一行：[:, 0, 1:]。",
    name="column_read",
    read=lambda w: w[:, 1:, 0],
)
_variant(
    "each map begins with what the class token takes from itself, and the last patch is missing. The keys of the "
    "patches are 1 and above: [:, 0, 1:].",
    "每张图的第一个值是类别词元从它自己取的，最后一个图像块却丢了。图像块的键从 1 开始：[:, 0, 1:]。",
    name="class_token_among_the_patches",
    read=lambda w: w[:, 0, :-1],
)
_variant(
    "this is the row of the first patch. The class token stands in front of the patches: its row is 0.",
    "这是第一个图像块的那一行。类别词元排在图像块前面，它的那一行是第 0 行。",
    name="row_of_the_first_patch",
    read=lambda w: w[:, 1, 1:],
)
_variant(
    "you averaged over all queries. The answer is read from the class token alone: row 0.",
    "你对所有查询取了平均。答案只从类别词元读出：第 0 行。",
    name="mean_over_the_queries",
    read=lambda w: w.mean(dim=1)[:, 1:],
)
_variant(
    "you added the heads up. Take their mean: h heads sum to h, not to 1.",
    "你把各个头加了起来。要取平均：h 个头的和是 h，不是 1。",
    name="heads_summed",
    heads="sum",
)
_variant(
    "you took the largest of the heads. The task asks for their mean.",
    "你取了各个头中的最大值。题目要的是平均。",
    name="largest_head",
    heads="amax",
)
_variant(
    "this is the first head alone. Average over all of them: axis 1 of weights[block].",
    "这只是第一个头。要对所有头取平均：weights[block] 的轴 1。",
    name="first_head",
    heads="first",
)
_variant(
    "you divided by the sum of the patches. Leave the weights as they are: what is missing to 1 is what the class "
    "token keeps for itself.",
    "你除以了图像块的总和。权重要保持原样：离 1 差的那一点，是类别词元留给自己的。",
    name="made_to_sum_to_one",
    read=lambda w: w[:, 0, 1:] / w[:, 0, 1:].sum(dim=-1, keepdim=True),
)
_variant(
    "the grid is filled column by column. Patches are counted row by row: unflatten(-1, grid_size) does so.",
    "网格是一列一列填的。图像块是逐行编号的：unflatten(-1, grid_size) 就是这样。",
    name="filled_by_columns",
    shape=lambda row, grid: row.unflatten(-1, grid[::-1]).transpose(1, 2),
)


@exercise.mistake(
    "this is the last block, whatever `block` says: weights[block].",
    "不管 block 是几，你取的都是最后一块：应该是 weights[block]。",
)
def last_block(weights, block, grid_size):
    return class_map(weights, -1, grid_size)


@exercise.mistake(
    "you counted the blocks from 1: weights[block - 1]. Here they are counted from 0, as code does.",
    "你从 1 开始数块：weights[block - 1]。这里像代码一样从 0 数起。",
)
def blocks_counted_from_one(weights, block, grid_size):
    return class_map(weights, block - 1, grid_size)
