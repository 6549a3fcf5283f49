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
    weights = weights[..., 1:, 1:]
    return weights / weights.sum(dim=-1, keepdim=True)
