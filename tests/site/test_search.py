"""What the search finds: the right page for what readers type, with synonyms and slips of the finger."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from places import ROOT
from playwright.sync_api import Browser
from site_server import EDITIONS

QUERIES = yaml.safe_load((ROOT / "tests/site/search_queries.yml").read_text("utf8"))
FIND = """(queries) => {
  const prepared = bookSearch.prepare(bookSearch.index);
  return queries.map((query) => bookSearch.find(prepared, query).map((found) => (
    {page: found.page.url.replace(".html", ""), title: found.section.title, id: found.section.id})));
}"""


def answers(browser: Browser, server: Any, edition: str, queries: list[str]) -> list[list[dict]]:
    """What the search finds for each query, best first."""
    page = browser.new_page()
    page.goto(f"{server.url}/{edition}/search.html")
    page.wait_for_selector("#search-results", state="attached")
    found = page.evaluate(FIND, queries)
    page.close()
    return found


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_right_page_comes_first(server: Any, browser: Browser, edition: str) -> None:
    wanted = QUERIES[edition]
    assert len(wanted) >= 60
    found = answers(browser, server, edition, [each["q"] for each in wanted])
    first, third, sections, missed = 0, 0, [], []
    for want, results in zip(wanted, found, strict=True):
        pages = want["page"] if isinstance(want["page"], list) else [want["page"]]
        hits = [result["page"] in pages for result in results[:3]]
        first, third = first + any(hits[:1]), third + any(hits)
        missed += [] if any(hits[:1]) else [want["q"]]
        if "section" in want:
            sections.append(any(result["title"] == want["section"] for result in results[:3]))
    assert third / len(wanted) >= 0.95, missed
    assert first / len(wanted) >= 0.8, missed
    assert sum(sections) / len(sections) >= 0.8, "sections"


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_name_in_code_leads_to_where_its_source_is_shown(
    server: Any, browser: Browser, edition: str
) -> None:
    names = ["patchify", "PatchEmbedding", "MultiHeadSelfAttention", "EncoderBlock", "VisionTransformer"]
    heading = {"en": "The package’s version", "zh": "包里的版本"}[edition]
    found = [results[0] for results in answers(browser, server, edition, names)]
    assert [each["page"][:2] for each in found] == ["01", "01", "03", "05", "05"]
    assert {each["title"] for each in found} == {heading}


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_chapter_comes_before_the_glossary(server: Any, browser: Browser, edition: str) -> None:
    words = {
        "en": ["attention", "class token", "dropout", "fine-tuning"],
        "zh": ["注意力", "类别词元", "微调"],
    }
    for results in answers(browser, server, edition, words[edition]):
        pages = [each["page"] for each in results]
        assert pages.index("glossary") == 3, "its sentence is shown, behind the first three"


def test_a_planted_synonym_is_found_both_ways(server: Any, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{server.url}/en/search.html")
    page.wait_for_selector("#search-results", state="attached")
    plant = """(synonyms) => {
      const own = {page: 0, id: "zebra", title: "A zebra", text: "Nothing but a zebra."};
      const index = {...bookSearch.index, synonyms, sections: [...bookSearch.index.sections, own]};
      const first = (query) => bookSearch.find(bookSearch.prepare(index), query).map((found) => found.section.id);
      return [first("quagga"), first("zebra"), first("woolly quaggas")];
    }"""
    assert page.evaluate(plant, []) == [[], ["zebra"], []]
    assert page.evaluate(plant, [["zebra", "quagga"]]) == [["zebra"], ["zebra"], ["zebra"]]
    page.close()


def test_one_slip_is_forgiven_and_two_are_not(server: Any, browser: Browser) -> None:
    slips = ["unpatchify", "unpatchfy", "unpatcihfy", "unpattchify", "unpatchifi", "umpatchyfi"]
    found = answers(browser, server, "en", slips)
    assert [bool(results) for results in found] == [True, True, True, True, True, False]
    assert {results[0]["page"] for results in found[:5]} == {"01_patches"}
