"""Exercise 05.4, pour the weights: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

import torch
from torch import nn

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def pour(source):
    poured = {}
    for name, value in source.items():
        name = name.replace("self_attn.in_proj_", "attention.qkv.")
        name = name.replace("self_attn.out_proj", "attention.projection")
        name = name.replace("linear", "mlp.linear")
        poured[name] = value
    return poured


def _torch_weights(d: int, mlp_dim: int) -> dict:
    """The state dict of a torch layer, all of its values random."""
    with torch.device("meta"):
        shapes = nn.TransformerEncoderLayer(d, 1, mlp_dim).state_dict()
    return {
        name: random_tensor(*value.shape, seed=seed)
        for seed, (name, value) in enumerate(shapes.items())
    }


exercise = Exercise(
    "05.4", pour, cases=lambda: [(_torch_weights(6, 10),), (_torch_weights(5, 7),)]
)


@exercise.mistake(
    "norm1 and norm2 are swapped. In both blocks norm1 belongs to attention and norm2 to the MLP: keep their names.",
    "norm1 和 norm2 对调了。两边都是 norm1 属于注意力，norm2 属于 MLP：名字不用改。",
)
def norms_swapped(source):
    other = {"norm1": "norm2", "norm2": "norm1"}
    return {
        ".".join(other.get(part, part) for part in name.split(".")): value
        for name, value in pour(source).items()
    }


@exercise.mistake(
    "the weights are transposed. Both sides are torch's linear layers, (out, in): leave them as they are. "
    "It is JAX that stores (in, out).",
    "权重被转置了。两边都是 torch 的线性层，形状是 (out, in)，不用动。存成 (in, out) 的是 JAX。",
)
def weights_transposed(source):
    return {n: v.T if v.ndim == 2 else v for n, v in pour(source).items()}


@exercise.mistake(
    "the biases are missing: half of the entries. `.weight` and `.bias` both have to go over.",
    "漏了偏置，少了一半的条目。`.weight` 和 `.bias` 都要搬过去。",
)
def biases_forgotten(source):
    return {n: v for n, v in pour(source).items() if n.endswith("weight")}


@exercise.mistake(
    "the names inside the MLP have no prefix. Ours are mlp.linear1 and mlp.linear2.",
    "MLP 里的名字少了前缀。我们的是 mlp.linear1 和 mlp.linear2。",
)
def mlp_prefix_forgotten(source):
    return {n.replace("mlp.", ""): v for n, v in pour(source).items()}


@exercise.mistake(
    "in_proj_weight became qkv_weight. torch writes it with an underscore, ours is a layer: attention.qkv.weight.",
    "in_proj_weight 变成了 qkv_weight。torch 用下划线连着写，我们这里是一个层：attention.qkv.weight。",
)
def underscore_kept(source):
    return {n.replace("qkv.", "qkv_"): v for n, v in pour(source).items()}


exercise.variant(
    dict,
    "the names are still torch's. Ours are attention.qkv, attention.projection, mlp.linear1 and mlp.linear2.",
    "名字还是 torch 的。我们的是 attention.qkv、attention.projection、mlp.linear1 和 mlp.linear2。",
    name="names_unchanged",
)
exercise.variant(
    lambda source: {
        n.replace("linear1", "x")
        .replace("linear2", "linear1")
        .replace("x", "linear2"): v
        for n, v in pour(source).items()
    },
    "linear1 and linear2 are swapped. The first goes from D to the MLP's width.",
    "linear1 和 linear2 对调了。第一个是从 D 到 MLP 的宽度。",
    name="linear_layers_swapped",
)
exercise.variant(
    lambda source: {n: v for n, v in pour(source).items() if "projection" not in n},
    "the output projection is missing: self_attn.out_proj becomes attention.projection.",
    "漏了输出投影：self_attn.out_proj 对应 attention.projection。",
    name="projection_forgotten",
)
