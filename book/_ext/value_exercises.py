"""Exercises that are answered by values can be answered on the page: fields below the cell, checked in the browser.

What is right and wrong stands in _assets/exercises/values.json (tools/value_exercises.py); _assets/exercises/answer.js
makes the fields. The names of the values, and what is asked, come from the cell itself.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

FILE = Path(__file__).resolve().parents[1] / "_assets" / "exercises" / "values.json"
CALL = re.compile(r'^check\("(\d\d\.\d)"', re.MULTILINE)
ASKED = re.compile(r'^ *"([^"]+)": \.\.\.,? *(?:# *(.*))?$', re.MULTILINE)


class ValueExercises(SphinxTransform):
    """Puts what the script needs into the cell of each such exercise."""

    default_priority = 650

    def apply(self, **kwargs: Any) -> None:
        """Look at each cell that waits for an answer."""
        if self.app.builder.name == "epub" or not FILE.is_file():
            return
        known = json.loads(FILE.read_text("utf8"))
        language = self.env.config.language[:2]
        for number, cell, source in exercise_cells(self.document):
            if number in known:
                cell += nodes.raw("", form(number, known[number], source, language), format="html")


def exercise_cells(document: nodes.document) -> Iterator[tuple[str, nodes.container, str]]:
    """Each cell that waits for an answer: its exercise's number, the cell, its code."""
    for cell in list(document.findall(nodes.container)):
        if "tag_exercise" in cell.get("classes", []):
            source = next(cell.findall(nodes.literal_block)).astext()
            if number := CALL.search(source):
                yield number[1], cell, source


def form(number: str, about: dict[str, Any], source: str, language: str) -> str:
    """An element that holds all about an exercise, for the script; empty for a page without scripts."""
    mistakes = [
        {"name": each["name"], "wrong": each["wrong"], "text": each[language]} for each in about["mistakes"]
    ]
    asked = dict(ASKED.findall(source))
    spec = {**about, "number": number, "mistakes": mistakes, "asked": asked}
    data = html.escape(json.dumps(spec, ensure_ascii=False, separators=(",", ":")))
    return f'<form class="value-answer" data-number="{number}" data-exercise="{data}"></form>'


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_transform(ValueExercises)
    app.add_js_file(
        "exercises/answer.js", loading_method="defer"
    )  # on every page, whose contents show what is solved
    return {"parallel_read_safe": True, "parallel_write_safe": True}
