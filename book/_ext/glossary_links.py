"""Leads from the first use of a term in a chapter to its entry in the glossary.

Only in the chapters' running text: headings, links, code, formulas, tables, captions and hints stay as they are. The
longest term wins, so that "attention" is not found in "attention map".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from tools.anchors import TERM, page_anchors

GLOSSARY = "glossary"
# Words that everybody knows, or that mean something else as often as not: 头 is a part of 开头.
ORDINARY = {
    f"term-{word}" for word in ("exercise", "hint", "solution", "head", "key", "value", "Colab", "PyTorch")
}
AROUND = (nodes.title, nodes.table, nodes.caption, nodes.legend, nodes.reference, nodes.literal, nodes.math)
ROWS = {"cell", "hints"}  # containers of code and what it prints, and of folds


def read_terms(page: Path) -> dict[str, str]:
    """What the glossary explains, in lower case and without what stands in brackets, and the id of its entry."""
    found = {}
    for anchor in page_anchors(page):
        if anchor.kind == TERM and anchor.id not in ORDINARY:
            for term in re.split("[（(]", anchor.label)[0].split(", "):
                found[term.strip().lower()] = anchor.id
    return found


def pattern(terms: dict[str, str]) -> re.Pattern[str]:
    """Finds a term, English ones also in the plural and as whole words; code's `_` and `.` make no word."""
    longest = sorted(terms, key=len, reverse=True)
    latin = "|".join(re.escape(term) for term in longest if term.isascii())
    other = "|".join(re.escape(term) for term in longest if not term.isascii())
    words = [rf"(?<![\w.-])({latin})(?:e?s)?(?![\w-])"] * bool(latin) + [f"({other})"] * bool(other)
    return re.compile("|".join(words), re.IGNORECASE | re.ASCII)


def running_text(document: nodes.document) -> Iterator[nodes.Text]:
    """The texts of paragraphs that may hold a link."""
    for paragraph in list(document.findall(nodes.paragraph)):
        for text in list(paragraph.findall(nodes.Text)):
            parents, node = [], text.parent
            while node is not None:
                parents.append(node)
                node = node.parent
            boxed = any(
                ROWS.intersection(each.get("classes", [])) for each in parents if each is not document
            )
            if not boxed and not any(isinstance(each, AROUND) for each in parents):
                yield text


def linked(
    text: str, terms: dict[str, str], found: re.Pattern[str], seen: set[str]
) -> Iterator[tuple[str, str]]:
    """Cuts a text into pieces, each with the id of the entry it leads to; empty where it leads nowhere."""
    last = 0
    for match in found.finditer(text):
        term = terms[next(filter(None, match.groups())).lower()]
        if term not in seen:
            seen.add(term)
            yield text[last : match.start()], ""
            yield match[0], term
            last = match.end()
    yield text[last:], ""


class GlossaryLinks(SphinxPostTransform):
    """Puts the links into a chapter."""

    default_priority = 400  # links and numbers stand where they will

    def run(self, **kwargs: Any) -> None:
        """Look at each text of a notebook's page, once the glossary says which terms there are."""
        page = Path(self.env.srcdir) / f"{GLOSSARY}.md"
        if Path(self.env.doc2path(self.env.docname)).suffix != ".ipynb" or not page.is_file():
            return
        terms, seen = read_terms(page), set()
        found = pattern(terms)
        address = self.app.builder.get_relative_uri(self.env.docname, GLOSSARY)
        for text in running_text(self.document):
            pieces = [piece for piece in linked(text.astext(), terms, found, seen) if piece[0]]
            if any(term for _, term in pieces):
                text.parent.replace(text, [link(*piece, address) for piece in pieces])


def link(text: str, term: str, address: str) -> nodes.Node:
    """A piece of text, linked if it is a term."""
    if not term:
        return nodes.Text(text)
    return nodes.reference("", text, internal=True, refuri=f"{address}#{term}", classes=["term"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_post_transform(GlossaryLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
