"""Exercise 02.5, Equation (2.2) as a module: solution, cases, properties, and the mistakes that are known by name."""

from __future__ import annotations

import zlib
from typing import Any

import torch
from torch import nn

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.exercises.outcomes import WithParameters


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


def _run_module(answer: Any, sizes: tuple, images: torch.Tensor) -> Any:
    """Build the learner's module, put random numbers into its parameters by their names, and run it."""
    module = answer(*sizes)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(
                random_tensor(*parameter.shape, seed=zlib.crc32(name.encode()) % 2**31)
            )
    tokens = module(images)
    if tokens is ...:
        return ...
    shapes = {name: tuple(p.shape) for name, p in module.named_parameters()}
    parameters = ", ".join(f"{name} {shapes[name]}" for name in sorted(shapes))
    learning = {n: p for n, p in module.named_parameters() if p.requires_grad}
    return WithParameters({"parameters": parameters, "tokens": tokens}, learning)


exercise = Exercise(
    "02.5",
    InputTokens,
    cases=lambda: [
        (((8, 12), 4, 3, 5), random_tensor(2, 3, 8, 12)),
        (((9, 6), 3, 2, 7), random_tensor(3, 2, 9, 6)),
        (((4, 6), 2, 1, 3), random_tensor(1, 1, 4, 6)),
    ],
    run=_run_module,
)


@exercise.requires(
    "the parameters are not the right ones. There should be projection.weight and projection.bias, class_token "
    "of shape (1, 1, D) and position_embedding of shape (1, N + 1, D), the last two made with nn.Parameter in "
    "__init__; the batch size stands in none of them.",
    "参数不对。应该有 projection.weight、projection.bias、形状为 (1, 1, D) 的 class_token 和形状为 (1, N + 1, D) 的 "
    "position_embedding，后两个要在 __init__ 里用 nn.Parameter 创建；哪一个的形状里都不应该出现批次大小。",
)
def right_parameters(output, sizes, images):
    return (
        output["parameters"]
        == _run_module(InputTokens, sizes, images).output["parameters"]
    )


@exercise.mistake(
    "the class token stands at the end. Then every patch gets its neighbour's position: put it in front.",
    "类别词元放到了最后。这样每个图像块拿到的都是邻居的位置：把它放到最前面。",
)
class TokenAtTheEnd(InputTokens):
    def forward(self, images):
        x = self.projection(images).flatten(2).transpose(1, 2)
        token = self.class_token.expand(len(x), -1, -1)
        return torch.cat([x, token], dim=1) + self.position_embedding


@exercise.mistake(
    "the positions are added before the class token is put in front: off by one, patch 0 gets the class token's "
    "row. Join first, then add.",
    "类别词元还没放到最前面，位置就先加上了：差了一位，第 0 块拿到的是类别词元那一行。先拼接，再相加。",
)
class PositionsTooEarly(InputTokens):
    def forward(self, images):
        x = self.projection(images).flatten(2).transpose(1, 2)
        x = x + self.position_embedding[:, :-1]
        return torch.cat([self.class_token.expand(len(x), -1, -1), x], dim=1)


@exercise.mistake(
    "the class token has got no position. Row 0 of the table is its own: add the whole table after joining.",
    "类别词元没有加上位置。表的第 0 行就是它的：拼接之后再加整张表。",
)
class TokenWithoutPosition(InputTokens):
    def forward(self, images):
        x = self.projection(images).flatten(2).transpose(1, 2)
        x = x + self.position_embedding[:, 1:]
        return torch.cat([self.class_token.expand(len(x), -1, -1), x], dim=1)


def _plain_token(*sizes, make):
    """Build the module with a plain tensor where the class token's parameter was."""
    module = InputTokens(*sizes)
    del module.class_token
    module.class_token = make(1, 1, sizes[-1])
    return module


exercise.variant(
    _plain_token,
    "the class token is a plain tensor of ones, so no optimizer finds it. Wrap it in nn.Parameter, in __init__.",
    "类别词元只是一个全一的普通张量，优化器找不到它。请在 __init__ 里用 nn.Parameter 把它包起来。",
    name="OnesNotParameter",
    make=torch.ones,
)
exercise.variant(
    _plain_token,
    "the class token is a plain tensor of zeros, so it stays zero for ever. Wrap it in nn.Parameter, in __init__.",
    "类别词元只是一个全零的普通张量，所以永远都是零。请在 __init__ 里用 nn.Parameter 把它包起来。",
    name="ZerosNotParameter",
    make=torch.zeros,
)


@exercise.mistake(
    "no positions are added. Without them the encoder can't tell a picture from its shuffled patches.",
    "没有加位置。没有位置，编码器就分不清一张图和它打乱后的样子。",
)
class NoPositions(InputTokens):
    def forward(self, images):
        return super().forward(images) - self.position_embedding


@exercise.mistake(
    "you reshaped (B, D, H/P, W/P) straight to (B, N, D), which mixes the patches. Flatten the grid, then transpose.",
    "你把 (B, D, H/P, W/P) 直接 reshape 成了 (B, N, D)，不同图像块混在了一起。先展平网格，再转置。",
)
class ReshapedNotTransposed(InputTokens):
    def forward(self, images):
        x = self.projection(images)
        x = x.reshape(len(x), -1, x.shape[1])
        token = self.class_token.expand(len(x), -1, -1)
        return torch.cat([token, x], dim=1) + self.position_embedding


def _square_table(image_size, patch_size, in_channels, embed_dim, side):
    module = InputTokens(image_size, patch_size, in_channels, embed_dim)
    n = (image_size[side] // patch_size) ** 2
    module.position_embedding = nn.Parameter(torch.zeros(1, n + 1, embed_dim))
    return module


for _name, _side in (("SquareByTheHeight", 0), ("SquareByTheWidth", 1)):
    exercise.variant(
        _square_table,
        "the position table is made for a square image: there are H/P rows and W/P columns of patches, and they need not "
        "be as many.",
        "位置表是按正方形图像建的：图像块有 H/P 行、W/P 列，两者不一定相等。",
        name=_name,
        side=_side,
    )
