"""Verdicts on any console: what it has no letters for is written in others."""

from __future__ import annotations

import sys
from typing import TextIO

PLAIN = str.maketrans(
    {"✓": "OK", "✗": "X", "■": "#", "◪": "+", "□": ".", "×": "x", "·": "*", "√": "sqrt"}
)


def show(text: str, to: TextIO | None = None) -> None:
    """Print a text; on a console that is not UTF-8 (GBK, cp1252, ASCII) signs become plain ones, the rest "?"."""
    to = to or sys.stdout
    encoding = getattr(to, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(PLAIN).encode(encoding, "replace").decode(encoding)
    print(text, file=to)
