"""Pages of the two editions, read from disk: what every other check in this folder works on.

A notebook is a page with many cells; a `.md` page is a page with one Markdown cell, whose metadata is the
page's front matter. So one function can compare, count or proofread both kinds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbformat import NotebookNode

BOOK = Path(__file__).resolve().parents[1]
ENGLISH, CHINESE = "en", "zh"
EDITIONS = (ENGLISH, CHINESE)


@dataclass(frozen=True)
class Page:
    """One page of one edition.

    Attributes:
        path: The file, as in `book/en/01_patches.ipynb`.
        cells: Its cells; for a `.md` page a single Markdown cell whose id is empty.
        metadata: The notebook's own metadata; empty for a `.md` page.
    """

    path: Path
    cells: list[NotebookNode]
    metadata: dict[str, Any]

    @property
    def name(self) -> str:
        """The file's name, the same in both editions: `01_patches.ipynb`."""
        return self.path.name

    @property
    def stem(self) -> str:
        """The name without its ending: `01_patches`."""
        return self.path.stem

    @property
    def edition(self) -> str:
        """`en` or `zh`: the folder that the file lies in."""
        return self.path.parent.name

    @property
    def is_notebook(self) -> bool:
        """Whether the page has code cells that can run."""
        return self.path.suffix == ".ipynb"

    def where(self, cell: NotebookNode | None = None) -> str:
        """How a message names this page, or one of its cells: `book/en/01_patches.ipynb, cell patch-grid`."""
        file = "/".join(self.path.parts[-3:])
        return f"{file}, cell {cell.id}" if cell is not None and cell.id else file

    def address(self, cell: NotebookNode | None = None) -> str:
        """What `make translated CELLS=…` calls this page or cell: `01_patches/patch-grid`, `index.md`."""
        stem = self.stem if self.is_notebook else self.name
        return f"{stem}/{cell.id}" if cell is not None and cell.id else stem

    def markdown_cells(self) -> list[NotebookNode]:
        """The cells that hold prose."""
        return [cell for cell in self.cells if cell.cell_type == "markdown"]

    def code_cells(self) -> list[NotebookNode]:
        """The cells that hold code."""
        return [cell for cell in self.cells if cell.cell_type == "code"]


def load(path: Path) -> Page:
    """Reads a notebook or a `.md` page."""
    if path.suffix == ".ipynb":
        notebook = nbformat.read(path, as_version=4)
        return Page(path, list(notebook.cells), dict(notebook.metadata))
    text = path.read_text("utf8")
    cell = nbformat.from_dict(
        {"cell_type": "markdown", "id": "", "source": text, "metadata": front_matter(text)[0]}
    )
    return Page(path, [cell], {})


def load_edition(book: Path, edition: str) -> dict[str, Page]:
    """Reads every page of an edition.

    Args:
        book: The folder that holds `en` and `zh`.
        edition: `en` or `zh`.

    Returns:
        File name → page, in the order of the names.
    """
    files = (path for path in (book / edition).iterdir() if path.suffix in {".ipynb", ".md"})
    return {path.name: load(path) for path in sorted(files)}


def page_pairs(book: Path) -> Iterator[tuple[Page, Page]]:
    """Yields (English page, Chinese page) for every page that both editions have."""
    english, chinese = (load_edition(book, edition) for edition in EDITIONS)
    for name in sorted(english.keys() & chinese.keys()):
        yield english[name], chinese[name]


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Splits a `.md` page into its YAML front matter (`{}` if there is none) and the rest."""
    if text.startswith("---\n") and "\n---\n" in text[4:]:
        head, body = text[4:].split("\n---\n", 1)
        return yaml.safe_load(head) or {}, body
    return {}, text


def caption_places(cell: NotebookNode) -> dict[str, tuple[dict[str, Any], str]]:
    """Where a code cell's metadata may hold what is translated: the dictionary and the key in it.

    `caption` is of its figure, `alt` of its picture, `label` says what is inside where its code is folded.
    """
    mystnb = cell.metadata.get("mystnb", {})
    return {
        "caption": (mystnb.get("figure", {}), "caption"),
        "alt": (mystnb.get("image", {}), "alt"),
        "label": (mystnb, "code_prompt_show"),
    }


def captions(cell: NotebookNode) -> dict[str, str]:
    """The strings of a code cell that are translated."""
    places = caption_places(cell).items()
    return {name: part[key] for name, (part, key) in places if part.get(key) is not None}


def translatable(cell: NotebookNode) -> str:
    """The English text that a translation is made from; empty where a cell has nothing to translate."""
    if cell.cell_type == "markdown":
        return str(cell.source)
    strings = captions(cell)
    return json.dumps(strings, ensure_ascii=False, sort_keys=True) if strings else ""


def digest(text: str) -> str:
    """The first 12 hexadecimal digits of the text's SHA-256: enough to notice that it was edited."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def translated_from(cell: NotebookNode) -> str | None:
    """The digest of the English text that a Chinese cell translates: `""` not yet, `None` not recorded."""
    record = cell.metadata.get("translation")
    return str(record.get("source", "")) if isinstance(record, dict) else None


def text_outputs(cell: NotebookNode) -> list[tuple[str, str]]:
    """The outputs of a code cell that can be read as text.

    Returns:
        Pairs of a kind (`stdout`, `stderr`, `text/plain`, `text/html`) and its text; what a cell prints
        in several goes to one stream is joined.
    """
    found: list[tuple[str, str]] = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            if found and found[-1][0] == output.name:
                found[-1] = (output.name, found[-1][1] + output.text)
            else:
                found.append((output.name, output.text))
        for kind in ("text/plain", "text/html"):
            if kind in output.get("data", {}):
                found.append((kind, output.data[kind]))
    return found
