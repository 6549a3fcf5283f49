"""Prints each edition of the built site as one PDF: `make pdf`.

    python book/tools/pdf.py [en] [zh]

Result: `_build/html/<edition>/vit-patch-by-patch-<edition>.pdf`. Chromium prints twice: the first time tells on which
page everything stands, the second time the table of contents and the links between chapters say so.
"""

from __future__ import annotations

import sys
import tempfile
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import pikepdf
from build import ROOT, read_yaml
from chromium import BROWSER_FLAGS, NOT_FOUND, find_chromium
from downloads import file_name, link_downloads
from pdf_text import finish
from playwright.sync_api import Page as Tab
from playwright.sync_api import sync_playwright
from printed_book import document

PASSES = 6  # three are usual
READY = """async () => {
  if (window.MathJax?.startup?.promise) await MathJax.startup.promise;
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
}"""
# A number is as wide as its digits are many, whichever they are, so that it moves no line when it changes.
FILL = """(marks) => document.querySelectorAll("[data-page-of]").forEach((mark) => {
  const [page, digits] = marks[mark.dataset.pageOf] ?? [];
  if (page === undefined) return;
  mark.textContent = page;
  mark.style.minWidth = digits + "ch";
})"""


def page_numbers(pdf: bytes) -> dict[str, int]:
    """The page, from 1, of each place that a link leads to."""
    with pikepdf.open(BytesIO(pdf)) as book:
        sheets = {page.obj.objgen: number for number, page in enumerate(book.pages, 1)}
        places = book.Root.get("/Dests", {}).items()
        return {unquote(name.removeprefix("/")): sheets[place[0].objgen] for name, place in places}


def print_numbered(tab: Tab, address: str) -> bytes:
    """Print until the page numbers that stand in the document are true.

    Each printing begins with the document loaded anew: in a document printed before, Chromium breaks pages elsewhere,
    though nothing in it has changed. It comes to an end since a number's room only grows: as soon as none needs more,
    the next printing breaks the same pages.

    Raises:
        RuntimeError: it does not come to an end.
    """
    known: dict[str, int] = {}
    digits: dict[str, int] = {}
    for _ in range(PASSES):
        tab.goto(address, wait_until="load")
        tab.evaluate(READY)
        tab.evaluate(FILL, {name: [page, digits[name]] for name, page in known.items()})
        pdf = tab.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
        found = page_numbers(pdf)
        if found == known:
            return pdf
        known = found
        digits = {name: max(digits.get(name, 0), len(str(page))) for name, page in found.items()}
    raise RuntimeError(f"the page numbers still change after {PASSES} passes")


def print_edition(folder: Path, names: list[str], edition: str, author: str) -> bytes:
    """An edition as a PDF.

    Args:
        folder: its built pages, such as `_build/html/en`.
        names: the pages in order; the first is the front page.
        edition: `en` or `zh`.
        author: as the title page names it.
    """
    chromium = find_chromium()
    if not chromium:
        raise SystemExit(NOT_FOUND)
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        joined = Path(work) / "book.html"
        joined.write_text(document(folder, names, edition, folder.resolve().as_uri(), author), "utf8")
        browser = playwright.chromium.launch(
            executable_path=chromium, args=[*BROWSER_FLAGS, "--allow-file-access-from-files"]
        )
        tab = browser.new_page(color_scheme="light")
        tab.set_default_timeout(300_000)
        pdf = print_numbered(tab, joined.as_uri())
        browser.close()
    return finish(pdf, author)


def main() -> int:
    """Print the editions named on the command line, or all."""
    config, toc = read_yaml("_config.yml"), read_yaml("_toc.yml")
    names = [Path(toc["root"]).name, *(Path(chapter["file"]).name for chapter in toc["chapters"])]
    for edition in sys.argv[1:] or config["editions"]:
        folder = ROOT / "_build" / "html" / edition
        author = config["editions"][edition].get("config", {}).get("author", config["author"])
        target = folder / file_name(edition, "pdf")
        target.write_bytes(print_edition(folder, names, edition, author))
        link_downloads(folder, edition)
        print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
