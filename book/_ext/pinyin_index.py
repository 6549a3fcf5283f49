"""The Chinese index in the order of pinyin, under the letters A to Z, as in a Chinese dictionary.

Sphinx sorts by code point and opens a group for each first character, which no reader can look up. GB 2312 lists its
3,755 common characters by pinyin, and Python has that coding: no table of readings is needed.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import groupby
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

LETTERS = "ABCDEFGHJKLMNOPQRSTWXYZ"  # no syllable begins with I, U or V
FIRST = "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"  # the first character of each letter
STARTS = [character.encode("gb2312") for character in FIRST]
LAST = "座".encode("gb2312")
# Words whose first character is listed under its other reading; on the right one that sounds as it does here.
READINGS = {"重建": "虫", "重计算": "虫", "重采样": "虫"}


def sound(term: str) -> bytes:
    """The term in a coding whose order is that of pinyin; what is not in it comes last."""
    for word, character in READINGS.items():
        term = term.replace(word, character + word[1:])
    return b"".join(each.encode("gb2312", "ignore") or b"\xff\xff" for each in term)


def letter(term: str) -> str:
    """The heading that a term stands under; the term itself opens it where no letter is known."""
    if term[0].isascii():
        return term[0].upper()
    code = sound(term)[:2]
    return LETTERS[bisect_right(STARTS, code) - 1] if STARTS[0] <= code <= LAST else term[0]


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
