"""Run an answer in float64 although it never names a dtype."""

from __future__ import annotations

from typing import Any

import torch


def in_float64(function: Any, *arguments: Any) -> Any:
    """Call with float64 as the default, so that an answer need not mention it."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        return function(*arguments)
    finally:
        torch.set_default_dtype(before)
