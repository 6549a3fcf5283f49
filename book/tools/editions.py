"""The two editions hold the same book: the same pages, cells, code and outputs, and a current translation.

Every function returns problems: messages that name the file, the cell, what differs and what to do.
What stands inside the prose (headings, formulas, links, numbers, exercises) is compared in `structure.py`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structure
from markup import parse
from nbformat import NotebookNode
from pages import (
    BOOK,
    CHINESE,
    ENGLISH,
    Page,
    caption_places,
    captions,
    digest,
    load_edition,
    page_pairs,
    translatable,
    translated_from,
)
from typography import HAN, load_terms
from verdict_language import in_chinese

SYNC = "run `make sync`"
SENTENCE = 4  # so many lower-case English words, without Chinese, are a sentence that nobody translated


def problems(book: Path = BOOK) -> list[str]:
    """Compares the two editions.

    Args:
        book: The folder that holds `en` and `zh`.

    Returns:
        All problems; none if the editions agree.
    """
    found = [*page_list_problems(book)]
    for english, chinese in page_pairs(book):
        cells = [*cell_list_problems(english, chinese)]
        found += cells
        if not cells:
            found += code_problems(english, chinese)
            found += translation_problems(english, chinese)
            found += structure.problems(english, chinese)
    return found


def page_list_problems(book: Path) -> Iterator[str]:
    """Names the pages that only one edition has."""
    english, chinese = (load_edition(book, edition).keys() for edition in (ENGLISH, CHINESE))
    for name in sorted(english - chinese):
        how = SYNC if name.endswith(".ipynb") else f"copy book/{ENGLISH}/{name} there"
        yield f"book/{CHINESE}/{name}: missing: {how} and translate it"
    for name in sorted(chinese - english):
        yield f"book/{CHINESE}/{name}: there is no English page of that name: remove it, or rename it"


def cell_list_problems(english: Page, chinese: Page) -> Iterator[str]:
    """Compares ids, order and types of the cells."""
    ours, theirs = ([(cell.id, cell.cell_type) for cell in page.cells] for page in (english, chinese))
    for cell_id, kind in theirs:
        if (cell_id, kind) not in ours:
            yield f"{chinese.where()}, cell {cell_id}: no such {kind} cell in {english.where()}: {SYNC}"
    for cell_id, kind in ours:
        if (cell_id, kind) not in theirs:
            yield f"{chinese.where()}, cell {cell_id}: this {kind} cell is missing: {SYNC}"
    if ours != theirs and sorted(ours) == sorted(theirs):
        first = next(a[0] for a, b in zip(ours, theirs, strict=True) if a != b)
        yield f"{chinese.where()}, cell {first}: the cells stand in another order than in English: {SYNC}"


def code_problems(english: Page, chinese: Page) -> Iterator[str]:
    """Compares the code cells: source, tags and other metadata, outputs and counts are identical, verdicts aside."""
    if english.metadata != chinese.metadata:
        yield f"{chinese.where()}: the notebook's metadata differ from the English ones: {SYNC}"
    for ours, theirs in zip(english.code_cells(), chinese.code_cells(), strict=True):
        wanted = in_chinese(ours)
        for key in ("source", "outputs", "execution_count"):
            if wanted[key] != theirs[key]:
                yield f"{chinese.where(theirs)}: {key} differs from the English cell's: {SYNC}"
        if ours.metadata.get("tags") != theirs.metadata.get("tags"):
            yield f"{chinese.where(theirs)}: the tags differ from the English cell's: {SYNC}"
        elif _common_metadata(ours) != _common_metadata(theirs):
            yield f"{chinese.where(theirs)}: the metadata differ, captions aside, from the English cell's: {SYNC}"
        if captions(ours).keys() != captions(theirs).keys():
            yield f"{chinese.where(theirs)}: caption, alt text or label in one edition only: {SYNC} and translate it"


def _common_metadata(cell: NotebookNode) -> dict[str, Any]:
    """A code cell's metadata without what is translated."""
    cell = copy.deepcopy(cell)
    for part, key in caption_places(cell).values():
        part.pop(key, None)
    cell.metadata.pop("translation", None)
    return dict(cell.metadata)


def translation_problems(english: Page, chinese: Page) -> Iterator[str]:
    """Names the cells whose translation is missing or was made from an older English text."""
    for ours, theirs in zip(english.cells, chinese.cells, strict=True):
        source = translatable(ours)
        if "translation" in ours.metadata:
            yield f"{english.where(ours)}: an English cell has no `translation` metadata: remove it, then {SYNC}"
        if not source:
            continue
        done = f'make translated CELLS="{chinese.address(theirs)}"'
        recorded = translated_from(theirs)
        if remaining := untranslated(theirs):
            yield f"{chinese.where(theirs)}: still in English: “{remaining}”: translate it, then `{done}`"
        elif not recorded:
            yield f"{chinese.where(theirs)}: not marked as translated: read it beside the English, then `{done}`"
        elif recorded != digest(source):
            yield (
                f"{chinese.where(theirs)}: stale, the English text has changed since it was translated: "
                f"compare it with {english.where(ours)}, then `{done}`"
            )


def untranslated(cell: NotebookNode) -> str:
    """The first stretch of a Chinese cell that is still English, or an empty string.

    Names that stay English in Chinese (Transformer, softmax …) are not counted, nor are the labels of links (titles
    of papers). What remains must hold Chinese somewhere in the cell, and no paragraph may be an English sentence.
    """
    texts = [cell.source] if cell.cell_type == "markdown" else list(captions(cell).values())
    paragraphs = []
    for block in (block for text in texts for block in parse(text).blocks):
        paragraphs.append("".join(piece.text if piece.kind == "text" else " " for piece in block.pieces))
    for text in (_without_english_terms(paragraph) for paragraph in paragraphs):
        if not re.search(HAN, text) and len(re.findall(r"\b[a-z]{2,}", text)) >= SENTENCE:
            return " ".join(text.split())[:60]
    everything = _without_english_terms(" ".join(paragraphs))
    if not re.search(HAN, everything) and re.search(r"[A-Za-z]{2,}", everything):
        return " ".join(everything.split())[:60]
    return ""


def _without_english_terms(text: str) -> str:
    names = [term["en"] for term in load_terms() if term["en"] == term["zh"]]
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(name)}\b(?:-[\w/]+)?", " ", text)
    return text
