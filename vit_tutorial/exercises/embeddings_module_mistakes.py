"""The mistakes of exercise 02.5, Equation 1 as a module, and what `check` says to each."""

from __future__ import annotations

import torch

from vit_tutorial.exercises.embeddings import InputTokens, equation


@equation.mistake(
    "the class token stands at the end. Then every patch gets its neighbour's position: put it in front.",
    "类别词元放到了最后。这样每个图像块拿到的都是邻居的位置：把它放到最前面。",
)
class TokenAtTheEnd(InputTokens):
    def forward(self, images):
        x = self.projection(images).flatten(2).transpose(1, 2)
        token = self.class_token.expand(len(x), -1, -1)
        return torch.cat([x, token], dim=1) + self.position_embedding


@equation.mistake(
    "the positions are added before the class token is put in front: off by one, patch 0 gets the class token's "
    "row. Join first, then add.",
    "类别词元还没放到最前面，位置就先加上了：差了一位，第 0 块拿到的是类别词元那一行。先拼接，再相加。",
)
class PositionsTooEarly(InputTokens):
    def forward(self, images):
        x = self.projection(images).flatten(2).transpose(1, 2)
        x = x + self.position_embedding[:, :-1]
        return torch.cat([self.class_token.expand(len(x), -1, -1), x], dim=1)


@equation.mistake(
    "the class token has got no position. Row 0 of the table is its own: add the whole table after joining.",
    "类别词元没有加上位置。表的第 0 行就是它的：拼接之后再加整张表。",
)
class TokenWithoutPosition(InputTokens):
    def forward(self, images):
        x = self.projection(images).flatten(2).transpose(1, 2)
        x = x + self.position_embedding[:, 1:]
        return torch.cat([self.class_token.expand(len(x), -1, -1), x], dim=1)


def _without_parameter(module, values):
    """Put a plain tensor where the class token's parameter was."""
    del module.class_token
    module.class_token = values


@equation.mistake(
    "the class token is a plain tensor of ones, so no optimizer finds it. Wrap it in nn.Parameter, in __init__.",
    "类别词元只是一个全一的普通张量，优化器找不到它。请在 __init__ 里用 nn.Parameter 把它包起来。",
)
class OnesNotParameter(InputTokens):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        _without_parameter(self, torch.ones(1, 1, sizes[-1]))


@equation.mistake(
    "the class token is a plain tensor of zeros, so it stays zero for ever. Wrap it in nn.Parameter, in __init__.",
    "类别词元只是一个全零的普通张量，所以永远都是零。请在 __init__ 里用 nn.Parameter 把它包起来。",
)
class ZerosNotParameter(InputTokens):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        _without_parameter(self, torch.zeros(1, 1, sizes[-1]))


@equation.mistake(
    "no positions are added. Without them the encoder can't tell a picture from its shuffled patches.",
    "没有加位置。没有位置，编码器就分不清一张图和它打乱后的样子。",
)
class NoPositions(InputTokens):
    def forward(self, images):
        return super().forward(images) - self.position_embedding


@equation.mistake(
    "you reshaped (B, D, H/P, W/P) straight to (B, N, D), which mixes the patches. Flatten the grid, then transpose.",
    "你把 (B, D, H/P, W/P) 直接 reshape 成了 (B, N, D)，不同图像块混在了一起。先展平网格，再转置。",
)
class ReshapedNotTransposed(InputTokens):
    def forward(self, images):
        x = self.projection(images)
        x = x.reshape(len(x), -1, x.shape[1])
        token = self.class_token.expand(len(x), -1, -1)
        return torch.cat([token, x], dim=1) + self.position_embedding
