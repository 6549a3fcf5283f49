"""Every number of the prose stands in an output of the same notebook, or in `facts.yml` with its source.

Prose is all Markdown (formulas, tables and headings included, code left out) and the captions and alt texts of
figures. What counts as a number, and when two are the same, is said in `numerals.py`. A `.md` page has no
outputs: there a number may stand in an output of any notebook of that edition.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import numerals
import yaml
from html_text import HtmlText
from markup import Block, parse
from nbformat import NotebookNode
from numerals import Number
from pages import BOOK, EDITIONS, Page, captions, load_edition, text_outputs

FACTS = BOOK / "facts.yml"
FIELDS = ("value", "what", "source", "pages")


def load_facts(path: Path = FACTS) -> list[dict[str, Any]]:
    """Reads the cited numbers: entries with `value`, `what`, `source` and `pages`."""
    return list(yaml.safe_load(path.read_text("utf8")) or [])


def problems(book: Path = BOOK) -> list[str]:
    """Checks the prose of both editions.

    Args:
        book: The folder that holds `en`, `zh` and `facts.yml`.

    Returns:
        A message for each number that is neither printed nor sourced, and for each entry of `facts.yml` that
        is incomplete or not needed.
    """
    facts = load_facts(book / FACTS.name)
    found = [problem for fact in facts for problem in fact_problems(fact)]
    if found:
        return found
    used: set[tuple[str, str]] = set()
    for edition in EDITIONS:
        pages = load_edition(book, edition)
        everywhere = reduce(set.union, map(output_values, pages.values()), set())
        for page in pages.values():
            printed = output_values(page) if page.is_notebook else everywhere
            found += number_problems(page, printed | cited_values(facts, page.stem))
            used |= {(page.stem, value) for number in page_numbers(page) for value in number.values}
    return list(dict.fromkeys([*found, *unused_facts(facts, used)]))


def blocks(cell: NotebookNode) -> list[Block]:
    """The readable text of a cell: its Markdown, or its caption and alt text."""
    if cell.cell_type == "markdown":
        return parse(cell.source).blocks
    return [block for text in captions(cell).values() for block in parse(text).blocks]


def page_numbers(page: Page) -> Iterator[Number]:
    """All numbers of a page's prose."""
    for cell in page.cells:
        for block in blocks(cell):
            yield from numerals.in_block(block)


def output_values(page: Page) -> set[str]:
    """The values of all numbers that a notebook prints or displays as text or HTML."""
    values: set[str] = set()
    for cell in page.code_cells():
        for kind, text in text_outputs(cell):
            if text.startswith("<Figure size"):
                continue
            readable = " \n".join(HtmlText(text).texts) if kind == "text/html" else text
            values |= numerals.in_output(readable)
    return values


def number_problems(page: Page, known: set[str]) -> Iterator[str]:
    """Names the numbers of a page that are not among the known values."""
    for cell in page.cells:
        for block in blocks(cell):
            for number in numerals.in_block(block):
                if not number.values & known:
                    yield (
                        f"{page.where(cell)}: {number.text} in “{_around(block.text(), number.text)}” stands in no "
                        f"output of this {'notebook' if page.is_notebook else 'edition'}: print it in a cell, or "
                        f"add it with its source to book/{FACTS.name} (pages: [{page.stem}])"
                    )


def _around(text: str, number: str) -> str:
    """The part of a long paragraph that a number stands in."""
    place = max(text.find(number), 0)
    return " ".join(text[max(place - 40, 0) : place + len(number) + 30].split())


def cited_values(facts: list[dict[str, Any]], stem: str) -> set[str]:
    """The values that `facts.yml` allows on a page."""
    return {value for fact in facts if stem in fact["pages"] for value in fact_values(fact)}


def fact_values(fact: dict[str, Any]) -> set[str]:
    """The values that an entry stands for; `value: "98.13 / 77.91"` has two."""
    return {value for number in numerals.in_text(fact["value"]) for value in number.values}


def fact_problems(fact: dict[str, Any]) -> Iterator[str]:
    """Says what an entry of `facts.yml` lacks."""
    name = f"book/{FACTS.name}, value {fact.get('value')}"
    for key in FIELDS:
        if not fact.get(key):
            yield f"{name}: no `{key}`: each entry needs {', '.join(FIELDS)}"
    if not isinstance(fact.get("value", ""), str):
        yield f"{name}: put the value into quotation marks, so that YAML leaves its digits alone"
    elif fact.get("value") and not fact_values(fact):
        yield f"{name}: holds no number that the prose could quote: see book/tools/numerals.py for what counts"


def unused_facts(facts: list[dict[str, Any]], used: set[tuple[str, str]]) -> Iterator[str]:
    """Names entries that a page is said to use and does not.

    Args:
        facts: The entries.
        used: Pairs of a page's stem and a value that stands in its prose.
    """
    for fact in facts:
        for stem in fact["pages"]:
            if not any((stem, value) in used for value in fact_values(fact)):
                yield (
                    f"book/{FACTS.name}, value {fact['value']} ({fact['what']}): page {stem} does not use it: "
                    f"take {stem} out of its `pages`, or remove the entry"
                )
