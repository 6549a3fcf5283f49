"""Chapter 6: random numbers that come out the same again."""

from __future__ import annotations

import random

import numpy as np
import torch


def set_seed(seed: int) -> None:
    """Start all random numbers anew: PyTorch's (CPU and GPU), NumPy's and Python's.

    Args:
        seed: from 0 to 2**32 - 1.

    Raises:
        ValueError: the seed lies outside that range.
    """
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must lie in [0, 2**32), got {seed}.")
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
