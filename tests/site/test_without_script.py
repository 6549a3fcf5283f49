"""A page without JavaScript: colours of either palette, formulas that can be read, a way to the chapters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from site_server import EDITIONS

COLOURS = """() => {
  const style = (selector) => getComputedStyle(document.querySelector(selector));
  return [style("body").backgroundColor, style("h1").color, style(".cell_input .highlight .kn").color];
}"""
MEDIUM = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 27)"}


@pytest.fixture
def phone(browser: Browser, request: Any) -> Iterator[Page]:
    """A phone whose browser runs no script, light unless a test says otherwise."""
    scheme = getattr(request, "param", "light")
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False, color_scheme=scheme
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("phone", ["light", "dark"], indirect=True)
def test_colours_are_those_that_a_script_would_choose(server: Any, browser: Browser, phone: Page) -> None:
    address = f"{server.url}/en/04_mlp.html"
    phone.goto(address)
    scheme = "dark" if phone.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    assert phone.evaluate(COLOURS) == page.evaluate(COLOURS)
    assert phone.evaluate(COLOURS)[0] == MEDIUM[scheme]
    context.close()


@pytest.mark.parametrize("edition", EDITIONS)
def test_formulas_are_set(server: Any, phone: Page, edition: str) -> None:
    phone.goto(f"{server.url}/{edition}/03_attention.html")
    formulas = phone.locator(".bd-article .math")
    assert formulas.count() > 40
    assert phone.locator(".bd-article .math math").count() == formulas.count()
    texts = formulas.evaluate_all("all => all.map((each) => each.innerText)")
    assert [text for text in texts if "\\" in text or "$" in text] == [], "TeX is shown"
    boxes = phone.locator(".bd-article p math").evaluate_all(
        "all => all.map((e) => e.getBoundingClientRect().width)"
    )
    assert min(boxes) > 2
    assert phone.locator("div.math .eqno").first.inner_text() == "(3.1)"


def test_with_javascript_the_fallback_is_not_there(server: Any, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{server.url}/en/03_attention.html", wait_until="networkidle")
    assert page.locator(".bd-article noscript").count() > 40
    assert page.locator(".bd-article noscript math").count() == 0
    page.close()


@pytest.mark.parametrize(("edition", "word"), [("en", "Chapters"), ("zh", "章节")])
def test_the_chapters_are_a_tap_away(server: Any, phone: Page, edition: str, word: str) -> None:
    phone.goto(f"{server.url}/{edition}/04_mlp.html")
    assert not phone.locator(".primary-toggle").is_visible()
    link = phone.locator(".bd-header-article a.chapters-link")  # Playwright finds no text in a noscript
    assert link.inner_text().strip() == word and link.bounding_box()["height"] >= 44
    link.click()
    chapter = phone.locator("#pst-primary-sidebar a[href='05_encoder.html']")
    box = chapter.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and 0 <= box["y"] <= 844
    chapter.click()
    assert phone.url.endswith("/05_encoder.html")


@pytest.mark.parametrize("edition", EDITIONS)
def test_no_sideways_scrolling(server: Any, phone: Page, edition: str) -> None:
    for page in ("index", "02_embeddings", "05_encoder", "symptoms"):
        phone.goto(f"{server.url}/{edition}/{page}.html")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, page
