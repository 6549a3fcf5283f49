"""Exercise 03.4, the whole layer: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from vit_tutorial.exercises.attention.random_inputs import random_input
from vit_tutorial.exercises.engine import Exercise


def self_attention(x, qkv_weight, qkv_bias, out_weight, out_bias, num_heads):
    b, n, d = x.shape
    qkv = F.linear(x, qkv_weight, qkv_bias)
    qkv = qkv.reshape(b, n, 3, num_heads, d // num_heads)
    query, key, value = qkv.permute(2, 0, 3, 1, 4)
    weights = query @ key.transpose(-2, -1) / (d // num_heads) ** 0.5
    heads = weights.softmax(dim=-1) @ value
    joined = heads.transpose(1, 2).reshape(b, n, d)
    return F.linear(joined, out_weight, out_bias)


def _case(b: int, n: int, d: int, h: int) -> tuple:
    """A case for `self_attention`: every weight and bias random, no two sizes alike."""
    weight = 0.5 * random_input(3 * d, d)
    shapes = (3 * d,), (d, d), (d,)
    inputs = random_input(b, n, d), weight, *(random_input(*s) for s in shapes)
    return *(each.requires_grad_() for each in inputs), h


exercise = Exercise(
    "03.4",
    self_attention,
    cases=lambda: [_case(2, 5, 12, 3), _case(3, 7, 10, 2), _case(1, 4, 6, 2)],
)


def _layer(x, w, b, out_w, out_b, h, order=(0, 1, 2), scale=None, dim=-1, join=None):
    """The whole layer, with one part of it done otherwise."""
    batch, n, d = x.shape
    qkv = F.linear(x, w, b).reshape(batch, n, 3, h, d // h).permute(2, 0, 3, 1, 4)
    query, key, value = (qkv[i] for i in order)
    scores = query @ key.transpose(-2, -1) * (scale or (d // h) ** -0.5)
    heads = scores.softmax(dim=dim) @ value
    joined = heads.transpose(1, 2).flatten(2) if join is None else join(heads)
    return F.linear(joined, out_w, out_b)


@exercise.mistake(
    "the output projection is missing. Without it the heads stay side by side and never meet.",
    "漏了输出投影。没有它，各个头只是并排放着，彼此从不交流。",
)
def projection_forgotten(x, w, b, out_w, out_b, h):
    return _layer(x, w, b, torch.eye(x.shape[-1], dtype=x.dtype), None, h)


@exercise.mistake(
    "heads joined without transposing back: you reshaped (B, h, T, D_h) straight to (B, T, D). "
    "Bring it to (B, T, h, D_h) first.",
    "合并各头时没有转置回来：你把 (B, h, T, D_h) 直接 reshape 成了 (B, T, D)。要先变成 (B, T, h, D_h)。",
)
def joined_without_transpose(x, w, b, out_w, out_b, h):
    return _layer(x, w, b, out_w, out_b, h, join=lambda heads: heads.reshape(x.shape))


@exercise.mistake(
    "scaled by √D, not √D_h. A dot product runs over one head: D_h = D / num_heads.",
    "你除的是 √D，不是 √D_h。点积只在一个头里面算：D_h = D / num_heads。",
)
def scaled_by_model_width(x, w, b, out_w, out_b, h):
    return _layer(x, w, b, out_w, out_b, h, scale=x.shape[-1] ** -0.5)


exercise.variant(
    _layer,
    "no scaling: divide the scores by √D_h before the softmax.",
    "没有缩放：做 softmax 之前，要把分数除以 √D_h。",
    name="not_scaled",
    scale=1.0,
)
exercise.variant(
    _layer,
    "softmax over the queries (dim=-2). Each query, a row, has to share out its own 1: dim=-1.",
    "softmax 沿查询的方向做了（dim=-2）。应该是每个查询（一行）分配自己的 1：用 dim=-1。",
    name="softmax_over_the_queries",
    dim=-2,
)
exercise.variant(
    _layer,
    "query and key are swapped. The fused layer holds them in the order query, key, value.",
    "查询和键颠倒了。合并的线性层里，顺序是查询、键、值。",
    name="query_and_key_swapped",
    order=(1, 0, 2),
)


@exercise.mistake(
    "you split the 3·D outputs as (num_heads, 3, D_h). They come as (3, num_heads, D_h): all queries first.",
    "你把 3·D 个输出拆成了 (num_heads, 3, D_h)。它们的顺序是 (3, num_heads, D_h)：所有查询排在最前面。",
)
def heads_before_qkv(x, w, b, out_w, out_b, h):
    def regroup(t):  # as if the rows of w were ordered head by head
        return t.unflatten(0, (h, 3, -1)).transpose(0, 1).flatten(0, 2)

    return _layer(x, regroup(w), regroup(b), out_w, out_b, h)


@exercise.mistake(
    "the sequence goes first here: you attended over the batch. Tokens are on axis 1 of (B, T, D).",
    "这里把序列放到了第一个轴，注意力就成了在批次里各个样本之间计算。(B, T, D) 里，词元在轴 1 上。",
)
def attended_over_the_batch(x, w, b, out_w, out_b, h):
    return self_attention(x.transpose(0, 1), w, b, out_w, out_b, h).transpose(0, 1)


@exercise.mistake(
    "there is one head only: num_heads had no effect. Split queries, keys and values before the dot product.",
    "只有一个头：num_heads 没起作用。算点积之前，要先把查询、键、值拆成多个头。",
)
def one_head_only(x, w, b, out_w, out_b, h):
    return self_attention(x, w, b, out_w, out_b, 1)


exercise.not_added(
    input_bias_forgotten=("qkv_bias",),
    output_bias_forgotten=("out_bias",),
    both_biases_forgotten=("qkv_bias", "out_bias"),
)


@exercise.mistake(
    "out_weight is not transposed. A linear layer's weight is (out, in): multiply by out_weight.T, or call F.linear.",
    "out_weight 没有转置。线性层的权重是 (out, in)：应该乘 out_weight.T，或者用 F.linear。",
)
def output_weight_not_transposed(x, w, b, out_w, out_b, h):
    return self_attention(x, w, b, out_w.T, out_b, h)


exercise.variant(
    _layer,
    "key and value are swapped. The fused layer holds them in the order query, key, value.",
    "键和值颠倒了。合并的线性层里，顺序是查询、键、值。",
    name="key_and_value_swapped",
    order=(0, 2, 1),
)
exercise.variant(
    lambda x, *rest: x + self_attention(x, *rest),
    "you added x to the output. The residual connection belongs to the block, outside of attention.",
    "你把 x 加到了输出上。残差连接是编码器块的事，在注意力外面。",
    name="residual_inside",
)
exercise.variant(
    lambda x, w, b, out_w, out_b, h: self_attention(
        x,
        *(t.unflatten(0, (3, -1, h)).transpose(1, 2).flatten(0, 2) for t in (w, b)),
        out_w,
        out_b,
        h,
    ),
    "the features are dealt out to the heads like cards. A head owns D_h of them in a row: (num_heads, D_h), not (D_h, num_heads).",
    "特征像发牌一样轮流分给了各个头。一个头应该拿连续的 D_h 个：(num_heads, D_h)，不是 (D_h, num_heads)。",
    name="features_dealt_out",
)
exercise.variant(
    lambda x, w, b, out_w, out_b, h: F.linear(
        F.scaled_dot_product_attention(
            *F.linear(x, w, b).unflatten(-1, (3, h, -1)).permute(2, 0, 3, 1, 4),
            is_causal=True,
        )
        .transpose(1, 2)
        .flatten(2),
        out_w,
        out_b,
    ),
    "each token sees only itself and those before it: a causal mask, as in language models. A patch may look at all others.",
    "每个词元只看得到自己和前面的：这是语言模型用的因果掩码。图像块可以看所有别的块。",
    name="causal_mask",
)
exercise.variant(
    lambda x, *rest: self_attention(x, *rest).mean(dim=1),
    "you averaged over the tokens. Every token keeps an output of its own: (B, T, D).",
    "你对词元取了平均。每个词元都有自己的输出：(B, T, D)。",
    name="averaged_over_the_tokens",
)
