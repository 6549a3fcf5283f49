"""The built site, page by page, in a real browser. `make book` builds it first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, sync_playwright
from site_server import BROWSER_FLAGS, EDITIONS, ROOT, SITE, built_pages, find_chromium, serve, toc_pages
from site_visit import INTERFACE_TEXTS, WIDTHS, Visit, visit_page, watch

PAGES = built_pages()
HTML_LANG = {"en": "en", "zh": "zh-CN"}
MEGABYTE = 1_000_000
# Texts of the Chinese interface that are rightly Latin: names, file types, keys, the other edition's name.
LATIN_TEXTS = {"English", "Colab", "GitHub", "PDF", "ViT", ".ipynb", ".md", ".pdf", "Ctrl", "K"}
LETTERS_ONLY_ENGLISH = re.compile(r"[^\u3400-\u9fff]*[A-Za-z][^\u3400-\u9fff]*")
each_page = pytest.mark.parametrize("path", PAGES)


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    if not (SITE / "index.html").is_file():
        pytest.fail(
            f"there is no built site in {SITE.relative_to(ROOT)}; build it first: make book", pytrace=False
        )
    with serve(SITE) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = find_chromium()
    if not chromium:
        pytest.fail(
            "no Chromium found: apt-get install chromium, or set CHROMIUM to a browser's path", pytrace=False
        )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def visit(server: Any, browser: Browser) -> Callable[[str], Visit]:
    """Visits a page the first time it is asked for; later tests look at the same visit."""
    return cache(lambda path: visit_page(browser, server, path))


def english_only(texts: list[str]) -> list[str]:
    """The texts that have Latin letters, no Chinese ones, and are not names."""
    return sorted(text for text in texts if LETTERS_ONLY_ENGLISH.fullmatch(text) and text not in LATIN_TEXTS)


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
    assert facts["hreflang"] == {**expected, "x-default": f"{server.url}/index.html"}
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
    assert seen.bytes_before_scrolling <= MEGABYTE, "compressed, before scrolling; limit 1 MB"
    assert seen.bytes_in_all <= 2 * MEGABYTE, "compressed, with every picture; limit 2 MB"


@each_page
def test_pictures(visit: Callable, path: str) -> None:
    images = visit(path).facts["images"]
    assert [image["src"] for image in images if not image["alt"].strip()] == [], "without alt text"
    assert [image["src"] for image in images if not image["sized"]] == [], "without width and height"
    assert [image["src"] for image in images[1:] if not image["lazy"]] == [], "below the first, but not lazy"


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


def test_english_only_finds_what_it_should() -> None:
    assert english_only(["Search", "搜索", "Colab", "Colab 标志", "+", "Ctrl", "Back to top"]) == [
        "Back to top",
        "Search",
    ]


@pytest.mark.parametrize("path", [f"{edition}/{page}.html" for edition in EDITIONS for page in toc_pages()])
def test_download_is_the_editions_own_source(visit: Callable, server: Any, path: str) -> None:
    edition, page = path.removesuffix(".html").split("/")
    suffix = ".ipynb" if (ROOT / "book" / edition / f"{page}.ipynb").is_file() else ".md"
    assert f"{server.url}/{edition}/_sources/{page}{suffix}" in visit(path).facts["links"]
    built = SITE / edition / "_sources" / f"{page}{suffix}"
    assert built.read_bytes() == (ROOT / "book" / edition / f"{page}{suffix}").read_bytes(), (
        "stale: make book"
    )


@pytest.mark.parametrize(
    ("stored", "language", "expected"),
    [
        (None, "en-US", "en"),
        (None, "zh-CN", "zh"),
        (None, "zh-TW", "zh"),
        (None, "fr-FR", "en"),
        ("zh", "en-US", "zh"),
        ("en", "zh-CN", "en"),
        ("xx", "zh-CN", "zh"),
    ],
)
def test_first_page(server: Any, browser: Browser, stored: str | None, language: str, expected: str) -> None:
    context = browser.new_context(locale=language)
    if stored:
        context.add_init_script(f"localStorage.setItem('edition', '{stored}')")
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_url(f"**/{expected}/index.html")
    context.close()


@pytest.mark.parametrize(("start", "other"), [("en", "zh"), ("zh", "en")])
def test_switching_is_remembered(server: Any, browser: Browser, start: str, other: str) -> None:
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(f"{server.url}/{start}/01_patches.html")
    page.click("a[data-edition]")
    page.wait_for_url(f"**/{other}/01_patches.html*")
    assert page.evaluate("localStorage.getItem('edition')") == other
    page.goto(server.url)
    page.wait_for_url(f"**/{other}/index.html")
    context.close()


@pytest.mark.parametrize(
    ("edition", "query"),
    [
        ("en", "patch"),
        ("en", "patches"),
        ("zh", "图像块"),
        ("zh", "图像分块"),
        ("zh", "把图像切成图像块"),
        ("zh", "patch"),
    ],
)
def test_search_finds_the_chapter(server: Any, browser: Browser, edition: str, query: str) -> None:
    page, seen = browser.new_page(), Visit()
    watch(page, server.url, seen)
    page.goto(f"{server.url}/{edition}/search.html?q={quote(query)}")
    page.wait_for_selector("#search-results li a[href*='01_patches']")
    page.wait_for_selector("#search-results .search-summary:not(:empty)")
    if edition == "zh":
        assert english_only(page.evaluate(INTERFACE_TEXTS)) == []
    assert seen.errors == []
    page.close()


@pytest.mark.parametrize("edition", EDITIONS)
def test_search_says_when_it_finds_nothing(server: Any, browser: Browser, edition: str) -> None:
    page = browser.new_page()
    page.goto(f"{server.url}/{edition}/search.html?q=xyzzyplugh")
    page.wait_for_function("document.querySelector('.search-summary')?.textContent.length > 15")
    assert page.query_selector("#search-results li") is None
    if edition == "zh":
        assert english_only(page.evaluate(INTERFACE_TEXTS)) == []
    page.close()


def test_copy_button_answers_in_chinese(server: Any, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{server.url}/zh/01_patches.html", wait_until="networkidle")
    button = page.locator("button.copybtn").first
    assert button.get_attribute("data-tooltip") == "复制"
    button.click(force=True)
    page.wait_for_function("document.querySelector('button.copybtn').dataset.tooltip.startsWith('复制成功')")
    page.close()


def test_printing_opens_what_is_folded(server: Any, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{server.url}/en/01_patches.html", wait_until="networkidle")
    states = "[...document.querySelectorAll('article details')].map((details) => details.open)"
    before = page.evaluate(states)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert before and all(page.evaluate(states))
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(states) == before
    page.close()
