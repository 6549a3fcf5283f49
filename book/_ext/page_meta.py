"""What a page's head says to search engines, and to whoever sees a link to it: name, description, card.

The description is the page's first paragraph, whole sentences of it as far as they fit; a chapter's is its goal. The card
has the chapter's picture of the front page. A picture's address must be whole, so there is none while the site's own
address is unknown (BOOK_URL).
"""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import _ as sphinx_text
from sphinx.locale import get_translation
from sphinx.util.images import get_image_size

from _ext.search_sections import one_line

_ = get_translation("booktheme")
WIDTH = 200  # of a description, in Latin letters; a Chinese character counts as two
LABEL = 12  # so long is a bold word that opens a paragraph, as in “**Goal.** By the end …”
SENTENCE_END, CLAUSE_END = r"(?<=[.?!])\s|(?<=[。？！])", r"(?<=,)\s|(?<=[，；])"
DOCUTILS_VIEWPORT = (
    '<meta name="viewport" content="width=device-width, initial-scale=1" />'  # Sphinx has its own
)
PICTURES, BOOK_PICTURE = "front/{page}.png", "front/01_patches.png"
LOCALES = {"en": "en_US"}


def width(text: str) -> int:
    """How many Latin letters are as wide as the text."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def shorten(text: str) -> str:
    """The text's first sentences, as many as fit; of a first sentence that is too long, the clauses that do."""
    if width(text) <= WIDTH:
        return text
    for end, rest in ((SENTENCE_END, ""), (CLAUSE_END, " …")):
        fitting = [text[: match.start()] for match in re.finditer(end, text)]
        fitting = [each for each in fitting if width(each) <= WIDTH]
        if fitting:
            return fitting[-1].rstrip(",，；") + rest
    return text[: WIDTH // 2] + " …"


def first_paragraph(doctree: nodes.document) -> str:
    """The first paragraph of the text itself, without the bold word that opens it."""
    for paragraph in doctree.findall(nodes.paragraph):
        text, label = one_line(paragraph), next(paragraph.findall(nodes.strong), None)
        if label is not None and len(label.astext()) <= LABEL:
            text = text.removeprefix(label.astext()).lstrip(":： ")
        if text and isinstance(paragraph.parent, nodes.section):
            return text
    return ""


def describe(page: str, book: str, doctree: nodes.document | None) -> str:
    """The page's description; a generated page is described by what it is."""
    if doctree is not None and (text := first_paragraph(doctree)):
        return shorten(text)
    generated = {
        "search": _("Search every section of this book."),
        "genindex": _("The terms of this book, in order."),
    }
    return generated.get(page, book)


def picture(app: Sphinx, page: str) -> tuple[str, str]:
    """The address of the page's card and the file's place below `_static`; empty if the site's address is unknown."""
    base = app.config.html_baseurl.rstrip("/")
    if not base:
        return "", ""
    static = Path(app.confdir, app.config.html_static_path[0])
    own = PICTURES.format(page=page)
    name = own if (static / own).is_file() else BOOK_PICTURE
    site = base.removesuffix(
        f"/{app.config.edition}"
    )  # both editions share their pictures (tools/shared_files.py)
    return f"{site}/_static/{name}", str(static / name)


def name_of(app: Sphinx, page: str, context: dict) -> str:
    """The page's own name, without markup; those of generated pages are Sphinx's, in the edition's language."""
    if page == app.config.root_doc:
        return app.config.html_title
    generated = {"search": sphinx_text("Search"), "genindex": sphinx_text("Index")}
    return generated.get(page) or unescape(re.sub(r"<[^>]+>", "", context["title"]))


def card(app: Sphinx, page: str, name: str, description: str) -> dict[str, str]:
    """The page's Open Graph properties."""
    address, file = picture(app, page)
    properties = {
        "og:type": "website" if page == app.config.root_doc else "article",
        "og:site_name": app.config.html_title,
        "og:title": name,
        "og:description": description,
        "og:locale": LOCALES.get(app.config.language, app.config.language),
    }
    if address:
        size = get_image_size(file) or ("", "")
        properties |= {
            "og:url": f"{app.config.html_baseurl.rstrip('/')}/{app.builder.get_target_uri(page)}",
            "og:image": address,
            "og:image:width": str(size[0]),
            "og:image:height": str(size[1]),
            "og:image:alt": name,
        }
    return properties


def add_to_page(app: Sphinx, page: str, template: str, context: dict, doctree: Any) -> None:
    """Give the template the page's name and write the rest into the head."""
    book, name = app.config.html_title, name_of(app, page, context)
    context["page_name"] = book if name == book else f"{name} — {book}"
    description = describe(page, book, doctree)
    kept = context.get("metatags", "").replace(DOCUTILS_VIEWPORT, "")
    tags = [f'<meta name="description" content="{escape(description)}" />']
    if page not in app.env.found_docs:  # made from the others: nobody should land here
        tags.append('<meta name="robots" content="noindex" />')
    properties = card(app, page, name, description)
    tags += [f'<meta property="{key}" content="{escape(value)}" />' for key, value in properties.items()]
    tags.append('<meta name="twitter:card" content="summary_large_image" />')
    context["metatags"] = "\n    ".join([kept, *tags]) + "\n"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("html-page-context", add_to_page, priority=410)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
