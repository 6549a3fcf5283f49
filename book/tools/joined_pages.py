"""Joins the built pages of an edition into one HTML document, which `pdf.py` prints.

Every id gets its page's name in front, so that none stands twice, and links between pages become links inside the
document. What the document cannot lead to (a notebook's file, the index of the site) loses its link, not its words.
"""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup, Tag

REFERRING = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
DROPPED = ("a.headerlink", "button.copybtn", "p:has(> a.start)", "p.downloads", "noscript")


@dataclass
class Page:
    """A built page: its name, such as `01_patches`, and its HTML."""

    name: str
    soup: BeautifulSoup

    @property
    def article(self) -> Tag:
        """What the page says, without header, contents and footer."""
        return self.soup.select_one("article.bd-article")

    @property
    def title(self) -> str:
        """The text of its first heading."""
        return heading_text(self.article.h1)


def load_page(folder: Path, name: str) -> Page:
    """Read a built page; what only a screen can use is left out."""
    page = Page(name, BeautifulSoup((folder / f"{name}.html").read_text("utf8"), "html.parser"))
    for selector in DROPPED:
        for element in page.article.select(selector):
            element.decompose()
    return page


def heading_text(heading: Tag) -> str:
    """A heading's words on one line."""
    return " ".join(heading.get_text().split())


def is_live(element: Tag) -> bool:
    """Whether a script of a cell's output looks for this element by its id."""
    output = element.find_parent(class_="output")
    return output is not None and output.find("script") is not None


def own_ids(page: Page) -> None:
    """Put the page's name in front of each id and of what refers to it inside the page."""
    for element in page.article.find_all(True):
        if is_live(element):
            continue
        if element.get("id"):
            element["id"] = f"{page.name}.{element['id']}"
        for key in REFERRING:
            if element.get(key):
                value = element[key] if isinstance(element[key], str) else " ".join(element[key])
                element[key] = " ".join(f"{page.name}.{each}" for each in value.split())
        for key, value in element.attrs.items():
            if isinstance(value, str) and "url(#" in value:
                element[key] = value.replace("url(#", f"url(#{page.name}.")
            if element.name == "use" and key in ("href", "xlink:href") and value.startswith("#"):
                element[key] = f"#{page.name}.{value[1:]}"


def inner_target(href: str, here: str, names: set[str]) -> str | None:
    """The id in the joined document that a link of the page `here` leads to; `None` if it leads elsewhere."""
    path, _, fragment = href.partition("#")
    name = re.sub(r"^\./|\.html$", "", path) if path else here
    if name not in names or (path and not path.endswith(".html")):
        return None
    return f"{name}.{fragment}" if fragment else name


def redirect_links(page: Page, names: set[str], assets: str) -> None:
    """Lead the page's links into the joined document, and its pictures to the built site's folder."""
    for link in page.article.find_all("a", href=True):
        target = inner_target(link["href"], page.name, names)
        if target:
            link["href"] = f"#{target}"
        elif not re.match(r"(https?|mailto):", link["href"]):
            link.name = "g" if link.find_parent("svg") else "span"
            del link["href"]
    for element in page.article.find_all(src=True):
        if not re.match(r"(\w+:|/)", element["src"]):
            element["src"] = f"{assets}/{element['src']}"
    for image in page.article.find_all("img"):
        image["loading"] = "eager"  # what never comes into view would not be loaded, nor printed


def join(folder: Path, names: list[str], assets: str) -> list[Page]:
    """Read the pages of a built edition and make them parts of one document.

    Args:
        folder: the built edition, such as `_build/html/en`.
        names: its pages in order; the first is the front page.
        assets: the folder's address, seen from where the joined document will lie.
    """
    pages = [load_page(folder, name) for name in names]
    for page in pages:
        own_ids(page)
        redirect_links(page, set(names), assets)
        page.article["id"] = page.name
        unfold(page)
    return pages


def unfold(page: Page) -> None:
    """What is folded on the screen stands open on paper, under the label that said what is inside."""
    for fold in page.article.select("details.hide"):
        fold.name, fold["class"] = "div", ["unfolded"]
        fold.summary.select_one(".expanded").decompose()
        fold.summary.name = "p"
    for fold in page.article.find_all("details"):
        fold["open"] = ""


def head_parts(folder: Path, names: list[str], assets: str) -> str:
    """The style sheets of the site, and MathJax with its settings where a page has them; print.css is for one page."""
    found: dict[str, Tag] = {}
    for name in names:
        head = BeautifulSoup((folder / f"{name}.html").read_text("utf8"), "html.parser")
        for part in head.select('link[rel="stylesheet"]:not(noscript *), script'):
            address = part.get("href") or part.get("src") or part.get_text()[:60]
            if part.name == "link" or "mathjax" in address.lower():
                found.setdefault(address.partition("?")[0], copy(part))
    for part in found.values():
        for key in ("href", "src"):
            if part.get(key):
                part[key] = f"{assets}/{part[key]}"
    return "\n".join(str(part) for address, part in found.items() if not address.endswith("print.css"))
