"""Attention weights to try answers on, and their grid."""

from __future__ import annotations

import torch
from torch import Tensor

from vit_tutorial.exercises.cases import random_tensor


def attention(*shape: int, seed: int = 0) -> Tensor:
    """Random weights of shape (..., T, T), far from even; each row sums to 1."""
    return (2 * random_tensor(*shape, seed=seed)).softmax(dim=-1)


def places(grid_size: tuple[int, int]) -> Tensor:
    """Row and column of each patch, shape (N, 2), in float64."""
    rows, columns = (torch.arange(n, dtype=torch.float64) for n in grid_size)
    return torch.cartesian_prod(rows, columns).reshape(-1, 2)


def of_patches(weights: Tensor) -> Tensor:
    """Weights between patches alone, (..., N, N): the class token left out, each row summing to 1 again."""
    return _normalised(weights[..., 1:, 1:])


def of_all_but_the_last(weights: Tensor) -> Tensor:
    """The same by mistake: the class token taken for the first patch, (..., N, N)."""
    return _normalised(weights[..., :-1, :-1])


CLASS_TOKEN_AS_PATCH = (  # what that mistake is told, in both languages
    "the class token stands in front of the patches, and you took it for the first of them: leave row 0 and column 0 "
    "out, not the last ones.",
    "类别词元排在图像块前面，你却把它当成了第一个图像块：要去掉的是第 0 行和第 0 列，不是最后一行和最后一列。",
)


def _normalised(weights: Tensor) -> Tensor:
    return weights / weights.sum(dim=-1, keepdim=True)
