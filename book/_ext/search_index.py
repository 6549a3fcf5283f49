"""The book's own search: an index of sections, made while the pages are written, in place of Sphinx's.

Sphinx's search knows pages, not sections, loads its index with every page, and cannot search Chinese without a
dictionary of words. Here each edition gets one file, `_static/search/index.js`, with every section's text; the scripts
of `book/_assets/search` rank it in the browser. They are loaded when the search is opened, and as scripts, not by
`fetch`, so that a book on a disk can be searched, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.search.en import js_porter_stemmer

from _ext.search_sections import Section, sections
from _ext.search_synonyms import read_synonyms

_ = get_translation("booktheme")
SPHINX_FILES = ("searchtools.js", "language_data.js", "sphinx_highlight.js")
FOLDER = "_static/search"


@dataclass
class Page:
    """A page that can be found."""

    sections: list[Section]
    glossary: bool


def is_html(app: Sphinx) -> bool:
    """Whether the pages of a site are made, and not one page, a PDF or messages to translate."""
    return app.builder.name in ("html", "dirhtml")


def replace_sphinx_search(app: Sphinx) -> None:
    """Let Sphinx make no index of its own; its flag also goes with the search page, which `search_page` makes."""
    app.book_pages = {}
    if is_html(app):
        app.builder.search = False


def search_page(app: Sphinx) -> Iterator[tuple[str, dict, str]]:
    """The page of results, `search.html`."""
    if is_html(app):
        yield "search", {}, "search.html"


def collect(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Keep the page's sections; the ids are those that the page is written with."""
    if is_html(app):
        glossary = next(doctree.findall(addnodes.glossary), None) is not None
        app.book_pages[page] = Page(list(sections(doctree)), glossary)


def texts() -> dict[str, str]:
    """What the search says to the reader; `{n}` and `{query}` are filled in."""
    return {
        "one": _("1 place"),
        "many": _("{n} places"),
        "none": _(
            "Nothing found for “{query}”. Fewer or other words may help; the glossary has the book’s own."
        ),
        "label": _("Search results"),
    }


def index(app: Sphinx) -> dict[str, Any]:
    """The edition's index: pages in the order of the book, their sections, synonyms, the interface's words."""
    order = {page: place for place, page in enumerate(app.env.toctree_includes.get(app.config.root_doc, []))}
    found = {name: page for name, page in app.book_pages.items() if page.sections}
    names = sorted(found, key=lambda name: (order.get(name, -1), name))
    return {
        "pages": [
            {
                "url": app.builder.get_target_uri(name),
                "title": found[name].sections[0].title,
                "glossary": found[name].glossary,
            }
            for name in names
        ],
        "sections": [
            each.as_json(place) for place, name in enumerate(names) for each in found[name].sections
        ],
        "synonyms": read_synonyms(),
        "texts": texts(),
    }


def write(app: Sphinx, error: Exception | None) -> None:
    """Write index and stemmer beside the scripts that use them."""
    if error is not None or not is_html(app):
        return
    for page in sorted(app.env.found_docs - set(app.book_pages)):  # not written anew: it has not changed
        app.env.get_and_resolve_doctree(page, app.builder)
    folder = Path(app.outdir) / FOLDER
    content = json.dumps(index(app), ensure_ascii=False, separators=(",", ":"))
    (folder / "index.js").write_text(f"bookSearch.index = {content};\n", "utf8")
    (folder / "stemmer.js").write_text(js_porter_stemmer.lstrip(), "utf8")
    for name in SPHINX_FILES:
        (Path(app.outdir) / "_static" / name).unlink(missing_ok=True)


def drop_sphinx_scripts(
    app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None
) -> None:
    """Take Sphinx's highlighting out of the page: it reads the same address as ours and marks every occurrence."""
    context["script_files"][:] = [
        script
        for script in context["script_files"]
        if Path(str(getattr(script, "filename", script) or "")).name not in SPHINX_FILES
    ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("builder-inited", replace_sphinx_search)
    app.connect("doctree-resolved", collect, priority=900)
    app.connect("html-collect-pages", search_page)
    app.connect("html-page-context", drop_sphinx_scripts, priority=900)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
