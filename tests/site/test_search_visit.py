"""The search as a reader uses it: what a result shows, where it leads, what it loads, by keyboard and on a phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from site_server import EDITIONS, SITE
from site_visit import INTERFACE_TEXTS, Visit, english_only, serious_findings, watch

TOOLBAR = re.compile(r"\.ipynb|Show the code|展开代码|Back to top|回到顶部|Ctrl|Print to PDF|打印为 PDF")
RESULTS = """() => [...document.querySelectorAll("#search-results li")].map((item) => ({
  href: item.querySelector("a").href,
  place: item.querySelector(".search-place")?.textContent || "",
  title: item.querySelector(".search-title").textContent,
  excerpt: item.querySelector(".search-excerpt").textContent,
  marks: [...item.querySelectorAll("mark")].map((mark) => mark.textContent)}))"""
MARKS = """() => [...document.querySelectorAll("mark.search-hit")].map((mark) => {
  const box = mark.getBoundingClientRect();
  return {text: mark.textContent, inView: box.top >= 0 && box.bottom <= innerHeight,
          section: mark.closest("section").id};
})"""


def open_search(page: Page, address: str, query: str) -> None:
    """Open a page, open the search by keyboard, type, wait for results."""
    page.goto(address, wait_until="load")
    page.keyboard.press("Control+k")
    page.fill("#pst-search-dialog input", query)
    page.wait_for_selector("#search-results .search-summary:not(:empty)")


@pytest.mark.parametrize(
    ("edition", "query"),
    [("en", "patchify"), ("en", "normalised"), ("en", "atention"), ("zh", "线性探针"), ("zh", "patchify")],
)
def test_excerpts_show_the_hit_as_it_stands_in_the_section(
    server: Any, browser: Browser, edition: str, query: str
) -> None:
    page = browser.new_page()
    open_search(page, f"{server.url}/{edition}/index.html", query)
    results = page.evaluate(RESULTS)
    assert len(results) >= 5
    for result in results[:10]:
        assert result["marks"], result
        assert not TOOLBAR.search(result["excerpt"]), result
        path, anchor = re.match(r".*/(\w+/\w+\.html)(?:\?.*)?#(.*)", result["href"]).groups()
        html = (SITE / path).read_text("utf8")
        start = html.index(f'id="{anchor}"')
        text = re.sub(r"<[^>]*>", "", html[start:])
        for word in re.findall(r"[A-Za-z]{4,}", result["excerpt"].strip("…")):
            assert word in text, f"{word} of “{result['excerpt']}” is not in {path}#{anchor}"
    page.close()


@pytest.mark.parametrize(
    ("edition", "query", "word"),
    [
        ("en", "patchify", "patchify"),
        ("en", "nn.TransformerEncoderLayer", "TransformerEncoderLayer"),
        ("en", "possition embeding", "position"),
        ("zh", "线性探针", "线性探测"),
        ("zh", "残差连接", "残差连接"),
    ],
)
def test_a_result_leads_to_the_hit(
    server: Any, browser: Browser, edition: str, query: str, word: str
) -> None:
    page, seen = browser.new_page(), Visit()
    watch(page, server.url, seen)
    open_search(page, f"{server.url}/{edition}/index.html", query)
    page.keyboard.press("ArrowDown")
    target = page.evaluate("document.activeElement.href")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    marks = page.evaluate(MARKS)
    assert word.lower() in " ".join(mark["text"] for mark in marks).lower()
    assert marks[0]["inView"], "the first hit is not on the screen"
    anchor = target.split("#")[1]
    assert {mark["section"] for mark in marks} == {anchor}
    assert page.evaluate("location.search + location.hash") == f"#{anchor}", "a link to pass on is plain"
    page.keyboard.press("Escape")
    assert page.evaluate(MARKS) == []
    assert seen.errors == [] and seen.foreign == []
    page.close()


def test_a_hit_in_folded_code_is_unfolded(server: Any, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{server.url}/en/01_patches.html?highlight=invalidate_caches")
    page.wait_for_selector("mark.search-hit")
    assert page.locator("mark.search-hit").first.is_visible()
    page.close()


@pytest.mark.parametrize("edition", EDITIONS)
def test_nothing_of_the_search_is_loaded_before_it_is_opened(
    server: Any, browser: Browser, edition: str
) -> None:
    page, asked = browser.new_page(), []
    page.on("request", lambda request: asked.append(request.url.split("?")[0].rsplit("/", 1)[-1]))
    page.goto(f"{server.url}/{edition}/01_patches.html", wait_until="networkidle")
    sphinx = {"searchindex.js", "searchtools.js", "language_data.js", "sphinx_highlight.js"}
    assert not sphinx & set(asked)
    assert "index.js" not in asked and "rank.js" not in asked
    open_search(page, page.url, "patch")
    assert asked.count("index.js") == 1 and asked.count("rank.js") == 1
    assert not [name for name in sphinx if list(SITE.rglob(name))], "nobody asks for them"
    page.close()


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(server: Any, browser: Browser, edition: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{server.url}/{edition}/03_attention.html", wait_until="load")
    page.locator("button.search-button__button:visible").first.click()
    page.fill("#pst-search-dialog input", "scaled_dot_product_attention")
    page.wait_for_selector("#search-results li")
    assert serious_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.locator("#search-results").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= 844
    if edition == "zh":
        assert english_only(page.evaluate(INTERFACE_TEXTS)) == []
    context.close()


def test_arrows_walk_and_escape_closes(server: Any, browser: Browser) -> None:
    page = browser.new_page()
    open_search(page, f"{server.url}/en/index.html", "attention")
    focused = "[...document.querySelectorAll('#search-results a')].indexOf(document.activeElement)"
    seen = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
        seen.append(page.evaluate(focused))
    assert seen == [0, 1, 0, -1]
    assert page.evaluate("document.activeElement.tagName") == "INPUT"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert not page.evaluate("document.getElementById('pst-search-dialog').open")
    page.close()


def test_a_book_on_a_disk_is_searched_too(browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"file://{SITE}/zh/search.html?q=注意力")
    page.wait_for_selector("#search-results li")
    with page.expect_navigation():
        page.locator("#search-results a").first.click()
    page.wait_for_selector("mark.search-hit")
    assert "03_attention" in page.url
    page.close()


@pytest.mark.parametrize(("edition", "words"), [("en", "needs JavaScript"), ("zh", "需要 JavaScript")])
def test_without_scripts_the_page_says_so(server: Any, browser: Browser, edition: str, words: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/{edition}/search.html")
    assert words in page.locator("noscript p").inner_text()
    assert page.locator("noscript p").bounding_box()["height"] > 0
    assert not page.locator("form.bd-search input:visible").count()
    context.close()
