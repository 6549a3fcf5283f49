"""The mistakes of chapter 3 that `check` knows by name, and what it says to each.

Those of the whole layer, exercise 03.4, stand in `attention_layer_mistakes.py`.
"""

from __future__ import annotations

from vit_tutorial.exercises.attention import (
    attend,
    collect,
    price,
    split,
    split_heads,
    weigh,
)

# 03.1 Weights by hand

weigh.wrong_values(
    "width_of_the_model",
    {"divide_by": 8, "largest_percent": 46},
    "scaled by √D, not √D_h. A dot product adds up D_h terms, the width of one head: D/h of them.",
    "你除的是 √D，不是 √D_h。一次点积加起来的是 D_h 项，也就是一个头的宽度 D/h。",
)
weigh.wrong_values(
    "root_forgotten",
    {"divide_by": 16, "largest_percent": 40},
    "you divided by D_h. Take its square root: the spread of a dot product grows like √D_h.",
    "你除以了 D_h。还要开平方：点积的离散程度是按 √D_h 增长的。",
)
weigh.wrong_values(
    "no_scaling",
    {"divide_by": 1, "largest_percent": 98},
    "no scaling: the softmax got the bare dot products. Divide them by √D_h first.",
    "没有缩放：你把点积原样送进了 softmax。要先除以 √D_h。",
)
weigh.wrong_values(
    "winner_takes_all",
    {"largest_percent": 100, "output": 10},
    "you took the best key alone. Softmax gives every key a share: e to the power of its score, over the sum.",
    "你只取了最匹配的那个键。softmax 让每个键都有一份：e 的分数次方，再除以总和。",
)
weigh.wrong_values(
    "plain_mean",
    {"output": 5},
    "that is the plain mean of the three values. Weigh each value by its attention weight.",
    "这是三个值的普通平均。每个值要乘上它的注意力权重再相加。",
)
weigh.wrong_values(
    "whole_table_sums_to_one",
    {"sum_of_all_weights": 1},
    "one row sums to 1, not the whole table. There is a row for each query.",
    "加起来等于 1 的是一行，不是整张表。每个查询都有一行。",
)

# 03.2 One attention


def _attend(scores, value, dim=-1):
    weights = scores.softmax(dim=dim)
    return weights @ value, weights


def _scores(query, key):
    return query @ key.transpose(-2, -1)


@collect.mistake(
    "softmax over the queries (dim=-2): the columns sum to 1. Each query, a row, has to share out its own 1: dim=-1.",
    "softmax 沿查询的方向做了（dim=-2），加起来等于 1 的成了列。应该是每个查询（一行）分配自己的 1：用 dim=-1。",
)
def softmax_over_queries(query, key, value):
    return _attend(_scores(query, key) / query.shape[-1] ** 0.5, value, dim=-2)


@collect.mistake(
    "the scaling is missing. Divide the scores by √D_h before the softmax.",
    "漏了缩放。做 softmax 之前，要把分数除以 √D_h。",
)
def scaling_forgotten(query, key, value):
    return _attend(_scores(query, key), value)


@collect.mistake(
    "you divided by D_h, not by its square root.",
    "你除以了 D_h，应该除以它的平方根。",
)
def divided_by_the_width(query, key, value):
    return _attend(_scores(query, key) / query.shape[-1], value)


@collect.mistake(
    "you scaled after the softmax: the rows no longer sum to 1. Divide the scores, not the weights.",
    "你在 softmax 之后才缩放，每一行加起来就不等于 1 了。要除的是分数，不是权重。",
)
def scaled_after_the_softmax(query, key, value):
    weights = _scores(query, key).softmax(dim=-1) / query.shape[-1] ** 0.5
    return weights @ value, weights


@collect.mistake(
    "the key is reshaped, not transposed: view instead of a real rearrangement. Use key.transpose(-2, -1).",
    "键只是变了形状，没有转置：view 不等于真正的重新排列。请用 key.transpose(-2, -1)。",
)
def key_reshaped(query, key, value):
    *batch, m, d_h = key.shape
    scores = query @ key.reshape(*batch, d_h, m)
    return _attend(scores / d_h**0.5, value)


