"""Every place of the built site has one id in both editions, and the language switch keeps the reader's place."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from anchors import page_anchors
from bs4 import BeautifulSoup
from places import BOOK
from playwright.sync_api import Browser, Page
from site_ids import built
from site_server import EDITIONS, SITE, toc_pages
from site_visit import SETTLED

PAGES = toc_pages()
OTHER = {"en": "zh", "zh": "en"}
CHAPTER = "03_attention"
# Where the heading with this id stands below the window's upper edge, as a share of the window's height.
HEIGHT = "(id) => document.getElementById(id).querySelector('h1, h2, h3').getBoundingClientRect().top / innerHeight"
TO_TOP = "(id) => document.getElementById(id).querySelector('h1, h2, h3').scrollIntoView()"


def source(edition: str, page: str) -> Path:
    return next(path for ending in ("ipynb", "md") if (path := BOOK / edition / f"{page}.{ending}").is_file())


@pytest.mark.parametrize("page", PAGES)
def test_both_editions_have_the_same_ids(page: str) -> None:
    english, chinese = built(f"en/{page}.html"), built(f"zh/{page}.html")
    assert len(english.sections) >= 1
    assert chinese.sections == english.sections
    assert set(chinese.ids) == set(english.ids)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("edition", EDITIONS)
def test_ids_are_those_of_the_source(edition: str, page: str) -> None:
    seen, anchors = built(f"{edition}/{page}.html"), page_anchors(source(edition, page))
    assert seen.sections == [anchor.id for anchor in anchors if anchor.kind == "section"]
    assert {each for anchor in anchors for each in (anchor.id, *anchor.others)} <= set(seen.ids)
    assert len(seen.ids) == len(set(seen.ids)), "an id stands twice in the page"
    assert [each for each in seen.ids if re.fullmatch(r"id\d+", each)] == []


@pytest.mark.parametrize("page", [*PAGES, "search", "genindex"])
@pytest.mark.parametrize("edition", EDITIONS)
def test_links_lead_to_places_that_exist(edition: str, page: str) -> None:
    here, missing = f"{edition}/{page}.html", []
    for link in built(here).links:
        address = urlsplit(urljoin(f"site://book/{here}", link))
        if address.scheme == "site" and address.fragment and address.path.endswith(".html"):
            place = unquote(address.fragment)
            missing += [link] if place not in built(address.path.lstrip("/")).ids else []
    assert missing == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_permalinks_and_the_table_of_contents_use_the_ids(edition: str) -> None:
    page = BeautifulSoup((SITE / edition / f"{CHAPTER}.html").read_text("utf8"), "html.parser")
    for place in built(f"{edition}/{CHAPTER}.html").sections[1:]:
        for where in (".headerlink", ".page-toc a"):
            assert len(page.select(f'{where}[href="#{place}"]')) == 1, f"{where} to #{place}"


def test_the_search_index_uses_the_ids() -> None:
    found = {}
    for edition in EDITIONS:
        text = (SITE / edition / "_static" / "search" / "index.js").read_text("utf8")
        index = json.loads(text[text.index("{") : text.rindex("}") + 1])
        pages = [page["url"].removesuffix(".html") for page in index["pages"]]
        found[edition] = {(pages[section["page"]], section["id"]) for section in index["sections"]}
    assert ("03_attention", "formula") in found["en"]
    assert found["zh"] == found["en"]


@pytest.mark.parametrize("edition", EDITIONS)
def test_older_addresses_still_lead_there(edition: str) -> None:
    assert {"why-divide-by-sqrt-d-h", "nobody-is-first"} <= set(built(f"{edition}/{CHAPTER}.html").ids)


@pytest.fixture
def page(browser: Browser) -> Any:
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    yield context.new_page()
    context.close()


def open_chapter(page: Page, server: Any, edition: str, place: str = "") -> None:
    page.goto(f"{server.url}/{edition}/{CHAPTER}.html{place}", wait_until="load")
    page.evaluate(SETTLED)


def press(page: Page, button: str = "left") -> None:
    """Click the switch where it stands; Playwright's own click would scroll the page first, since it is sticky."""
    box = page.locator("a[data-edition]").bounding_box()
    assert 0 < box["y"] < 100, "the switch stays in view"
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, button=button)


def switch(page: Page, edition: str) -> str:
    """Press the switch; the place that the other edition's page then shows."""
    press(page)
    page.wait_for_url(f"**/{OTHER[edition]}/{CHAPTER}.html*")
    page.evaluate(SETTLED)
    return urlsplit(page.url).fragment


def scroll_to(page: Page, place: str) -> None:
    page.evaluate(TO_TOP, place)
    page.wait_for_function(f"(id) => Math.abs(({HEIGHT})(id)) < 0.25", arg=place)


@pytest.mark.parametrize("place", ["formula", "wrong-softmax-text-2", "exercise-split-text"])
@pytest.mark.parametrize("edition", EDITIONS)
def test_the_switch_lands_at_the_same_section(page: Page, server: Any, edition: str, place: str) -> None:
    open_chapter(page, server, edition)
    scroll_to(page, place)
    assert switch(page, edition) == place
    assert -0.05 < page.evaluate(HEIGHT, place) < 0.35, "the heading is not where the reader looks"


@pytest.mark.parametrize("place", ["formula", "why-divide-by-sqrt-d-h", "eq-formula-2", "fig-heads"])
@pytest.mark.parametrize("edition", EDITIONS)
def test_the_switch_carries_the_hash(page: Page, server: Any, edition: str, place: str) -> None:
    open_chapter(page, server, edition, f"#{place}")
    assert switch(page, edition) == place
    box = page.locator(f"[id='{place}']").bounding_box()
    assert -50 < box["y"] < 450, "the place is not in view"


def test_a_hash_that_the_reader_has_left_behind(page: Page, server: Any) -> None:
    open_chapter(page, server, "en", "#idea")
    scroll_to(page, "cost-text")
    assert switch(page, "en") == "cost-text"


@pytest.mark.parametrize("place", ["", "#nowhere"])
def test_at_the_top_there_is_nothing_to_carry(page: Page, server: Any, place: str) -> None:
    open_chapter(page, server, "zh", place)
    assert switch(page, "zh") == ""


def test_a_new_tab_gets_the_place_too(page: Page, server: Any) -> None:
    open_chapter(page, server, "en")
    scroll_to(page, "cost-text")
    with page.context.expect_page() as opened:
        press(page, "middle")
    opened.value.wait_for_load_state()
    assert urlsplit(opened.value.url)._replace(netloc="").geturl() == f"http:///zh/{CHAPTER}.html#cost-text"


def test_without_scripts_the_switch_is_a_link(browser: Browser, server: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/en/{CHAPTER}.html#formula")
    page.click("a[data-edition]")
    page.wait_for_url(f"{server.url}/zh/{CHAPTER}.html")
    context.close()


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_map_leads_to_the_sections(page: Page, server: Any, edition: str) -> None:
    page.goto(f"{server.url}/{edition}/index.html")
    page.locator(".model-map a", has_text="Multi-head self-attention").click()
    page.wait_for_url(f"{server.url}/{edition}/{CHAPTER}.html#many-heads-text")
    page.evaluate(SETTLED)
    assert -0.05 < page.evaluate(HEIGHT, "many-heads-text") < 0.35
