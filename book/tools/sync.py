"""Keeps the Chinese edition in step with the English one.

`make sync` (this program) executes the English notebooks and carries their code, tags, outputs and execution
counts to the Chinese ones. It never touches a translation: Chinese Markdown, captions and alt texts are kept
by cell id. Each remembers which English text it was made from, so that an edit of the English makes it stale
and a test says so. When the translation is up to date again, say so with `make translated CELLS=…`.

    python book/tools/sync.py                                   execute all, then carry over
    python book/tools/sync.py 01_patches --jobs 2               only these notebooks, two at a time
    python book/tools/sync.py --no-execute                      only carry over
    python book/tools/sync.py --translated 01_patches/goal      this cell's translation is up to date
    python book/tools/sync.py --translated 01_patches index.md  … all of a notebook's, and a page's
    python book/tools/sync.py --translated all                  … everything
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import sys
import tempfile
from pathlib import Path

import nbformat
import yaml
from execute import SECONDS_A_CELL, run_all
from nbformat import NotebookNode
from pages import (
    BOOK,
    CHINESE,
    ENGLISH,
    Page,
    caption_places,
    captions,
    digest,
    front_matter,
    page_pairs,
    translatable,
)
from verdict_language import in_chinese


def write(path: Path, text: str) -> bool:
    """Replaces a file in one step, so that nobody ever reads half of it.

    Returns:
        Whether anything changed.
    """
    if path.exists() and path.read_text("utf8") == text:
        return False
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf8", dir=path.parent, suffix=".tmp", delete=False
    ) as file:
        file.write(text)
    temporary = Path(file.name)
    temporary.chmod(path.stat().st_mode if path.exists() else 0o644)
    temporary.replace(path)
    return True


def write_notebook(path: Path, notebook: NotebookNode) -> bool:
    """Writes a notebook as JSON with an indent of 1 and a final newline, if that changes the file."""
    nbformat.validate(notebook)
    return write(path, nbformat.writes(notebook).rstrip("\n") + "\n")


def carry_over(english: NotebookNode, chinese: NotebookNode | None) -> tuple[NotebookNode, list[str]]:
    """Makes the Chinese notebook from the English one and the translations that exist.

    Args:
        english: The executed English notebook.
        chinese: The Chinese notebook so far, or None if there is none yet.

    Returns:
        The new Chinese notebook, and the ids of cells that are gone from the English one.
    """
    old = {(cell.cell_type, cell.id): cell for cell in (chinese.cells if chinese else [])}
    result = copy.deepcopy(english)
    result.cells = [in_chinese(cell) if cell.cell_type == "code" else cell for cell in result.cells]
    for cell in result.cells:
        translate(cell, old.pop((cell.cell_type, cell.id), None))
    return result, [cell_id for _, cell_id in old]


def translate(cell: NotebookNode, translated: NotebookNode | None) -> None:
    """Puts an existing translation into a copy of an English cell, or marks that there is none yet."""
    if not translatable(cell):
        return
    known = translated is not None and bool(translatable(translated))
    record = translated.metadata.get("translation", {"source": ""}) if known else {"source": ""}
    cell.metadata["translation"] = record
    if not known:
        return
    if cell.cell_type == "markdown":
        cell.source = translated.source
        return
    kept = captions(translated)
    for name, (part, key) in caption_places(cell).items():
        if key in part and name in kept:
            part[key] = kept[name]


def synchronise(book: Path, names: list[str], jobs: int, timeout: float, execute: bool) -> list[str]:
    """Executes English notebooks and carries them over.

    Args:
        book: The folder that holds `en` and `zh`.
        names: Notebooks to limit it to (`01_patches`); all if empty.
        jobs: How many notebooks run side by side.
        timeout: Seconds that one cell may take.
        execute: Whether to run them; otherwise they are only carried over.

    Returns:
        A message for each notebook that failed; nothing was written for these.
    """
    wanted = {Path(name).stem for name in names}
    paths = [path for path in sorted((book / ENGLISH).glob("*.ipynb")) if not wanted or path.stem in wanted]
    unknown = sorted(wanted - {path.stem for path in paths})
    failed = [f"book/{ENGLISH}/{stem}.ipynb: there is no such notebook" for stem in unknown]
    if execute:
        done, errors = asyncio.run(run_all(paths, jobs, timeout))
        failed += errors
    else:
        done = {path: nbformat.read(path, as_version=4) for path in paths}
    for path in sorted(done):
        if execute:
            _report(path, write_notebook(path, done[path]))
        _carry_over_file(done[path], book / CHINESE / path.name)
    return failed


def _carry_over_file(english: NotebookNode, path: Path) -> None:
    chinese = nbformat.read(path, as_version=4) if path.exists() else None
    result, dropped = carry_over(english, chinese)
    if dropped:
        print(f"{path}: dropped, gone from the English edition (git has the text): {', '.join(dropped)}")
    _report(path, write_notebook(path, result))


def _report(path: Path, changed: bool) -> None:
    print(f"{path}: {'written' if changed else 'unchanged'}")


def mark_translated(book: Path, addresses: list[str]) -> list[str]:
    """Records that Chinese cells translate the English text as it is now.

    Args:
        book: The folder that holds `en` and `zh`.
        addresses: `01_patches/goal`, `01_patches`, `index.md` or `all`.

    Returns:
        A message for each address that names nothing.
    """
    unknown = set(addresses) - {"all"}
    for english, chinese in page_pairs(book):
        sources = {cell.id: translatable(cell) for cell in english.cells}
        marked = []
        for cell in chinese.cells:
            names = {"all", chinese.address(), chinese.name, chinese.address(cell)}
            if names & set(addresses) and sources.get(cell.id):
                cell.metadata["translation"] = {"source": digest(sources[cell.id])}
                marked.append(cell.id)
                unknown -= names
        if marked:
            _report(chinese.path, _save(chinese))
    return [f"{address}: no such page or cell, or nothing in it to translate" for address in sorted(unknown)]


def _save(page: Page) -> bool:
    if page.is_notebook:
        notebook = nbformat.read(page.path, as_version=4)
        notebook.cells = page.cells
        return write_notebook(page.path, notebook)
    head, body = front_matter(page.cells[0].source)
    head["translation"] = dict(page.cells[0].metadata["translation"])
    front = yaml.safe_dump(head, allow_unicode=True, sort_keys=False)
    return write(page.path, f"---\n{front}---\n{body}")


def main(arguments: list[str] | None = None) -> int:
    """The command line; see the top of this file."""
    parser = argparse.ArgumentParser(
        description="Carries the English edition's code and outputs to the Chinese one."
    )
    parser.add_argument(
        "names", nargs="*", help="notebooks to limit it to, as 01_patches; all if none is given"
    )
    parser.add_argument("--no-execute", action="store_true", help="carry over the outputs that are stored")
    parser.add_argument("--jobs", type=int, default=1, help="notebooks to run side by side")
    parser.add_argument(
        "--timeout", type=float, default=SECONDS_A_CELL, help="seconds that one cell may take"
    )
    parser.add_argument(
        "--translated", nargs="+", metavar="CELL", help="translations that are up to date now"
    )
    parser.add_argument("--book", type=Path, default=BOOK, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.translated:
        failed = mark_translated(options.book, options.translated)
    else:
        failed = synchronise(
            options.book, options.names, options.jobs, options.timeout, not options.no_execute
        )
    for message in failed:
        print(f"error: {message}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
