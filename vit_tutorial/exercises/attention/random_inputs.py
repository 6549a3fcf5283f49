"""Random inputs for the cases of this chapter."""

from __future__ import annotations

import torch

from vit_tutorial.exercises.cases import random_tensor


def random_input(*shape: int) -> torch.Tensor:
    """Random numbers that depend on the shape, so that no two arguments of a case are alike."""
    return random_tensor(*shape, seed=sum(shape))
