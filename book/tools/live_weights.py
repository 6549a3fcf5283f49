"""The weights of a live model, which a notebook keeps in its cell and the site in a file of its own."""

from __future__ import annotations

import hashlib
import re

WEIGHTS = re.compile(r'"weights": "([^"]+)"')  # in what `plots.live_vit` returns


def file_name(weights: str) -> str:
    """The file's name, which changes with what it holds: a browser may keep it for ever."""
    return f"live-vit-{hashlib.sha256(weights.encode()).hexdigest()[:12]}.js"
