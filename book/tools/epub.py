"""Builds each edition as an EPUB with Sphinx's own builder: `make epub`.

    python book/tools/epub.py [en] [zh]

Result: `_build/html/<edition>/vit-patch-by-patch-<edition>.epub`. The built site's MathJax, in the browser,
turns formulas into MathML: readers of EPUB show that without a script.
"""

from __future__ import annotations

import re
import shutil
import sys
import uuid
import zipfile
from pathlib import Path

from build import ROOT, read_yaml, run_jupyter_book
from derive import edition_config
from downloads import file_name, link_downloads
from epub_drawing import Drawer, drawing
from epub_pages import features, fit_page, formulas

TOOLS = Path(__file__).resolve().parent
MIMETYPE = "mimetype"  # EPUB wants this file first and uncompressed
OF_THE_SITE = (
    "_ext.language_switch",
    "_ext.maths_fallback",  # MathML stands in the EPUB anyway
    "_ext.own_assets",
    "_ext.page_footer",
    "_ext.page_meta",
    "_ext.search_index",
    "_ext.without_script",
)


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
        "pygments_style": "a11y-high-contrast-light",  # as on the site
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


def declare(listing: str, pages: dict[str, str]) -> str:
    """The EPUB's list of files, where each page with formulas or drawings says so."""
    listing = re.sub(r'\s*<meta property="ibooks:[^>]*>[^<]*</meta>', "", listing)
    for name, page in pages.items():
        if features(page):
            item = rf'(<item [^>]*href="{re.escape(name)}")'
            listing = re.sub(item, rf'\1 properties="{features(page)}"', listing)
    return listing


def mathjax(site: Path, edition: str) -> Path:
    """The built site's MathJax: the edition's own, or the one that the editions share (`shared_files.py`)."""
    file = Path("_static") / "mathjax" / "startup.js"
    own = site / edition / file
    return own if own.is_file() else site / file


def mend(source: Path, target: Path, drawer: Drawer, edition: str, settings: dict) -> None:
    """Write Sphinx's EPUB anew with its pages made fit for readers (`epub_pages.py`)."""
    with zipfile.ZipFile(source) as book:
        files = {name: book.read(name) for name in book.namelist()}
    pages = {
        name: text.decode() for name, text in files.items() if name.endswith(".xhtml") and name != "nav.xhtml"
    }
    language, identifier = settings["epub_language"], settings["epub_identifier"]
    mathml = drawer.mathml(
        mathjax(ROOT / "_build" / "html", edition), set().union(*map(formulas, pages.values()))
    )
    fitted = {name: fit_page(page, set(files), mathml, edition, language) for name, page in pages.items()}
    files |= {name: page.encode() for name, page in fitted.items()}
    files["content.opf"] = declare(files["content.opf"].decode(), fitted).encode()
    files["toc.ncx"] = files["toc.ncx"].replace(b'content="book-id"', f'content="{identifier}"'.encode())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name in sorted(files, key=lambda name: name != MIMETYPE):
            book.writestr(name, files[name], zipfile.ZIP_STORED if name == MIMETYPE else None)


def build_epub(drawer: Drawer, edition: str, work: Path, target: Path) -> None:
    """Build one edition.

    Args:
        drawer: the browser.
        edition: `en` or `zh`; its built site has MathJax.
        work: a folder for derived files; what it holds is removed.
        target: the EPUB's path.
    """
    shutil.rmtree(work, ignore_errors=True)
    static = work / "static"
    static.mkdir(parents=True)
    config = epub_config(read_yaml("_config.yml"), edition, static)
    settings = config["sphinx"]["config"]
    (static / "cover.png").write_bytes(drawer.cover(config, settings["epub_language"]))
    shutil.copy(TOOLS / "epub.css", static)
    run_jupyter_book(edition, config, work, "--builder", "custom", "--custom-builder", "epub")
    [made] = (work / "_build" / "epub").glob("*.epub")
    mend(made, target, drawer, edition, settings)


def main() -> int:
    """Build the editions named on the command line, or all."""
    with drawing() as drawer:
        for edition in sys.argv[1:] or read_yaml("_config.yml")["editions"]:
            folder = ROOT / "_build" / "html" / edition
            target = folder / file_name(edition, "epub")
            build_epub(drawer, edition, ROOT / "_build" / "epub" / edition, target)
            link_downloads(folder, edition)
            print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
