"""Inputs to try answers on."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn


def random_tensor(*shape: int, seed: int = 0) -> torch.Tensor:
    """Numbers from a standard normal distribution, in float64, the same at every call."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def randomised(module: nn.Module) -> nn.Module:
    """The module in float64 with every parameter random: a fresh LayerNorm would hide mistakes."""
    for seed, parameter in enumerate(module.double().parameters()):
        parameter.data = random_tensor(*parameter.shape, seed=seed + 10)
    return module


def named_parameters(
    names: Sequence[str], layers: nn.ModuleList
) -> dict[str, torch.Tensor]:
    """The parameters of layers, each under its layer's name: norm1.weight."""
    return {
        f"{name}.{key}": parameter
        for name, layer in zip(names, layers, strict=True)
        for key, parameter in layer.named_parameters()
    }
