"""Exercise 03.1, weights by hand: the right values, and the mistakes that are known by name."""

from __future__ import annotations

from vit_tutorial.exercises.engine import Exercise


def by_hand():
    return {
        "divide_by": 4,
        "largest_percent": 60,
        "output": 7,
        "sum_of_all_weights": 10,
    }


exercise = Exercise("03.1", by_hand, values=True)

exercise.wrong_values(
    "width_of_the_model",
    {"divide_by": 8, "largest_percent": 46},
    "scaled by √D, not √D_h. A dot product adds up D_h terms, the width of one head: D/h of them.",
    "你除的是 √D，不是 √D_h。一次点积加起来的是 D_h 项，也就是一个头的宽度 D/h。",
)
exercise.wrong_values(
    "root_forgotten",
    {"divide_by": 16, "largest_percent": 40},
    "you divided by D_h. Take its square root: the spread of a dot product grows like √D_h.",
    "你除以了 D_h。还要开平方：点积的离散程度是按 √D_h 增长的。",
)
exercise.wrong_values(
    "no_scaling",
    {"divide_by": 1, "largest_percent": 98},
    "no scaling: the softmax got the bare dot products. Divide them by √D_h first.",
    "没有缩放：你把点积原样送进了 softmax。要先除以 √D_h。",
)
exercise.wrong_values(
    "winner_takes_all",
    {"largest_percent": 100, "output": 10},
    "you took the best key alone. Softmax gives every key a share: e to the power of its score, over the sum.",
    "你只取了最匹配的那个键。softmax 让每个键都有一份：e 的分数次方，再除以总和。",
)
exercise.wrong_values(
    "plain_mean",
    {"output": 5},
    "that is the plain mean of the three values. Weigh each value by its attention weight.",
    "这是三个值的普通平均。每个值要乘上它的注意力权重再相加。",
)
exercise.wrong_values(
    "whole_table_sums_to_one",
    {"sum_of_all_weights": 1},
    "one row sums to 1, not the whole table. There is a row for each query.",
    "加起来等于 1 的是一行，不是整张表。每个查询都有一行。",
)
