"""What a cell prints in more than 20 lines is folded, and is all there for who asks, on paper and without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser
from site_server import EDITIONS

CHAPTER = "05_encoder"
LABELS = {"en": ("Show all {} lines", "Show fewer lines"), "zh": ("展开全部 {} 行", "收起")}
OUTPUTS = """() => [...document.querySelectorAll(".cell_output pre")].map((output) => ({
  lines: output.innerText.trimEnd().split("\\n").length,
  shown: output.clientHeight / parseFloat(getComputedStyle(output).lineHeight),
  label: output.parentElement.querySelector("button.all-lines")?.innerText ?? "",
}))"""


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("edition", EDITIONS)
def test_long_outputs_fold(server: Any, browser: Browser, edition: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{server.url}/{edition}/{CHAPTER}.html")
    outputs = page.evaluate(OUTPUTS)
    folded = [each for each in outputs if each["label"]]
    assert len(folded) >= 2 and [each for each in folded if each["lines"] <= 20] == []
    assert [each for each in outputs if each["lines"] > 20 and not each["label"]] == []
    more, less = LABELS[edition]
    for each in folded:
        assert 15 <= each["shown"] < 17 and each["label"] == more.format(each["lines"])
    button = page.locator("button.all-lines").first
    assert button.bounding_box()["height"] >= 44 and button.get_attribute("aria-expanded") == "false"
    button.click()
    first = next(each for each in page.evaluate(OUTPUTS) if each["label"] == less)
    assert first["shown"] > first["lines"] and button.get_attribute("aria-expanded") == "true"
    page.emulate_media(media="print")
    assert all(each["shown"] >= each["lines"] for each in page.evaluate(OUTPUTS))
    assert not button.is_visible()
    page.close()


def test_what_the_search_found_in_it_is_shown(server: Any, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{server.url}/en/{CHAPTER}.html?highlight=forward#package-text")
    page.wait_for_selector("mark.search-hit", state="attached")
    for mark in page.locator(".folded-lines:has(mark)").all():
        assert mark.evaluate("(e) => e.scrollHeight <= e.clientHeight + 1")
    page.close()


def test_without_scripts_all_is_there(server: Any, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/en/{CHAPTER}.html")
    outputs = page.evaluate(OUTPUTS)
    assert max(each["lines"] for each in outputs) > 20
    assert all(each["shown"] >= each["lines"] and not each["label"] for each in outputs)
    context.close()
