"""A phone's page: what is wider than the screen says so, a finger meets what it aims at, and nothing stays in the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from site_server import EDITIONS
from site_visit import SETTLED

PAGES = [f"{edition}/{page}" for edition in EDITIONS for page in ("02_embeddings", "04_mlp", "symptoms")]
UNFOLD = "document.querySelectorAll('details').forEach((details) => { details.open = true; })"
# Boxes that are wider than they show, and whether a shade lies on their edge; text that runs out of the window.
CUT = """() => {
  const boxes = [...document.querySelectorAll(".bd-article *")].filter((box) =>
    box.clientWidth > 0 && box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX !== "visible"
    && !box.matches("mjx-assistive-mml, .journey *"));
  const shaded = (box) => getComputedStyle(box).backgroundImage.includes("gradient") && getComputedStyle(box).overflowX !== "hidden";
  const name = (box) => box.tagName + " " + box.textContent.trim().slice(0, 60);
  const out = [...document.querySelectorAll(".bd-article :is(p, li, td, code, img, h1, h2, h3)")].filter((part) =>
    part.getBoundingClientRect().right > innerWidth && !boxes.some((box) => box.contains(part)));
  return {cut: boxes.length, bare: boxes.filter((box) => !shaded(box)).map(name), out: out.map(name),
          page: document.documentElement.scrollWidth};
}"""
HEADER = """() => [...document.querySelectorAll(".bd-header-article :is(a, button):not(.dropdown-item)")]
  .map((part) => ({name: part.className, ...part.getBoundingClientRect().toJSON(), sign: part.querySelector(":scope > :is(i, span)")?.getBoundingClientRect().toJSON()}))
  .filter((part) => part.width > 0)"""


@pytest.fixture(params=[390, 320])
def phone(browser: Browser, request: Any) -> Iterator[Page]:
    """A page on a phone: narrow, dense, touched."""
    context = browser.new_context(
        viewport={"width": request.param, "height": 844},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_what_is_cut_off_says_so(server: Any, phone: Page, path: str) -> None:
    phone.goto(f"{server.url}/{path}.html", wait_until="networkidle")
    phone.evaluate(SETTLED)
    phone.evaluate(UNFOLD)
    phone.wait_for_timeout(200)
    seen = phone.evaluate(CUT)
    assert seen["bare"] == [] and seen["out"] == []
    assert seen["page"] == phone.viewport_size["width"]
    assert seen["cut"] > 20 or "symptoms" in path, "the wide code was not found"


def test_code_is_small_enough_to_read_a_line(server: Any, phone: Page) -> None:
    phone.goto(f"{server.url}/en/04_mlp.html")
    style = phone.evaluate(
        "(({fontSize, lineHeight}) => [fontSize, lineHeight])(getComputedStyle(document.querySelector('.cell_input pre')))"
    )
    assert style == ["12.5px", "18px"]


@pytest.mark.parametrize("edition", EDITIONS)
def test_header_is_made_for_a_finger(server: Any, phone: Page, edition: str) -> None:
    phone.goto(f"{server.url}/{edition}/04_mlp.html", wait_until="networkidle")
    parts = phone.evaluate(HEADER)
    assert len(parts) == 6, [part["name"] for part in parts]
    assert [part["name"] for part in parts if part["width"] < 44 or part["height"] < 44] == []
    middles = {round(part["y"] + part["height"] / 2) for part in parts}
    assert len(middles) == 1, "the header's signs stand on different lines"
    text = phone.evaluate("document.querySelector('h1').getBoundingClientRect().toJSON()")
    assert abs(parts[0]["sign"]["left"] - text["left"]) <= 4, (
        "the first sign does not stand above the text's edge"
    )
    width = phone.viewport_size["width"]
    assert abs(width - parts[-1]["sign"]["right"] - text["left"]) <= 4, "nor does the last one"


@pytest.mark.parametrize(
    ("toggle", "entry"), [("primary", ".bd-links li.current > a"), ("secondary", ".page-toc a")]
)
def test_drawer_closes_after_a_choice(server: Any, phone: Page, toggle: str, entry: str) -> None:
    phone.goto(f"{server.url}/en/04_mlp.html", wait_until="networkidle")
    phone.tap(f".{toggle}-toggle")
    link = phone.locator(f"dialog[open] {entry}").last
    assert link.bounding_box()["height"] >= 44
    # A link within the page: the browser loads nothing, so the drawer would stay.
    link.evaluate("link => { link.href = '#exercises'; }")
    link.tap()
    phone.wait_for_function("location.hash === '#exercises'")
    assert phone.locator("dialog[open]").count() == 0
    assert phone.evaluate("document.getElementById('exercises').getBoundingClientRect().top") < 200


def test_no_tooltip_stays_after_a_tap(server: Any, phone: Page) -> None:
    phone.goto(f"{server.url}/en/04_mlp.html", wait_until="networkidle")
    phone.tap(".theme-switch-button")
    phone.wait_for_timeout(500)
    assert [tip.is_visible() for tip in phone.locator(".tooltip").all() if tip.is_visible()] == []
    button = phone.locator("button.copybtn").first
    button.evaluate("button => button.closest('details')?.setAttribute('open', '')")
    button.tap()
    assert button.evaluate("button => getComputedStyle(button, '::after').display") == "none"
    assert float(button.evaluate("button => getComputedStyle(button).opacity")) > 0.5, (
        "nobody can hover over it"
    )
