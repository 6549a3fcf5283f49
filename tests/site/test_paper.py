"""A page on paper: light whatever the theme, in pieces that fit, hints and solutions shut but not forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from site_visit import SETTLED

SHEET = 1000  # CSS pixels of an A4 sheet between its margins
WIDTH = 680
# Every colour that would be printed: how light the grounds are and how dark the text is, as 0 (black) to 255 (white).
LIGHTNESS = """() => {
  const light = (colour) => { const [r, g, b, a = 1] = colour.match(/[0-9.]+/g).map(Number); return a === 0 ? 255 : (r + g + b) / 3; };
  const parts = [document.documentElement, document.body, ...document.querySelectorAll(".bd-main, .bd-article *:not(mjx-container *)")]
    .filter((part) => part.getClientRects().length > 0);
  return {
    ground: Math.min(...parts.map((part) => light(getComputedStyle(part).backgroundColor))),
    text: Math.max(...parts.filter((part) => part.textContent.trim()).map((part) => light(getComputedStyle(part).color))),
  };
}"""
UNBROKEN = """() => [...document.querySelectorAll(".bd-article *")]
  .filter((part) => getComputedStyle(part).breakInside === "avoid")
  .map((part) => [Math.round(part.getBoundingClientRect().height), part.tagName + "." + part.className])
  .sort((a, b) => b[0] - a[0])"""


@pytest.fixture
def dark_page(browser: Browser) -> Iterator[Page]:
    """A page in a dark window."""
    context = browser.new_context(viewport={"width": WIDTH, "height": SHEET}, color_scheme="dark")
    yield context.new_page()
    context.close()


def open_on_paper(page: Page, address: str) -> None:
    """Load a page and turn it into what is printed."""
    page.emulate_media(media="screen")
    page.goto(address, wait_until="networkidle")
    page.evaluate(SETTLED)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.emulate_media(media="print")
    page.wait_for_function("document.documentElement.dataset.theme === 'light'")


@pytest.mark.parametrize("path", ["en/06_training", "zh/symptoms"])
def test_paper_is_light_in_the_dark(server: Any, dark_page: Page, path: str) -> None:
    open_on_paper(dark_page, f"{server.url}/{path}.html")
    seen = dark_page.evaluate(LIGHTNESS)
    assert seen["ground"] > 230, "a dark ground is printed"
    assert seen["text"] < 130, "pale letters are printed"
    dark_page.emulate_media(media="screen")
    dark_page.wait_for_function("document.documentElement.dataset.theme === 'dark'")


@pytest.mark.parametrize("path", ["en/03_attention", "zh/07_transfer_learning", "en/symptoms"])
def test_no_piece_leaves_half_a_sheet_empty(server: Any, dark_page: Page, path: str) -> None:
    open_on_paper(dark_page, f"{server.url}/{path}.html")
    pieces = dark_page.evaluate(UNBROKEN)
    assert pieces[0][0] <= 0.45 * SHEET, pieces[:3]
    kinds = " ".join(name for _, name in pieces)
    expected = ["TR"] if "symptoms" in path else ["FIGURE", "cell_input"]
    assert all(kind in kinds for kind in expected), "cells, figures or rows may be broken"


@pytest.mark.parametrize(
    ("edition", "word"),
    [("en", '" (folded on paper: see the page)"'), ("zh", '"（打印时不展开，请看网页）"')],
)
def test_hints_and_solutions_stay_shut(server: Any, dark_page: Page, edition: str, word: str) -> None:
    open_on_paper(dark_page, f"{server.url}/{edition}/03_attention.html")
    answers = dark_page.locator("article details:not(.hide)")
    assert answers.count() >= 20
    assert not any(answers.evaluate_all("all => all.map((each) => each.open)"))
    said = answers.locator("summary").evaluate_all(
        "all => all.map((each) => [each.innerText, getComputedStyle(each, '::after').content])"
    )
    assert {content for text, content in said if text in ("Solution", "参考答案")} == {word}
    assert {content for text, content in said if text not in ("Solution", "参考答案")} == {"none"}


def test_the_readers_own_choice_is_kept(server: Any, dark_page: Page) -> None:
    dark_page.goto(f"{server.url}/en/03_attention.html", wait_until="networkidle")
    states = "[...document.querySelectorAll('article details')].map((details) => details.open)"
    dark_page.evaluate("document.querySelector('article details:not(.hide)').open = true")
    before = dark_page.evaluate(states)
    dark_page.emulate_media(media="print")
    dark_page.wait_for_function("document.documentElement.dataset.theme === 'light'")
    assert dark_page.locator("article details:not(.hide)[open]").count() == 1
    dark_page.emulate_media(media="screen")
    dark_page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert dark_page.evaluate(states) == before


def test_links_out_of_the_book_name_their_address(server: Any, dark_page: Page) -> None:
    open_on_paper(dark_page, f"{server.url}/en/references.html")
    after = "all => all.map((each) => [each.getAttribute('href'), getComputedStyle(each, '::after').content])"
    printed = dark_page.locator(".bd-article a.external").evaluate_all(after)
    assert len(printed) > 5 and all(href in content for href, content in printed)
    open_on_paper(dark_page, f"{server.url}/en/03_attention.html")
    inside = dark_page.locator(".bd-article a.internal").evaluate_all(after)
    assert inside and {content for _, content in inside} == {"none"}
