"""Type: how long a line is, where code breaks, which fonts Chinese pages use, and how their index is sorted."""

from __future__ import annotations

import statistics
from typing import Any

import pytest
from pinyin import letter, sound
from playwright.sync_api import Browser, Page
from site_server import EDITIONS

# The lengths of all full lines of plain paragraphs.
LINES = """() => [...document.querySelectorAll(".bd-article section > p")].filter((p) => !p.querySelector("code, .math")).flatMap((p) => {
  const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT), range = document.createRange(), lines = [];
  let bottom = null;
  while (walker.nextNode()) for (let i = 0; i < walker.currentNode.length; i++) {
    range.setStart(walker.currentNode, i); range.setEnd(walker.currentNode, i + 1);
    const box = range.getBoundingClientRect();
    if (bottom === null || box.top > bottom) lines.push(0);
    if (box.height) bottom = box.bottom - 4;
    lines[lines.length - 1] += 1;
  }
  return lines.slice(0, -1);
})"""
# Words of code on two lines: what stands before each break.
BREAKS = """() => [...document.querySelectorAll(".bd-article code.literal .pre")].flatMap((word) => {
  const range = document.createRange(), found = [];
  let before = "", top = null;
  for (const node of word.childNodes) for (let i = 0; i < (node.data || "").length; i++) {
    range.setStart(node, i); range.setEnd(node, i + 1);
    const box = range.getBoundingClientRect();
    if (top !== null && box.height && box.top > top + 5) found.push(before);
    if (box.height) top = box.top;
    before = node.data[i];
  }
  return found;
})"""


@pytest.fixture
def page(browser: Browser) -> Any:
    """A page in a wide window."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    yield page
    page.close()


def test_english_lines_have_70_to_78_characters(server: Any, page: Page) -> None:
    lengths = []
    for chapter in ("01_patches", "03_attention"):
        page.goto(f"{server.url}/en/{chapter}.html")
        lengths += page.evaluate(LINES)
    assert len(lengths) > 40
    assert 70 <= statistics.median(lengths) <= 78


def test_chinese_lines_have_38_to_40_characters(server: Any, page: Page) -> None:
    page.goto(f"{server.url}/zh/03_attention.html")
    wide = page.evaluate(
        "(p => p.getBoundingClientRect().width / parseFloat(getComputedStyle(p).fontSize))"
        "(document.querySelector('.bd-article section > p'))"
    )
    assert 38 <= wide <= 40


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("width", [320, 390])
def test_code_breaks_at_its_joints_alone(server: Any, page: Page, edition: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    broken = []
    for name in ("01_patches", "07_transfer_learning", "glossary"):
        page.goto(f"{server.url}/{edition}/{name}.html")
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        broken += page.evaluate(BREAKS)
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert set(broken) <= {"_", ".", "/"}
    assert len(broken) > 3, "no word of code breaks: the test sees nothing"


def glyph_fonts(page: Page, text: str) -> list[str]:
    """The fonts that the browser draws a text in a paragraph with."""
    page.evaluate("text => { document.querySelector('.bd-article section > p').textContent = text; }", text)
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": ".bd-article section > p"})[
        "nodeId"
    ]
    return [
        font["familyName"] for font in session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    ]


def test_symbols_are_latin_and_quotation_marks_chinese(server: Any, page: Page) -> None:
    page.goto(f"{server.url}/zh/01_patches.html")
    family = page.evaluate("getComputedStyle(document.querySelector('.bd-article p')).fontFamily")
    before_chinese = family.split("PingFang")[0]
    assert "system-ui" not in before_chinese, "on a Chinese system that is a Chinese font"
    chinese = glyph_fonts(page, "一图像块")
    assert len(chinese) == 1
    assert chinese[0] not in glyph_fonts(page, "224 × 224 = 50,176 ± 1 · √2 → ViT")
    assert glyph_fonts(page, "“”……——") == chinese


@pytest.mark.parametrize(
    ("term", "heading"),
    [
        ("嵌入", "Q"),
        ("参数", "C"),
        ("重建", "C"),
        ("重点", "Z"),
        ("骨干", "G"),
        ("座", "Z"),
        ("啊", "A"),
        ("dropout", "D"),
    ],
)
def test_a_term_stands_under_the_letter_of_its_sound(term: str, heading: str) -> None:
    assert letter(term) == heading


def test_chinese_index_is_sorted_by_sound(server: Any, page: Page) -> None:
    page.goto(f"{server.url}/zh/genindex.html")
    headings = page.locator(".bd-article h2").all_inner_texts()
    headings = [heading.strip().rstrip("#") for heading in headings]
    assert headings == sorted(headings) and set("BCDFGHJKLMQSTWXYZ") <= set(headings)
    assert all(len(heading) == 1 and heading.isascii() for heading in headings)
    terms = page.locator(".bd-article table.indextable li").all_inner_texts()
    assert len(terms) > 50
    assert terms == sorted(terms, key=lambda term: (letter(term), sound(term.lower())))
