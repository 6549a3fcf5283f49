"""The Tab key: one stop a code cell, none at permalinks, and a ring around whatever it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from site_visit import SETTLED

STOPS = """() => [...document.querySelectorAll("a[href], button, summary, input, [tabindex]")].filter((part) =>
  part.tabIndex >= 0 && part.getClientRects().length > 0 && getComputedStyle(part).visibility === "visible")"""
IN_CELLS = f"""() => {{
  const stops = ({STOPS})();
  return [...document.querySelectorAll("div.cell_input")].map((cell) =>
    stops.filter((stop) => cell.contains(stop)).map((stop) => stop.tagName + "." + stop.className));
}}"""
FOCUSED = """() => {
  const part = document.activeElement, style = getComputedStyle(part);
  return {name: part.tagName + " " + (part.className || part.id) + " " + part.textContent.trim().slice(0, 30),
          ring: style.outlineStyle, width: parseFloat(style.outlineWidth), opacity: style.opacity};
}"""


@pytest.fixture(scope="module")
def page(server: Any, browser: Browser) -> Iterator[Page]:
    """A chapter in a window so narrow that much code needs scrolling, unfolded."""
    page = browser.new_page(viewport={"width": 700, "height": 900})
    page.goto(f"{server.url}/en/03_attention.html", wait_until="networkidle")
    page.evaluate(SETTLED)
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    page.wait_for_timeout(200)
    yield page
    page.close()


def test_a_cell_is_one_stop(page: Page) -> None:
    stops = page.evaluate(IN_CELLS)
    assert len(stops) > 20, "the cells were not found"
    assert {tuple(each) for each in stops} == {("BUTTON.copybtn o-tooltip--left",)}
    assert page.locator(".cell_output button.copybtn").count() == 0, "what a cell prints is no code"


def test_permalinks_are_for_the_mouse(page: Page) -> None:
    links = page.locator("a.headerlink")
    assert links.count() > 10
    assert {link.get_attribute("tabindex") for link in links.all()} == {"-1"}
    first = page.locator("h2 a.headerlink").first
    first.evaluate("link => link.click()")
    assert page.evaluate("location.hash") == first.get_attribute("href")


def test_wide_code_scrolls_by_its_buttons_arrow_keys(page: Page) -> None:
    code = page.locator("div.cell_input pre").filter(has_text="scaled_dot_product_attention").first
    code.evaluate("code => { code.style.width = '200px'; code.querySelector('button').focus(); }")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert code.evaluate("code => code.scrollLeft") == 96
    page.keyboard.press("ArrowLeft")
    assert code.evaluate("code => code.scrollLeft") == 48


def test_the_copied_text_is_the_code_alone(page: Page) -> None:
    button = page.locator("div.cell_input button.copybtn").nth(1)
    shown = button.evaluate("button => button.closest('pre').innerText")
    page.evaluate("""() => { const copy = document.execCommand.bind(document);
      document.execCommand = (what) => { window.copied = document.activeElement.value; return copy(what); }; }""")
    button.click(force=True)
    page.wait_for_function("window.copied !== undefined")
    assert page.evaluate("window.copied").strip() == shown.strip()
    assert "from vit_tutorial import" in shown


def test_everything_focusable_shows_a_ring(page: Page) -> None:
    page.evaluate("location.hash = ''")
    page.reload(wait_until="networkidle")
    page.evaluate(SETTLED)
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
    names = " ".join(each["name"] for each in seen)
    assert "language-switch" in names and "dropdown-toggle" in names and "copybtn" in names
    bare = [each for each in seen if each["ring"] in ("none", "auto") or each["width"] < 2]
    assert bare == []
    page.locator("pre button.copybtn").nth(1).focus()
    page.wait_for_timeout(600)  # the copy button comes up slowly
    assert page.evaluate(FOCUSED)["opacity"] == "1"
