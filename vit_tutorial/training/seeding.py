"""Chapter 6: random numbers that come out the same again."""

import random

import numpy as np
import torch

from vit_tutorial.checks import check_seed


def set_seed(seed: int) -> None:
    """Start all random numbers anew: PyTorch's (CPU and GPU), NumPy's and Python's.

    Args:
        seed: from 0 to 2**32 - 1.

    Raises:
        TypeError, ValueError: the seed is no whole number in that range.
    """
    seed = check_seed(seed)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
