"""The ids that deep links lead to: the same in both editions, and unmoved by what is added elsewhere on the page.

In a notebook they come from the ids of the cells, which both editions share: a heading has the id of its cell, an
equation with a number that of its cell after `eq-`, and a second one in the same cell ends in `-2`. A figure has the
name that its cell gives it. A `.md` page has no cells: there a heading has the slug of the English heading at the
same place, and a term of the glossary that of the English term.

The site is built with these ids (book/_ext/anchors.py), and links are checked against them (links.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import nbformat
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

PARSER = (
    MarkdownIt("commonmark")
    .enable("table")
    .use(front_matter_plugin)
    .use(dollarmath_plugin, double_inline=True)
)
SECTION, EQUATION, FIGURE, TERM = "section", "equation", "figure", "term"
TAG = re.compile(r"\\tag\{(.*?)\}")
SOURCE_EDITION = "en"


@dataclass(frozen=True)
class Anchor:
    """A place that a link can lead to.

    Attributes:
        kind: `section`, `equation`, `figure` or `term`.
        id: What stands after the `#`.
        label: What the page calls the place: its heading, the equation's number, the figure's name, the term.
        others: Further ids of the same place: the slug of a section's English heading, which was its id before, so
            that older links still work; the further English terms of one entry of the glossary.
    """

    kind: str
    id: str
    label: str
    others: tuple[str, ...] = ()


def page_anchors(path: Path) -> list[Anchor]:
    """Lists the anchors of a notebook or a `.md` page, in the order of the page.

    Args:
        path: The page, as in `book/zh/01_patches.ipynb`. The English page of that name, which gives the Chinese one
            its slugs, lies in the folder `en` beside the page's own.
    """
    twin = path.parent.with_name(SOURCE_EDITION) / path.name
    ours, english = _read(path), _read(twin if twin.is_file() else path)
    if path.suffix == ".ipynb":
        others = {anchor.id: anchor.others for anchor in english}
        return [replace(anchor, others=others.get(anchor.id, ())) for anchor in ours]
    # By position. Where one edition is ahead of the other, the rest keeps what it has; editions.py says where.
    twins = {kind: iter([anchor for anchor in english if anchor.kind == kind]) for kind in (SECTION, TERM)}
    return [replace(next(twins[own.kind], own), label=own.label) for own in ours if own.kind in twins]


def _read(path: Path) -> list[Anchor]:
    """The anchors of a page by its own text alone."""
    return list(_read_version(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=256)
def _read_version(path: Path, modified: int) -> tuple[Anchor, ...]:
    if path.suffix == ".ipynb":
        return tuple(_notebook_anchors(path))
    return tuple(_numbered(_markdown_anchors(PARSER.parse(path.read_text("utf8")))))


def _notebook_anchors(path: Path) -> Iterator[Anchor]:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            found = [anchor for anchor in _markdown_anchors(PARSER.parse(cell.source)) if anchor.kind != TERM]
            named = (replace(anchor, id=_cell_id(anchor, cell.id)) for anchor in found)
            yield from _numbered(named)
        elif name := cell.metadata.get("mystnb", {}).get("figure", {}).get("name"):
            yield Anchor(FIGURE, slug(name), name)


def _cell_id(anchor: Anchor, cell_id: str) -> str:
    return cell_id if anchor.kind == SECTION else f"eq-{cell_id}"


def _numbered(anchors: Iterable[Anchor]) -> Iterator[Anchor]:
    """Makes ids unique: the second of the same id ends in `-2`."""
    seen: dict[str, int] = {}
    for anchor in anchors:
        count = seen[anchor.id] = seen.get(anchor.id, 0) + 1
        yield anchor if count == 1 else replace(anchor, id=f"{anchor.id}-{count}")


def _markdown_anchors(tokens: list[Token]) -> Iterator[Anchor]:
    """Headings, equations with a number, terms of a glossary; what stands inside a list or a quotation is no heading."""
    for i, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0:
            text = _text(tokens[i + 1])
            yield Anchor(SECTION, slug(text), text, (slug(text),))
        elif token.type == "math_block":
            yield from _equation(token.content)
        elif token.type == "inline":
            for child in token.children or []:
                yield from _equation(child.content if child.type == "math_inline_double" else "")
        elif token.type == "fence" and token.info.strip() == "{glossary}":
            yield from map(_term, re.findall(r"(?:^\S.*\n)+", token.content, re.MULTILINE))


def _equation(formula: str) -> Iterator[Anchor]:
    if numbers := TAG.findall(formula):
        yield Anchor(EQUATION, f"eq-{slug(numbers[0])}", " ".join(numbers))


def _term(lines: str) -> Anchor:
    """An entry of the glossary; each line is a term, all with one explanation."""
    ids = [f"term-{slug(term, lower=False)}" for term in lines.splitlines()]
    return Anchor(TERM, ids[0], ", ".join(lines.splitlines()), tuple(ids[1:]))


def _text(inline: Token) -> str:
    """A heading as it is read, without its markup; formulas as they are written."""
    return "".join(child.content for child in inline.children or [])


def slug(text: str, *, lower: bool = True) -> str:
    """A text's ASCII letters and digits, joined by hyphens, from the first letter on; Sphinx has the same rule."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9]+", "-", plain.lower() if lower else plain)
    return re.sub(r"^[-0-9]+|-+$", "", words)
