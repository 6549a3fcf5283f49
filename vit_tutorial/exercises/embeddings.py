"""The exercises of chapter 2: solutions (the text that the book shows), cases and properties.

The mistakes that `check` knows by name stand in `embeddings_…mistakes.py`.
"""

from __future__ import annotations

import zlib
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def count():
    return {
        "num_tokens": 24 * 24 + 1,
        "class_token": 768,
        "position_table": (24 * 24 + 1) * 768,
        "more_than_at_224": (24 * 24 - 14 * 14) * 768,
    }


def prepend(patches, class_token):
    token = class_token.expand(len(patches), -1, -1)
    return torch.cat([token, patches], dim=1)


def sincos_2d(rows, columns, embed_dim):
    quarter = embed_dim // 4
    omega = 10_000.0 ** (-torch.arange(quarter) / (quarter - 1))
    y = torch.arange(rows).repeat_interleave(columns)[:, None] * omega
    x = torch.arange(columns).repeat(rows)[:, None] * omega
    return torch.cat([x.sin(), x.cos(), y.sin(), y.cos()], dim=1)


def resize(table, old_grid, new_grid):
    x = table[:, 1:].unflatten(1, old_grid).permute(0, 3, 1, 2)
    x = F.interpolate(x, new_grid, mode="bicubic", antialias=True)
    return torch.cat([table[:, :1], x.flatten(2).transpose(1, 2)], dim=1)


class InputTokens(nn.Module):
    def __init__(self, image_size, patch_size, in_channels, embed_dim):
        super().__init__()
        n = (image_size[0] // patch_size) * (image_size[1] // patch_size)
        self.projection = nn.Conv2d(in_channels, embed_dim, patch_size, patch_size)
        self.class_token = nn.Parameter(torch.zeros(1, 1, embed_dim))
        self.position_embedding = nn.Parameter(0.02 * torch.randn(1, n + 1, embed_dim))

    def forward(self, images):
        x = self.projection(images).flatten(2).transpose(1, 2)
        token = self.class_token.expand(len(x), -1, -1)
        return torch.cat([token, x], dim=1) + self.position_embedding


def _in_float64(function: Any, *arguments: Any) -> Any:
    """Call with float64 as the default, so that an answer need not mention it."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        return function(*arguments)
    finally:
        torch.set_default_dtype(before)


def _run_module(answer: Any, sizes: tuple, images: torch.Tensor) -> Any:
    """Build the learner's module, put random numbers into its parameters by their names, and run it."""
    module = _in_float64(answer, *sizes)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(
                random_tensor(*parameter.shape, seed=zlib.crc32(name.encode()) % 2**31)
            )
    tokens = _in_float64(module, images)
    if tokens is ...:
        return ...
    shapes = {name: tuple(p.shape) for name, p in module.named_parameters()}
    return {
        "parameters": ", ".join(f"{name} {shapes[name]}" for name in sorted(shapes)),
        "tokens": tokens,
    }


counting = Exercise("02.1", count, values=True)
in_front = Exercise(
    "02.2",
    prepend,
    cases=lambda: [
        (random_tensor(2, 6, 5), random_tensor(1, 1, 5, seed=1).requires_grad_()),
        (random_tensor(3, 4, 7), random_tensor(1, 1, 7, seed=1).requires_grad_()),
    ],
)
places = Exercise(
    "02.3",
    sincos_2d,
    cases=lambda: [(2, 3, 12), (4, 3, 20)],
    run=lambda answer, *case: _in_float64(answer, *case),
)
resizing = Exercise(
    "02.4",
    resize,
    cases=lambda: [
        (random_tensor(1, 25, 5), (4, 6), (3, 4)),
        (random_tensor(1, 16, 3), (3, 5), (5, 7)),
    ],
)
equation = Exercise(
    "02.5",
    InputTokens,
    cases=lambda: [
        (((8, 12), 4, 3, 5), random_tensor(2, 3, 8, 12)),
        (((9, 6), 3, 2, 7), random_tensor(3, 2, 9, 6)),
    ],
    run=_run_module,
)

EXERCISES = [counting, in_front, places, resizing, equation]


@in_front.requires(
    "no gradient reaches the class token, so it could never learn. Use the tensor that is passed in, without "
    "detach(), .data or torch.no_grad().",
    "梯度传不到类别词元，它就永远学不到东西。请使用传进来的那个张量，不要用 detach()、.data 或 torch.no_grad()。",
)
def carries_gradient(tokens, patches, class_token):
    return tokens.requires_grad


@in_front.requires(
    "the patches have changed. They should stand in the output as they came in, in their order.",
    "图像块变了。它们应该原样、按原来的顺序出现在输出里。",
)
def patches_kept(tokens, patches, class_token):
    return torch.equal(tokens[:, 1:], patches) or torch.equal(tokens[:, :-1], patches)


@equation.requires(
    "the parameters are not the right ones. There should be projection.weight and projection.bias, class_token "
    "of shape (1, 1, D) and position_embedding of shape (1, N + 1, D), the last two made with nn.Parameter in "
    "__init__; the batch size stands in none of them.",
    "参数不对。应该有 projection.weight、projection.bias、形状为 (1, 1, D) 的 class_token 和形状为 (1, N + 1, D) 的 "
    "position_embedding，后两个要在 __init__ 里用 nn.Parameter 创建；哪一个的形状里都不应该出现批次大小。",
)
def right_parameters(output, sizes, images):
    return output["parameters"] == _run_module(InputTokens, sizes, images)["parameters"]
