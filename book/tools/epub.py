"""Builds each edition as an EPUB with Sphinx's own builder: `make epub`.

    python book/tools/epub.py [en] [zh]

Result: `_build/html/<edition>/vit-patch-by-patch-<edition>.epub`. It needs no built site, but the browser, whose
MathJax turns formulas into MathML: readers of EPUB show that without a script.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import uuid
import zipfile
from pathlib import Path
from typing import Any

from build import ROOT, BuildError, read_yaml, write_yaml
from chromium import BROWSER_FLAGS, NOT_FOUND, find_chromium
from derive import edition_config, edition_toc
from epub_pages import Formula, features, fit_page, formulas
from playwright.sync_api import sync_playwright

TOOLS = Path(__file__).resolve().parent
MIMETYPE = "mimetype"    # EPUB wants this file first and uncompressed
OF_THE_SITE = ("_ext.language_switch", "_ext.own_assets", "_ext.search_index")
COVER = """<html lang="{language}"><style>{tokens}
  body {{ margin: 0; padding: 120px; box-sizing: border-box; height: 1600px; background: var(--book-paper); color: var(--book-ink); font: 44px var(--book-font); }}
  h1 {{ margin: 0 0 80px; font-size: 104px; line-height: 1.15; }}
  div {{ display: grid; grid-template-columns: repeat(7, 1fr); gap: 12px; margin-bottom: 80px; }}
  i {{ aspect-ratio: 1; background: var(--book-accent); }}
</style><h1>{title}</h1><div>{patches}</div>{author}</html>"""
CONVERT = "(all) => all.map(([tex, display]) => MathJax.tex2mml(tex, {display}))"


def epub_config(config: dict, edition: str, static: Path) -> dict:
    """The edition's `_config.yml` for Sphinx's EPUB builder.

    Args:
        config: the root's `_config.yml`.
        edition: a key of its `editions`.
        static: the folder with cover and style sheet.
    """
    derived = edition_config(config, edition, ROOT)
    for extension in OF_THE_SITE:
        del derived["sphinx"]["local_extensions"][extension]
    address = f"{config['repository']['url']}/{edition}"
    derived["sphinx"]["config"] |= {
        "project": derived["title"],
        "version": "1",
        "html_static_path": [str(static)],
        "html_css_files": [],
        "html_js_files": [],
        "epub_title": derived["title"],
        "epub_author": derived["author"],
        "epub_publisher": derived["author"],
        "epub_language": config["editions"][edition]["hreflang"],
        "epub_identifier": uuid.uuid5(uuid.NAMESPACE_URL, address).urn,
        "epub_uid": "book-id",
        "epub_scheme": "UUID",
        "epub_cover": ["_static/cover.png", "epub-cover.html"],
        "epub_css_files": ["epub.css"],
        "epub_tocscope": "includehidden",
        "epub_tocdepth": 2,
        "epub_show_urls": "no",
        "epub_use_index": False,
        "html_use_index": False,
        "epub_exclude_files": ["search.xhtml", "genindex.xhtml"],
    }
    return derived


class Drawer:
    """The browser, for the cover and the formulas."""

    def __init__(self, browser: Any) -> None:
        self.page = browser.new_page(viewport={"width": 1200, "height": 1600}, color_scheme="light")

    def cover(self, config: dict, language: str) -> bytes:
        """A PNG with the title over patches, read row by row from dark to light."""
        patches = "".join(f'<i style="opacity: {1 - each / 60:.2f}"></i>' for each in range(49))
        tokens = (ROOT / "book" / "_assets" / "styles" / "tokens.css").read_text("utf8")
        words = {"title": config["title"], "author": config["author"], "language": language}
        self.page.set_content(COVER.format(tokens=tokens, patches=patches, **words))
        return self.page.screenshot()

    def mathml(self, mathjax: Path, wanted: set[Formula]) -> dict[Formula, str]:
        """MathML of each formula."""
        self.page.set_content("<p></p>")
        self.page.add_script_tag(path=mathjax)
        self.page.evaluate("() => MathJax.startup.promise")
        order = sorted(wanted)
        return dict(zip(order, self.page.evaluate(CONVERT, [list(each) for each in order]), strict=True))


def run_sphinx(edition: str, config: dict, work: Path) -> Path:
    """Build with Jupyter Book's command and Sphinx's EPUB builder; the file that it wrote.

    Raises:
        BuildError: it failed.
    """
    write_yaml(work / "_config.yml", config)
    write_yaml(work / "_toc.yml", edition_toc(read_yaml("_toc.yml")))
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(ROOT / "book" / edition)]
    command += ["--config", str(work / "_config.yml"), "--toc", str(work / "_toc.yml"), "--path-output", str(work)]
    command += ["--builder", "custom", "--custom-builder", "epub"]
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode != 0:
        raise BuildError(f"{run.stdout}\nThe {edition} edition failed: see the log above.")
    return next((work / "_build" / "epub").glob("*.epub"))


def declare(listing: str, pages: dict[str, str]) -> str:
    """The EPUB's list of files, where each page with formulas or drawings says so."""
    listing = re.sub(r'\s*<meta property="ibooks:[^>]*>[^<]*</meta>', "", listing)
    for name, page in pages.items():
        if features(page):
            item = rf'(<item [^>]*href="{re.escape(name)}")'
            listing = re.sub(item, rf'\1 properties="{features(page)}"', listing)
    return listing


def mend(source: Path, target: Path, drawer: Drawer, edition: str, settings: dict) -> None:
    """Write Sphinx's EPUB anew with its pages made fit for readers (`epub_pages.py`)."""
    with zipfile.ZipFile(source) as book:
        files = {name: book.read(name) for name in book.namelist()}
    pages = {name: text.decode() for name, text in files.items() if name.endswith(".xhtml") and name != "nav.xhtml"}
    language, identifier = settings["epub_language"], settings["epub_identifier"]
    mathjax = ROOT / "_build" / "html" / edition / "_static" / "mathjax" / "tex-chtml.js"
    mathml = drawer.mathml(mathjax, set().union(*map(formulas, pages.values())))
    fitted = {name: fit_page(page, set(files), mathml, edition, language) for name, page in pages.items()}
    files |= {name: page.encode() for name, page in fitted.items()}
    files["content.opf"] = declare(files["content.opf"].decode(), fitted).encode()
    files["toc.ncx"] = files["toc.ncx"].replace(b'content="book-id"', f'content="{identifier}"'.encode())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name in sorted(files, key=lambda name: name != MIMETYPE):
            book.writestr(name, files[name], zipfile.ZIP_STORED if name == MIMETYPE else None)


def main() -> int:
    """Build the editions named on the command line, or all."""
    chromium, config = find_chromium(), read_yaml("_config.yml")
    if not chromium:
        raise SystemExit(NOT_FOUND)
    with sync_playwright() as playwright:
        drawer = Drawer(playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS))
        for edition in sys.argv[1:] or config["editions"]:
            work = ROOT / "_build" / "epub" / edition
            shutil.rmtree(work, ignore_errors=True)
            (work / "static").mkdir(parents=True)
            derived = epub_config(config, edition, work / "static")
            language = config["editions"][edition]["hreflang"]
            (work / "static" / "cover.png").write_bytes(drawer.cover(derived, language))
            shutil.copy(TOOLS / "epub.css", work / "static")
            target = ROOT / "_build" / "html" / edition / f"vit-patch-by-patch-{edition}.epub"
            mend(run_sphinx(edition, derived, work), target, drawer, edition, derived["sphinx"]["config"])
            print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
