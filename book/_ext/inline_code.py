"""Code within a line breaks where its names have joints: after `_`, `.` or `/`, and nowhere else within a word."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

# Between two letters or digits; not in a number such as 1.5, not after the underscore that a private name opens with.
JOINT = re.compile(r"(?<=[^\W_])(?:[_.]+(?=[^\W\d_])|_+(?=\d)|/(?=[\w.]))")

WORD = '<span class="pre">'  # Sphinx writes one around each word of the code


def with_breaks(html: str) -> str:
    """The text of code, already escaped, with a `<wbr>` after each joint."""
    return JOINT.sub(r"\g<0><wbr>", html)


def depart_literal(translator: HTML5Translator, node: nodes.literal) -> None:
    """Close the code as Sphinx does, then put the breaks into its words."""
    written = translator.body
    start = next(i for i in reversed(range(len(written))) if written[i].startswith(("<code", "<kbd")))
    words = range(start + 1, len(written))
    type(translator).depart_literal(translator, node)
    for i in words:
        if written[i].startswith(WORD):
            written[i] = WORD + with_breaks(written[i].removeprefix(WORD))


def visit_literal(translator: HTML5Translator, node: nodes.literal) -> None:
    """Open the code as Sphinx does."""
    type(translator).visit_literal(translator, node)


def setup(app: Sphinx) -> dict[str, Any]:
    """Replace the visitors in HTML."""
    app.add_node(nodes.literal, override=True, html=(visit_literal, depart_literal))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
