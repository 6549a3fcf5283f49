"""Exercise 09.1, what a block costs: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

from vit_tutorial.exercises.engine import Exercise


def block_flops(batch, tokens, width, mlp_width):
    projections = 4 * width * width  # query, key, value, and what follows
    mlp = 2 * width * mlp_width
    attention = 2 * tokens * width  # scores, and the weighted sum
    return 2 * batch * tokens * (projections + attention + mlp)


exercise = Exercise(
    "09.1",
    block_flops,
    cases=lambda: [(1, 5, 8, 24), (3, 7, 16, 40), (8, 197, 192, 768)],
)


def _flops(
    batch,
    tokens,
    width,
    mlp_width,
    *,
    each=2,
    squares=4,
    products=2,
    layers=2,
    images=True,
    biases=False,
    among=None,
):
    """Other numbers of layers and products than there are."""
    attention = products * (among or tokens) * width
    work = squares * width * width + attention + layers * width * mlp_width
    count = each * (batch if images else 1) * tokens * work
    return count + biases * batch * tokens * (5 * width + mlp_width)


_variant = partial(exercise.variant, _flops)

_variant(
    "you counted multiplications only. Each product is also added up: two FLOPs.",
    "你只数了乘法。每个乘积还要加起来：一共两次 FLOP。",
    name="multiplications_only",
    each=1,
)
_variant(
    "the batch is missing: B images cost B times as much as one.",
    "漏了批次：B 张图的运算量是一张图的 B 倍。",
    name="one_image",
    images=False,
)
_variant(
    "attention's own products are missing: queries with keys, and weights with values.",
    "漏了注意力自身的两次乘法：查询乘键，权重乘值。",
    name="no_attention",
    products=0,
)
_variant(
    "attention has two products over all pairs of tokens, you counted one: queries with keys, then weights with "
    "values.",
    "注意力里有两次“所有词元两两相乘”，你只数了一次：先是查询乘键，然后是权重乘值。",
    name="one_product_of_attention",
    products=1,
)
_variant(
    "the projection after the heads is missing: besides query, key and value there is a fourth square matrix.",
    "漏了各个头之后的投影：除了查询、键、值，还有第四个方阵。",
    name="no_projection",
    squares=3,
)
_variant(
    "you counted one of query, key and value, and the projection. They are three: four square matrices in all.",
    "查询、键、值你只数了一个，再加上投影。它们有三个：方阵一共四个。",
    name="one_of_query_key_value",
    squares=2,
)
_variant(
    "the MLP has two layers, you counted one: D to D_mlp, and back.",
    "MLP 有两层，你只数了一层：从 D 到 D_mlp，再回来。",
    name="one_layer_of_the_mlp",
    layers=1,
)
_variant(
    "in attention each token meets all T tokens, not only itself: the cost grows with T².",
    "在注意力里，每个词元要和全部 T 个词元打交道，不只是自己：运算量随 T² 增长。",
    name="each_token_alone",
    among=1,
)
_variant(
    "you added the biases. By the usual count only what multiplies counts.",
    "你把偏置也加进去了。按通常的数法，只数乘积。",
    name="with_biases",
    biases=True,
)