@collect.mistake(
    "you averaged the keys. The key says where to look; what is handed over is the value.",
    "你平均的是键。键只说明该看哪里，真正交出去的是值。",
)
def keys_averaged(query, key, value):
    return attend(query, key, key)


# 03.3 Split into heads


@split.mistake(
    "heads split without the transpose: view instead of a real rearrangement. A head then gets all features "
    "of some tokens, not its features of all tokens. Reshape to (B, N, h, D_h), then transpose.",
    "拆头时没有转置：view 不等于真正的重新排列。这样一个头拿到的是某几个词元的全部特征，"
    "而不是所有词元的那一份特征。先 reshape 成 (B, N, h, D_h)，再转置。",
)
def split_without_transpose(x, num_heads):
    b, n, d = x.shape
    return x.reshape(b, num_heads, n, d // num_heads)


@split.mistake(
    "the heads are still behind the tokens: (B, N, h, D_h). Swap these two axes, or tokens will attend to heads.",
    "头还排在词元后面：(B, N, h, D_h)。把这两个轴对调，否则注意力会在头与头之间计算。",
)
def not_transposed(x, num_heads):
    return split_heads(x, num_heads).transpose(1, 2)


@split.mistake(
    "the features are dealt out like cards: head 0 got features 0, h, 2h, … It owns the first D_h in a row: "
    "reshape to (h, D_h), not to (D_h, h).",
    "特征像发牌一样轮流分掉了：头 0 拿到的是第 0、h、2h……个特征。它应该拿连续的前 D_h 个："
    "reshape 成 (h, D_h)，不是 (D_h, h)。",
)
def features_dealt_out(x, num_heads):
    b, n, d = x.shape
    return x.reshape(b, n, d // num_heads, num_heads).permute(0, 3, 1, 2)


@split.mistake(
    "every head got the whole width D. The heads share it out: D // num_heads features each.",
    "每个头都拿到了完整的宽度 D。各个头要分摊它：每个头 D // num_heads 个特征。",
)
def whole_width_for_each(x, num_heads):
    return x[:, None].repeat(1, num_heads, 1, 1)


# 03.5 Count

N, D, H = 24**2 + 1, 384, 6

price.wrong_values(
    "biases_forgotten",
    {"parameters": 4 * D * D},
    "the biases are missing: 3·D in the fused layer, D in the output projection.",
    "漏了偏置：合并的那一层有 3·D 个，输出投影有 D 个。",
)
price.wrong_values(
    "projection_not_counted",
    {"parameters": 3 * D * D + 3 * D, "linear_products": 3 * N * D * D},
    "the output projection is missing: one more linear layer, D to D.",
    "漏了输出投影：还有一个从 D 到 D 的线性层。",
)
price.wrong_values(
    "class_token_forgotten",
    {
        "linear_products": 4 * (N - 1) * D * D,
        "token_products": 2 * (N - 1) ** 2 * D,
        "num_weights": H * (N - 1) ** 2,
    },
    "the class token is missing: it attends and is attended to, so N is one more than the patches.",
    "漏了类别词元：它也参与注意力，所以 N 比图像块的个数多 1。",
)
price.wrong_values(
    "scores_alone",
    {"token_products": N * N * D},
    "you counted the scores alone. Averaging the values takes as many multiplications again.",
    "你只数了算分数的乘法。对值做加权平均，还要再用同样多的乘法。",
)
price.wrong_values(
    "heads_multiplied",
    {"token_products": 2 * H * N * N * D, "parameters": H * (4 * D * D + 4 * D)},
    "you multiplied by the number of heads. The heads share the width D, so together they cost what one would.",
    "你乘上了头数。各个头分摊宽度 D，加在一起的代价和一个头一样。",
)
price.wrong_values(
    "one_table_of_weights",
    {"num_weights": N * N},
    "that is one head's table. Each head has weights of its own.",
    "这只是一个头的表。每个头都有自己的权重。",
)
