"""The built site, page by page, in a real browser. `make book` builds it first."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from places import ROOT
from playwright.sync_api import Browser
from site_server import EDITIONS, SITE, built_pages, toc_pages
from site_visit import WIDTHS, Visit, english_only, visit_page

PAGES = built_pages()
HTML_LANG = {"en": "en", "zh": "zh-CN"}
MEGABYTE = 1_000_000
each_page = pytest.mark.parametrize("path", PAGES)


@pytest.fixture(scope="module")
def visit(server: Any, browser: Browser) -> Callable[[str], Visit]:
    """Visits a page the first time it is asked for; later tests look at the same visit."""
    return cache(lambda path: visit_page(browser, server, path))


def test_every_page_of_the_toc_is_built(server: Any) -> None:
    expected = {
        f"{edition}/{page}.html" for edition in EDITIONS for page in [*toc_pages(), "search", "genindex"]
    }
    assert expected == set(PAGES), "built pages and _toc.yml disagree; build again: make book"


@each_page
def test_asks_no_other_host(visit: Callable, path: str) -> None:
    assert visit(path).foreign == []


@each_page
def test_no_errors(visit: Callable, path: str) -> None:
    assert visit(path).errors == []


@each_page
def test_language_and_alternates(visit: Callable, server: Any, path: str) -> None:
    edition, page = path.split("/", 1)
    facts = visit(path).facts
    assert facts["lang"] == HTML_LANG[edition]
    expected = {HTML_LANG[code]: f"{server.url}/{code}/{page}" for code in EDITIONS}
    default = f"{server.url}/index.html" if page == "index.html" else expected["en"]
    assert facts["hreflang"] == {**expected, "x-default": default}
    other = "zh" if edition == "en" else "en"
    assert facts["switches"] == [[other, f"{server.url}/{other}/{page}"]]
    assert (SITE / other / page).is_file(), f"{path} has no counterpart in {other}"


@each_page
def test_no_sideways_scrolling(visit: Callable, path: str) -> None:
    for width in WIDTHS:
        page_width, window_width = visit(path).overflow[width]
        assert page_width <= window_width, f"at {width} px the page is {page_width} px wide"


@each_page
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(visit: Callable, path: str, scheme: str) -> None:
    assert visit(path).axe[scheme] == []


@each_page
def test_weight(visit: Callable, path: str) -> None:
    seen = visit(path)
    assert seen.bytes_before_scrolling <= 0.6 * MEGABYTE, "compressed, before scrolling; limit 0.6 MB"
    assert seen.bytes_in_all <= 2 * MEGABYTE, "compressed, with every picture; limit 2 MB"


@each_page
def test_pictures(visit: Callable, path: str) -> None:
    images = visit(path).facts["images"]
    assert [image["src"] for image in images if not image["alt"].strip()] == [], "without alt text"
    assert [image["src"] for image in images if not image["sized"]] == [], "without width and height"
    assert [image["src"] for image in images[1:] if not image["lazy"]] == [], "below the first, but not lazy"


@each_page
def test_links_within_the_book_lead_somewhere(visit: Callable, server: Any, path: str) -> None:
    inside = [link for link in visit(path).facts["links"] if link.startswith(f"{server.url}/")]
    files = {unquote(urlsplit(link).path).lstrip("/") or "index.html" for link in inside}
    assert len(files) > 3, "the links were not found"
    assert sorted(file for file in files if not (SITE / file).is_file()) == []


@each_page
def test_formulas(visit: Callable, path: str) -> None:
    facts = visit(path).facts
    assert facts["rendered"] == facts["formulas"]
    assert facts["mathErrors"] == []
    assert facts["mathjax"] == (facts["formulas"] > 0), "MathJax is for pages with formulas only"


@pytest.mark.parametrize("path", [page for page in PAGES if page.startswith("zh/")])
def test_chinese_interface(visit: Callable, path: str) -> None:
    assert len(visit(path).texts) > 10, "the interface's texts were not found"
    assert english_only(visit(path).texts) == [], (
        "translate them in book/_locale/zh_CN/LC_MESSAGES/interface.po"
    )


@pytest.mark.parametrize("path", [f"{edition}/{page}.html" for edition in EDITIONS for page in toc_pages()])
def test_download_is_the_editions_own_source(visit: Callable, server: Any, path: str) -> None:
    edition, page = path.removesuffix(".html").split("/")
    suffix = ".ipynb" if (ROOT / "book" / edition / f"{page}.ipynb").is_file() else ".md"
    assert f"{server.url}/{edition}/_sources/{page}{suffix}" in visit(path).facts["links"]
    built = SITE / edition / "_sources" / f"{page}{suffix}"
    assert built.read_bytes() == (ROOT / "book" / edition / f"{page}{suffix}").read_bytes(), (
        "stale: make book"
    )
