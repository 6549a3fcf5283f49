#!/usr/bin/env python3
"""Every link to a place within a page leads to one that exists, and what the prose mentions can be made a link.

    python book/tools/links.py                which links lead nowhere?
    python book/tools/links.py --mentions     which figures, equations and exercises are named without a link?

Links are those of the prose, of captions, and of the pictures in `_assets`. Which ids a page has, `anchors.py` says.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import chain
from pathlib import Path

from anchors import EQUATION, SECTION, Anchor, page_anchors
from html_text import HtmlText
from markup import Block, Markup, parse
from nbformat import NotebookNode
from pages import BOOK, EDITIONS, Page, captions, load_edition
from structure import is_external

PICTURES = "_assets/*.svg"  # put into pages as they are: their links are the pages' own
# What a sentence says instead of a link. An exercise is always written with a leading zero, an equation of the book
# with its chapter's number; (1) and “the paper's Equation 1” are others'.
MENTIONS = {
    "figure": r"\b(?:Figures?|Fig\.) \d+(?!\d)|图 ?\d+(?![\d.])",
    "equation": r"(?:\b(?:Equations?|Eq\.) |公式 ?|(?<=and )|(?<=[和、]))\((\d+\.\d+)\)",
    "exercise": r"(?:\b[Ee]xercises? |练习 ?)?(?<![\d.])(0\d\.\d+)(?!\d)",
}


def problems(book: Path = BOOK) -> list[str]:
    """Checks the links of both editions, and that no two places of a page have one id.

    Args:
        book: The folder that holds `en`, `zh` and, if there are pictures with links, `_assets`.

    Returns:
        A message for each link that leads nowhere: where it stands, what it says, which id it may mean.
    """
    found: list[str] = []
    for edition in EDITIONS:
        pages = load_edition(book, edition)
        ids = {page.stem: page_anchors(page.path) for page in pages.values()}
        for page in pages.values():
            found += double_ids(page, ids[page.stem])
            for cell in page.cells:
                targets = chain.from_iterable(markup.links for markup in prose(cell))
                found += (f"{page.where(cell)}: {fault}" for fault in _faults(targets, page.stem, ids))
        for path in sorted(book.glob(PICTURES)):
            targets = HtmlText(path.read_text("utf8")).links
            where = f"book/{path.relative_to(book)} in book/{edition}"
            found += (f"{where}: {fault}" for fault in _faults(targets, "index", ids))
    return found


def prose(cell: NotebookNode) -> list[Markup]:
    """What a cell says to the reader: its Markdown, or its caption and alt text."""
    texts = [cell.source] if cell.cell_type == "markdown" else captions(cell).values()
    return [parse(text) for text in texts]


def double_ids(page: Page, anchors: list[Anchor]) -> Iterator[str]:
    """Names the ids that two places of a page share: a link would lead to the first."""
    for each, count in Counter(anchor.id for anchor in anchors).items():
        if count > 1:
            yield f"{page.where()}: {count} places have the id {each}: rename a cell or a figure"


def _faults(targets: Iterator[str] | list[str], stem: str, ids: dict[str, list[Anchor]]) -> Iterator[str]:
    """Says of each link to a place within a page whether the place is missing.

    Args:
        targets: What the links say, such as `05_encoder.ipynb#recap`.
        stem: The page that they stand on.
        ids: The anchors of every page, by the page's stem.
    """
    for target in targets:
        path, hash_, fragment = target.partition("#")
        if not hash_ or is_external(target):
            continue
        anchors = ids.get(Path(path).stem if path else stem)
        if anchors is None:
            yield f"link to {target}, but there is no page {path}: correct the link"
        elif fragment not in {anchor.id for anchor in anchors}:
            yield f"link to {target}, but that page has no place {fragment}: {_suggestion(fragment, anchors)}"


def _suggestion(fragment: str, anchors: list[Anchor]) -> str:
    now = [anchor.id for anchor in anchors if fragment in anchor.others]
    near = now or get_close_matches(fragment, [anchor.id for anchor in anchors], n=1)
    return f"write #{near[0]}" if near else "name the cell in which the heading stands"


def mentions(book: Path = BOOK) -> list[str]:
    """Lists what the prose names without a link, and the link that it could be.

    A heading is no mention, nor is the text of a link.
    """
    found = []
    for edition in EDITIONS:
        pages = load_edition(book, edition)
        places = {
            name: (page.name, anchor.id)
            for page in pages.values()
            if page.is_notebook
            for anchor in page_anchors(page.path)
            for name in names(anchor)
        }
        for page in pages.values():
            for cell in page.cells:
                for text, number in bare_mentions(chain.from_iterable(each.blocks for each in prose(cell))):
                    name, place = places.get(number, ("", ""))
                    link = f"[{text}]({'' if name == page.name else name}#{place})"
                    found.append(f"{page.where(cell)}: “{text}” is no link: write {link if place else 'one'}")
    return found


def names(anchor: Anchor) -> list[str]:
    """The numbers by which the prose calls a place: an equation's (3.2), an exercise's 03.1."""
    if anchor.kind == EQUATION:
        return anchor.label.split()
    return re.findall(r"(?<![\d.])0\d\.\d+", anchor.label) if anchor.kind == SECTION else []


def bare_mentions(blocks: Iterator[Block] | list[Block]) -> Iterator[tuple[str, str]]:
    """Yields each mention that is no link, as it is written, and the number in it."""
    for block in blocks:
        text = "".join(piece.text if piece.kind == "text" else "\0" for piece in block.pieces)
        for pattern in MENTIONS.values() if not block.level else ():
            for match in re.finditer(pattern, text):
                yield match[0], next(filter(None, match.groups()), "")


def main(arguments: list[str]) -> int:
    """Prints what is wrong, or with `--mentions` what could be a link; fails if anything is wrong."""
    found = mentions() if "--mentions" in arguments else problems()
    print("\n".join([*found, f"{len(found)} found"]))
    return bool(found) and "--mentions" not in arguments


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
