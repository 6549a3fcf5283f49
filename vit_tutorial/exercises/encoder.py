"""The exercises of chapter 5: solutions (the text that the book shows) and cases.

The mistakes that `check` knows by name stand in `encoder_…mistakes.py`; the audit, 05.5, in
`encoder_audit.py` and the models to audit in `encoder_suspects.py`.
"""

from __future__ import annotations

import torch
from torch import nn

from vit_tutorial.attention import MultiHeadSelfAttention
from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.encoder_audit import find_departures
from vit_tutorial.exercises.encoder_suspects import DEPARTURES, suspects
from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.mlp import MLP

__all__ = ["DEPARTURES", "EXERCISES", "suspects"]


def counts():
    return {
        "larger_image": ((384 // 16) ** 2 - (224 // 16) ** 2) * 768,
        "three_classes": 86_567_656 - (1000 - 3) * (768 + 1),
        "block_of_L": 4 * 1024**2 + 2 * 1024 * 4096 + 9 * 1024 + 4096,
        "B32_minus_B16": 3 * (32**2 - 16**2) * 768 - (14**2 - 7**2) * 768,
    }


def encoder_block(x, norm1, attention, norm2, mlp):
    x = x + attention(norm1(x))
    return x + mlp(norm2(x))


def read_out(stream, norm, head):
    return head(norm(stream)[:, 0])


def pour(source):
    poured = {}
    for name, value in source.items():
        name = name.replace("self_attn.in_proj_", "attention.qkv.")
        name = name.replace("self_attn.out_proj", "attention.projection")
        name = name.replace("linear", "mlp.linear")
        poured[name] = value
    return poured


def _randomised(*modules: nn.Module) -> list[nn.Module]:
    """The modules in float64 with every parameter random: a fresh LayerNorm would hide mistakes."""
    for seed, parameter in enumerate(nn.ModuleList(modules).double().parameters()):
        parameter.data = random_tensor(*parameter.shape, seed=seed + 10)
    return list(modules)


def _run_block(answer, x, heads):
    d = x.shape[-1]
    with torch.random.fork_rng():  # leave the notebook's random numbers alone
        attention, mlp = MultiHeadSelfAttention(d, heads), MLP(d, 2 * d)
    layers = nn.LayerNorm(d), attention, nn.LayerNorm(d), mlp
    return answer(x, *_randomised(*layers))


def _run_read_out(answer, stream):
    d = stream.shape[-1]
    with torch.random.fork_rng():
        norm, head = nn.LayerNorm(d), nn.Linear(d, 7)
    return answer(stream, *_randomised(norm, head))


def _torch_weights(d: int, mlp_dim: int) -> dict:
    """The state dict of a torch layer, all of its values random."""
    with torch.device("meta"):
        shapes = nn.TransformerEncoderLayer(d, 1, mlp_dim).state_dict()
    return {
        name: random_tensor(*value.shape, seed=seed)
        for seed, (name, value) in enumerate(shapes.items())
    }


predict = Exercise("05.1", counts, values=True)
wire = Exercise(
    "05.2",
    encoder_block,
    cases=lambda: [(random_tensor(2, 5, 6), 2), (random_tensor(3, 4, 9, seed=2), 3)],
    run=_run_block,
)
classify = Exercise(
    "05.3",
    read_out,
    cases=lambda: [(random_tensor(2, 5, 6),), (random_tensor(3, 4, 8, seed=2),)],
    run=_run_read_out,
)
translate = Exercise(
    "05.4", pour, cases=lambda: [(_torch_weights(6, 10),), (_torch_weights(5, 7),)]
)

EXERCISES = [predict, wire, classify, translate, find_departures]
