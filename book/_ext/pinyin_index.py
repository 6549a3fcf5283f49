"""The Chinese index in the order of pinyin, under the letters A to Z, as in a Chinese dictionary.

Sphinx sorts by code point and opens a group for each first character, which no reader can look up.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from tools.pinyin import letter, sound


def sort_index(app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Sort and group the entries of the index page anew."""
    if page != "genindex" or not app.config.language.startswith("zh"):
        return
    entries = [entry for _, group in context["genindexentries"] for entry in group]
    entries.sort(key=lambda entry: (letter(entry[0]), sound(entry[0].lower())))
    groups = [
        (heading, list(group)) for heading, group in groupby(entries, key=lambda entry: letter(entry[0]))
    ]
    context["genindexentries"] = groups
    context["genindexcounts"] = [sum(1 + len(entry[1][1]) for entry in group) for _, group in groups]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("html-page-context", sort_index)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
