"""The checks of the site see what they are there to see: faults planted in a small page."""

from __future__ import annotations

from pathlib import Path

import pytest
from chromium import find_chromium
from playwright.sync_api import Browser
from site_server import built_pages, serve
from site_visit import english_only, visit_page

FAULTS = """<!doctype html><html lang="en"><head><title>Faults</title></head><body><main>
<article class="bd-article"><h1>Faults</h1>
<img src="picture.png" alt="">
<span class="math">x</span>
<p style="color: #bbb; background: #fff">hardly legible</p>
<div style="width: 2000px">wide</div></article>
<button title="Back to top">Go on</button>
</main><script src="http://other-host.invalid/x.js"></script><script>nowhere();</script></body></html>"""


@pytest.fixture
def faulty_site(tmp_path: Path) -> Path:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "index.html").write_text(FAULTS, "utf8")
    return tmp_path


def test_every_planted_fault_is_seen(faulty_site: Path, browser: Browser) -> None:
    with serve(faulty_site) as server:
        visit = visit_page(browser, server, "en/index.html")
    assert visit.foreign == ["http://other-host.invalid/x.js"]
    assert any("404" in error and "picture.png" in error for error in visit.errors)
    assert any("nowhere is not defined" in error for error in visit.errors)
    assert all(page_width > window_width for page_width, window_width in visit.overflow.values())
    assert any(finding.startswith("color-contrast") for finding in visit.axe["light"])
    assert (visit.facts["formulas"], visit.facts["rendered"], visit.facts["mathjax"]) == (1, 0, False)
    assert visit.facts["images"] == [{"src": "picture.png", "alt": "", "lazy": False, "sized": False}]
    assert visit.facts["switches"] == [] and visit.facts["hreflang"] == {}
    assert english_only(visit.texts) == ["Back to top", "Go on"]
    assert 0 < visit.bytes_before_scrolling < len(FAULTS)


def test_english_only_spares_names_and_chinese() -> None:
    assert english_only(["Search", "搜索", "Colab", "Colab 标志", "+", "Ctrl", "Back to top"]) == [
        "Back to top",
        "Search",
    ]


def test_a_site_that_is_not_built_is_no_empty_list_of_tests(tmp_path: Path) -> None:
    assert built_pages(tmp_path) == ["en/index.html", "zh/index.html"]


def test_pages_of_themes_and_sources_do_not_count(faulty_site: Path) -> None:
    (faulty_site / "en" / "_static").mkdir()
    (faulty_site / "en" / "_static" / "x.html").touch()
    (faulty_site / "zh").mkdir()
    (faulty_site / "zh" / "search.html").touch()
    assert built_pages(faulty_site) == ["en/index.html", "zh/search.html"]


def test_the_browser_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/somewhere/chrome")
    assert find_chromium() == "/somewhere/chrome"
    monkeypatch.delenv("CHROMIUM")
    monkeypatch.setenv("PATH", "")
    assert find_chromium() == ""
