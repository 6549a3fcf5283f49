"""A typical wrong attempt at each exercise of code, with its verdict: one more fold, before the solution.

Code and verdicts stand in book/wrong_attempts.json (tools/wrong_attempts.py); `hints` puts the folds into a row.
"""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from _ext.hints import folds_in_a_row, starts_fold
from _ext.value_exercises import exercise_cells

FILE = Path(__file__).resolve().parents[1] / "wrong_attempts.json"
LABEL = {"en": "A wrong attempt", "zh": "典型错误"}


class WrongAttempts(SphinxTransform):
    """Adds the fold to each exercise that has one."""

    default_priority = 650  # before the folds become a row

    def apply(self, **kwargs: Any) -> None:
        """Look at each section that holds a cell which waits for an answer."""
        if not FILE.is_file():
            return
        known, language = json.loads(FILE.read_text("utf8")), self.env.config.language[:2]
        for number, cell, _ in exercise_cells(self.document):
            folds = [node for node in folds_in_a_row(cell.parent) if starts_fold(node)]
            if number in known and folds:
                place = cell.parent.index(folds[-1])
                cell.parent[place:place] = fold(known[number], language)


def fold(attempt: dict[str, str], language: str) -> list[nodes.Node]:
    """The code and what is said to it."""
    start = f"<details><summary>{LABEL[language]}</summary>"
    verdict = f'<p class="attempt-verdict">{html.escape(attempt[language])}</p>'
    code = nodes.literal_block(attempt["code"], attempt["code"], language="python")
    return [nodes.raw("", start, format="html"), code, nodes.raw("", f"{verdict}</details>", format="html")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_transform(WrongAttempts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
