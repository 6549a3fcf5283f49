"""What tests of freezing share: which parameters learn, which have changed, and a loss."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from reference import random_tensor
from torch import nn

BACKBONE = ("embeddings", "encoder")


def learning(model: nn.Module) -> set[str]:
    return {name for name, parameter in model.named_parameters() if parameter.requires_grad}


def changed(model: nn.Module, before: nn.Module) -> set[str]:
    old = before.state_dict()
    return {name for name, value in model.state_dict().items() if not torch.equal(value, old[name])}


def loss_of(model: nn.Module, n: int = 6) -> torch.Tensor:
    images = random_tensor(n, 1, 8, 8, seed=9, dtype=next(model.parameters()).dtype)
    return F.cross_entropy(model(images), torch.arange(n) % model.config.num_classes)
