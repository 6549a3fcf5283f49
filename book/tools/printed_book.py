"""The whole document of a printed edition: title page, contents with page numbers, pages, appendix."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from joined_pages import Page, head_parts, heading_text, join
from solutions_appendix import appendix

STYLE = Path(__file__).with_name("pdf.css")
WORDS = {
    "en": {"contents": "Contents", "page": "page {}"},
    "zh": {"contents": "目录", "page": "第 {} 页"},
}
LISTED = 2  # the contents list chapters and their sections
UNKNOWN = "000"  # a page number before the first printing


def title_page(front: Page, author: str) -> str:
    """The book's name, its first sentence and the front page's picture, if there are."""
    picture = front.article.select_one(".journey")
    sentence = front.article.find("p")
    parts = [f'<p class="title">{escape(front.title)}</p>']
    parts += [f'<p class="sentence">{escape(heading_text(sentence))}</p>'] if sentence else []
    parts += [str(picture.extract())] if picture else []
    parts += [f'<p class="author">{escape(author)}</p>']
    return f'<div class="bd-article title-page">{"".join(parts)}</div>'


def place(heading: Tag) -> str:
    """The id that a link to a heading names: a chapter's own, or its section's."""
    parent = heading.find_parent("article" if heading.name == "h1" else "section")
    return str(parent["id"])


def contents(pages: list[Page], word: str) -> str:
    """The table of contents."""
    rows = []
    for page in pages:
        for heading in page.article.find_all([f"h{level}" for level in range(1, LISTED + 1)]):
            link = f'<a href="#{place(heading)}"><span>{escape(heading_text(heading))}</span></a>'
            rows.append(
                f'<li class="level-{heading.name[1]}">{link}<span class="dots"></span>{number(place(heading))}</li>'
            )
    return f'<nav class="printed-contents" id="contents"><h1>{word}</h1><ul>{"".join(rows)}</ul></nav>'


def number(target: str) -> str:
    """Where the page number of `target` will stand."""
    return f'<span class="number" data-page-of="{target}">{UNKNOWN}</span>'


def number_links(pages: list[Page], word: str) -> None:
    """Say the page after each link that leads out of its chapter: on paper nobody can follow it otherwise."""
    before, after = word.split("{}")
    for page in pages:
        for link in page.article.select('a[href^="#"]'):
            target = link["href"][1:]
            # A card says where it leads, and a term's page would be said everywhere.
            unnumbered = {"sd-stretched-link", "term"} & set(link.get("class", []))
            in_text = not unnumbered and link.find_parent(["svg", "pre", "h1", "h2", "h3"]) is None
            if target.partition(".")[0] != page.name and in_text:
                note = f' <span class="page-of">({before}{number(target)}{after})</span>'
                link.insert_after(BeautifulSoup(note, "html.parser"))


def page_rules(pages: list[Page]) -> str:
    """A running head for each chapter: Chromium prints what margin boxes of a named page say."""
    rules = []
    for position, page in enumerate(pages):
        head = json.dumps(
            page.title if position else "", ensure_ascii=False
        )  # the book's title stands already
        rules.append(f"@page part{position} {{ @top-right {{ content: {head}; }} }}")
        rules.append(f'article[id="{page.name}"] {{ page: part{position}; }}')
    return "\n".join(rules)


def document(folder: Path, names: list[str], edition: str, assets: str, author: str) -> str:
    """The printed edition as one HTML page.

    Args:
        folder: the built edition, such as `_build/html/en`.
        names: its pages in order; the first is the front page.
        edition: `en` or `zh`.
        assets: the folder's address, seen from where the document will lie.
        author: as the title page names it.
    """
    pages = join(folder, names, assets)
    language, words = pages[0].soup.html["lang"], WORDS[edition]
    title = pages[0].title
    cover = title_page(pages[0], author)
    pages.append(appendix(pages, edition))
    toc = contents(pages, words["contents"])
    number_links(pages, words["page"])
    running = f"@page {{ @top-left {{ content: {json.dumps(title, ensure_ascii=False)}; }} }}"
    style = STYLE.read_text("utf8") + running + page_rules(pages)
    body = "\n".join(str(page.article) for page in pages)
    return (
        f'<!doctype html><html lang="{language}" data-theme="light" data-mode="light"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>\n{head_parts(folder, names, assets)}\n<style>{style}</style></head>"
        f"<body>{cover}{toc}{body}</body></html>"
    )
