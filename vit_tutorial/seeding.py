"""Chapter 6: random numbers that come out the same again."""

from __future__ import annotations

import random
from operator import index

import numpy as np
import torch


def set_seed(seed: int) -> None:
    """Start all random numbers anew: PyTorch's (CPU and GPU), NumPy's and Python's.

    Args:
        seed: from 0 to 2**32 - 1.

    Raises:
        TypeError: the seed is not a whole number.
        ValueError: the seed lies outside that range.
    """
    seed = check_seed(seed)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def check_seed(seed: int) -> int:
    """Return a seed that all libraries accept, as an int; errors as `set_seed`."""
    if isinstance(seed, bool) or not hasattr(seed, "__index__"):
        raise TypeError(f"seed must be a whole number (int), got {seed!r}.")
    if not 0 <= index(seed) < 2**32:
        raise ValueError(f"seed must lie in [0, 2**32), got {seed}. Try 0.")
    return index(seed)
