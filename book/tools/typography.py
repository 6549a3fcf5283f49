"""Chinese as it is set in this book: punctuation, spaces, quotation marks and the one word for each term.

`problems` judges any Chinese text: a paragraph, a caption, a message of an exercise. `book_problems` judges all
pages of the book.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from markup import Block, Markup, parse
from pages import BOOK, CHINESE, Page, captions, load_edition

TERMS = BOOK / "terms.yml"

HAN = r"[\u3400-\u9fff]"
FULL = r"[，。、；：！？（）《》“”‘’]"
LATIN = r"[A-Za-z0-9\u0370-\u03ff\ue000]"
WORD = r"[A-Za-z][A-Za-z0-9-]*"
INLINE = "\ue000"  # stands for code and maths, which are spaced as Latin words are

RULES = (
    (rf"{HAN}[,;:!?]|[,;:!?] ?{HAN}", "write ，；：！？ beside Chinese (、 between the items of a list)"),
    (rf"{HAN}\.(?![A-Za-z0-9])|(?<!al)(?<!vs)(?<!etc)(?<!^\d)(?<!\.)\. ?{HAN}", "write 。 beside Chinese"),
    (rf"{HAN}\(|\){HAN}|\([^()]*{HAN}[^()]*\)", "write （） around Chinese and beside it"),
    (
        rf"{HAN} \({WORD}(?: {WORD})*\)|{LATIN} \({WORD}(?: {WORD})+\) ?{HAN}",
        "write （） in a Chinese sentence, without a space before it",
    ),
    (rf'"[^"\n]*{HAN}[^"\n]*"|{HAN}"(?={HAN})', "write “” around Chinese"),
    (rf"{HAN}{LATIN}|{LATIN}{HAN}", "put a space between Chinese and Latin letters, digits, code or maths"),
    (rf"[ \t]{FULL}|{FULL}[ \t]+(?=\S)", "no space before or after full-width punctuation"),
    (
        rf"(?:{HAN}|{FULL})\n(?:{HAN}|{FULL})",
        "keep a Chinese paragraph on one line: a line break shows as a space",
    ),
)
# An English page may quote Chinese, but its own punctuation is half-width.
ENGLISH_RULES = (
    (r"[A-Za-z0-9)][，。；：！？（）]|[，。；：！？（][A-Za-z0-9]", "write half-width punctuation"),
)


@cache
def load_terms(path: Path = TERMS) -> tuple[dict[str, Any], ...]:
    """Reads `terms.yml`: entries with `en`, `zh` and, for some, `avoid`."""
    return tuple(yaml.safe_load(path.read_text("utf8")))


def problems(text: str) -> list[str]:
    """Judges a Chinese text without markup; code may stand in backticks.

    Args:
        text: One or more lines. Lines without Chinese are left alone.

    Returns:
        A message for each fault, with the place and the way out.
    """
    plain = re.sub(r"`[^`\n]+`", INLINE, text)
    found = []
    for line in plain.splitlines():
        if re.search(HAN, line):
            found += [*_broken(RULES[:-1], line.strip()), *term_problems(line)]
    return found


def term_problems(text: str) -> Iterator[str]:
    """Names the renderings of a term that this book does not use."""
    for term in load_terms():
        for wrong in term.get("avoid", ()):
            if wrong in text:
                yield f"“{_around(text, text.find(wrong), len(wrong))}”: for {term['en']} write {term['zh']}, not {wrong}"


def block_problems(block: Block) -> Iterator[str]:
    """Judges a paragraph, heading or table cell of a Chinese page."""
    text = block.text(code=INLINE, math=INLINE).strip()
    if re.search(HAN, text):
        yield from _broken(RULES, text)
        yield from term_problems(text)
    if "**" in text:
        yield f"“{_around(text, text.find('**'), 2)}”: ** is shown as it stands: move punctuation out of the bold text"


def book_problems(book: Path = BOOK) -> list[str]:
    """Judges every page, caption and alt text of the Chinese edition, and the punctuation of the English one."""
    found = []
    for edition in ("en", CHINESE):
        for page in load_edition(book, edition).values():
            found += page_problems(page)
    return found


def page_problems(page: Page) -> Iterator[str]:
    """Judges one page; each message names the file and the cell."""
    for cell in page.cells:
        texts = [cell.source] if cell.cell_type == "markdown" else captions(cell).values()
        for markup in map(parse, texts):
            for problem in _chinese(markup) if page.edition == CHINESE else _english(markup):
                yield f"{page.where(cell)}: {problem}"


def _chinese(markup: Markup) -> Iterator[str]:
    for block in markup.blocks:
        yield from block_problems(block)
    for text in markup.texts:
        yield from problems(text)


def _english(markup: Markup) -> Iterator[str]:
    for block in markup.blocks:
        yield from _broken(ENGLISH_RULES, block.text(code=INLINE, math=INLINE))


def _broken(rules: tuple[tuple[str, str], ...], text: str) -> Iterator[str]:
    for pattern, remedy in rules:
        for match in re.finditer(pattern, text):
            yield f"“{_around(text, match.start(), len(match[0]))}”: {remedy}"


def _around(text: str, start: int, length: int) -> str:
    """The fault with a few characters on both sides, on one line."""
    return text[max(start - 12, 0) : start + length + 12].replace("\n", "⏎").replace(INLINE, "`…`")
