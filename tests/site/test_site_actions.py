"""What a reader does on the built site: arrive, switch language, search, copy, print."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser
from site_server import EDITIONS
from site_visit import INTERFACE_TEXTS, Visit, english_only, watch

KEEP_TOOLTIPS = """() => {
  const button = document.querySelector("button.copybtn");
  window.keptTooltips = [];
  new MutationObserver(() => window.keptTooltips.push(button.dataset.tooltip))
    .observe(button, {attributeFilter: ["data-tooltip"]});
}"""


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
        ("zh", "图像块嵌入"),
        ("zh", "图像分块"),
        ("zh", "注意力的代价"),
        ("zh", "patch"),
    ],
)
def test_search_finds_the_chapter(server: Any, browser: Browser, edition: str, query: str) -> None:
    page, seen = browser.new_page(), Visit()
    watch(page, server.url, seen)
    page.goto(f"{server.url}/{edition}/search.html?q={quote(query)}")
    page.wait_for_selector("#search-results li a[href*='01_patches']", timeout=10_000)
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
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    button = page.locator("button.copybtn").first
    assert button.get_attribute("data-tooltip") == "复制"
    # The answer stands for two seconds only: keep it, in case this machine is slower than that.
    page.evaluate(KEEP_TOOLTIPS)
    button.click(force=True)
    page.wait_for_function("window.keptTooltips.length > 0")
    assert page.evaluate("window.keptTooltips[0]").startswith("复制成功")
    page.close()


def test_printing_opens_the_code_that_is_folded(server: Any, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{server.url}/en/01_patches.html", wait_until="networkidle")
    states = "[...document.querySelectorAll('article details.hide')].map((details) => details.open)"
    before = page.evaluate(states)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert before and all(page.evaluate(states))
    page.emulate_media(media="print")
    assert page.locator("article h1").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(states) == before
    page.close()


@pytest.mark.parametrize(
    ("edition", "closed", "opened"),
    [
        ("en", "Set-up: installs the package where it is missing", "Hide the code"),
        ("zh", "准备：缺这个软件包时先装上", "收起代码"),
    ],
)
def test_folded_code_has_one_label_at_a_time(
    server: Any, browser: Browser, edition: str, closed: str, opened: str
) -> None:
    page = browser.new_page()
    page.goto(f"{server.url}/{edition}/01_patches.html")
    summary = page.locator("details.hide > summary").first
    assert summary.inner_text().strip() == closed
    summary.click()
    assert summary.inner_text().strip() == opened
    assert page.get_by_text("importlib.invalidate_caches").is_visible()
    page.close()
