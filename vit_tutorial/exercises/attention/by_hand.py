"""Exercise 03.1, weights by hand: the right values, and the mistakes that are known by name."""

from __future__ import annotations

from vit_tutorial.exercises.compare import Text
from vit_tutorial.exercises.values import ValuesExercise


def by_hand(model, scores, tokens):
    (_, _, root), (ratio, values) = (
        model,
        scores,
    )  # e to the power of ln(ratio), 0 and 0
    return {
        "divide_by": root,
        "largest_percent": percent(ratio),
        "output": (ratio * values[0] + values[1] + values[2]) // (ratio + 2),
        "sum_of_all_weights": tokens,
    }


def percent(exponential):
    """The first of three weights, where the other two exponentials are 1; rounded."""
    return round(100 * exponential / (exponential + 2))


exercise = ValuesExercise(
    "03.1",
    by_hand,
    Text(
        "D = {model[0]} and h = {model[1]} heads; the dot products are {model[2]}·ln {scores[0]}, 0 and 0, the first "
        "numbers of the values {scores[1][0]}, {scores[1][1]} and {scores[1][2]}; then {tokens} tokens.",
        "D = {model[0]}，h = {model[1]} 个头；点积是 {model[2]}·ln {scores[0]}、0 和 0，三个值的第一个数是 "
        "{scores[1][0]}、{scores[1][1]} 和 {scores[1][2]}；最后一问有 {tokens} 个词元。",
    ),
    model=((64, 4, 4), (36, 4, 3), (100, 4, 5), (144, 9, 4), (225, 9, 5)),
    scores=(
        (3, (10, 0, 5)),
        (3, (20, 5, 5)),
        (3, (15, 5, 10)),
        (2, (8, 0, 4)),
        (2, (9, 3, 3)),
    ),
    tokens=(10, 8, 12, 20, 25),
)

exercise.wrong_values(
    "width_of_the_model",
    lambda model, scores, **_: {
        "divide_by": round(model[0] ** 0.5),
        "largest_percent": percent(scores[0] ** (model[2] / model[0] ** 0.5)),
    },
    "scaled by √D, not √D_h. A dot product adds up D_h terms, the width of one head: D/h of them.",
    "你除的是 √D，不是 √D_h。一次点积加起来的是 D_h 项，也就是一个头的宽度 D/h。",
)
exercise.wrong_values(
    "root_forgotten",
    lambda model, scores, **_: {
        "divide_by": model[2] ** 2,
        "largest_percent": percent(scores[0] ** (1 / model[2])),
    },
    "you divided by D_h. Take its square root: the spread of a dot product grows like √D_h.",
    "你除以了 D_h。还要开平方：点积的离散程度是按 √D_h 增长的。",
)
exercise.wrong_values(
    "no_scaling",
    lambda model, scores, **_: {
        "divide_by": 1,
        "largest_percent": percent(scores[0] ** model[2]),
    },
    "no scaling: the softmax got the bare dot products. Divide them by √D_h first.",
    "没有缩放：你把点积原样送进了 softmax。要先除以 √D_h。",
)
exercise.wrong_values(
    "winner_takes_all",
    lambda scores, **_: {"largest_percent": 100, "output": scores[1][0]},
    "you took the best key alone. Softmax gives every key a share: e to the power of its score, over the sum.",
    "你只取了最匹配的那个键。softmax 让每个键都有一份：e 的分数次方，再除以总和。",
)
exercise.wrong_values(
    "plain_mean",
    lambda scores, **_: {"output": sum(scores[1]) // 3},
    "that is the plain mean of the three values. Weigh each value by its attention weight.",
    "这是三个值的普通平均。每个值要乘上它的注意力权重再相加。",
)
exercise.wrong_values(
    "whole_table_sums_to_one",
    lambda **_: {"sum_of_all_weights": 1},
    "one row sums to 1, not the whole table. There is a row for each query.",
    "加起来等于 1 的是一行，不是整张表。每个查询都有一行。",
)
