"""Links to places within pages lead somewhere; ids are shared by both editions and stay when something is added."""

from __future__ import annotations

import re
from pathlib import Path

import links
import pytest
from anchors import page_anchors, slug
from nbformat import v4
from pages import BOOK, CHINESE, EDITIONS, ENGLISH, load, load_edition
from tiny_book import NOTEBOOK, assert_found, edit, edit_notebook, recaption, replace, reword

GLOSSARY = {
    ENGLISH: "# Words\n\n```{glossary}\npatching\npatchify\n  Cutting.\n\nlogits\n  Scores.\n```\n",
    CHINESE: "# 术语\n\n```{glossary}\n分块（patching、patchify）\n  切开。\n\nlogits\n  分数。\n```\n",
}


def ids(path: Path) -> list[str]:
    return [anchor.id for anchor in page_anchors(path)]


def test_links_of_the_book() -> None:
    if found := links.problems():
        pytest.fail("\n".join(found), pytrace=False)


def test_tiny_book_has_no_problem(book: Path) -> None:
    assert links.problems(book) == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_symptoms_and_the_map_lead_to_sections(edition: str) -> None:
    targets = list(links.prose(load(BOOK / edition / "symptoms.md").cells[0])[0].links)
    targets += re.findall(r'href="([^"]*)"', (BOOK / "_assets" / "model-map.svg").read_text("utf8"))
    assert len(targets) > 35
    assert [
        target for target in targets if not re.fullmatch(r"\d\d_\w+\.(?:ipynb|html)#[\w-]+", target)
    ] == []


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("target", "way_out"),
    [
        ("index.md#tiny-books", "write #tiny-book"),
        ("01_tiny.ipynb#patches", "write #goal"),  # the heading's slug: what its id used to be
        ("#exercise-counts", "write #exercise-count"),
        ("#xyzzy", "name the cell in which the heading stands"),
        ("#", "name the cell"),
    ],
)
def test_link_to_a_place_that_does_not_exist(book: Path, edition: str, target: str, way_out: str) -> None:
    edit(book, edition, "goal", reword("index.md", target))
    assert_found(links.problems(book), f"book/{edition}/{NOTEBOOK}, cell goal", f"link to {target}", way_out)


@pytest.mark.parametrize(
    "target",
    [
        "index.md#tiny-book",
        "#goal",
        "01_tiny.ipynb#exercise-count-help",
        "#eq-goal",
        "#one-pixel",
        "index.md",
        "https://example.org/#part",
    ],
)
def test_links_that_lead_somewhere(book: Path, target: str) -> None:
    edit(book, "both", "goal", reword("index.md", target))
    assert links.problems(book) == []


def test_links_of_captions_and_pages_count(book: Path) -> None:
    edit(book, "zh", "figure", recaption(caption="见[这里](#nowhere)。"))
    replace(book, "en/index.md", "01_tiny.ipynb", "01_tiny.ipynb#nowhere")
    found = links.problems(book)
    assert_found(found, f"book/zh/{NOTEBOOK}, cell figure", "link to #nowhere")
    assert_found(found, "book/en/index.md", "link to 01_tiny.ipynb#nowhere")
    assert len(found) == 2


@pytest.mark.parametrize(
    ("target", "fault"),
    [("01_tiny.html#goals", "write #goal"), ("02_none.html#goal", "there is no page 02_none.html")],
)
def test_links_of_a_picture_count(book: Path, target: str, fault: str) -> None:
    (book / "_assets").mkdir()
    picture = f'<svg><a href="{target}"><rect/></a><a href="01_tiny.html#goal"/></svg>'
    (book / "_assets" / "map.svg").write_text(picture, "utf8")
    found = links.problems(book)
    assert len(found) == 2
    for edition in EDITIONS:
        assert_found(found, f"book/_assets/map.svg in book/{edition}", fault)


def test_two_places_with_one_id(book: Path) -> None:
    name_as_cell = lambda cell: cell.metadata.mystnb.figure.__setitem__("name", "goal")  # noqa: E731
    edit(book, "both", "figure", name_as_cell)
    assert_found(links.problems(book), f"book/en/{NOTEBOOK}", "2 places have the id goal", "rename")


def test_ids_come_from_the_cells(book: Path) -> None:
    expected = ["goal", "eq-goal", "one-pixel", "exercise-count", "exercise-count-help"]
    assert ids(book / "en" / NOTEBOOK) == ids(book / "zh" / NOTEBOOK) == expected
    assert [anchor.others for anchor in page_anchors(book / "zh" / NOTEBOOK)] == [
        ("patches",),
        (),
        (),
        ("exercise-01-1-count",),
        ("recap",),
    ]


def test_ids_stay_when_a_section_is_added(book: Path) -> None:
    before = ids(book / "zh" / NOTEBOOK)
    new = v4.new_markdown_cell("## 新的\n\n### 再新\n\n$$x \\tag{1.1}$$\n\n$$y \\tag{1.2}$$", id="news")
    edit_notebook(book, "zh", lambda notebook: notebook.cells.insert(1, new))
    after = ids(book / "zh" / NOTEBOOK)
    assert [each for each in after if "news" in each] == ["news", "news-2", "eq-news", "eq-news-2"]
    assert [each for each in after if "news" not in each] == before


def test_pages_take_the_english_headings(book: Path) -> None:
    for edition, text in GLOSSARY.items():
        (book / edition / "words.md").write_text(text, "utf8")
        assert ids(book / edition / "words.md") == ["words", "term-patching", "term-logits"]
        assert page_anchors(book / edition / "words.md")[1].others == ("term-patchify",)
    assert page_anchors(book / "zh" / "words.md")[0].label == "术语"


def test_what_is_no_heading_and_no_equation_has_no_id(book: Path) -> None:
    text = (
        "# Tiny book\n\n```python\n# not one\n```\n\n> ## nor this\n\n- ## nor that\n\n$$x = 1$$\n\n## Last\n"
    )
    (book / "en" / "index.md").write_text(text, "utf8")
    assert ids(book / "en" / "index.md") == ["tiny-book", "last"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("01 Patches: an image", "patches-an-image"),
        ("Why divide by \\sqrt{D_h}?", "why-divide-by-sqrt-d-h"),
        ("Café", "cafe"),
        ("图像块", ""),
    ],
)
def test_slug(text: str, expected: str) -> None:
    assert slug(text) == expected


@pytest.mark.parametrize(
    ("edition", "text", "expected"),
    [
        ("en", "See Equation (1.1).", ["[Equation (1.1)](#eq-goal)"]),
        (
            "en",
            "See Equations (1.1) and (1.2).",
            ["[Equations (1.1)](#eq-goal)", "(1.2)” is no link: write one"],
        ),
        (
            "en",
            "As in Exercise 01.1, or 01.1.",
            ["[Exercise 01.1](#exercise-count)", "[01.1](#exercise-count)"],
        ),
        ("en", "Figure 3 shows it.", ["Figure 3"]),
        (
            "zh",
            "见公式 (1.1)和(1.2)，练习 01.1，图 3。",
            ["图 3", "[公式 (1.1)](#eq-goal)", "“(1.2)”", "[练习 01.1]"],
        ),
        ("en", "See [Equation (1.1)](#eq-goal), [exercise 01.1](#exercise-count).", []),
        ("en", "The paper's Equation 1, its Figure A, `Equation (1.1)`, 0.01 and 101.1.", []),
        ("en", "### Exercise 01.1: count", []),
    ],
)
def test_mentions(book: Path, edition: str, text: str, expected: list[str]) -> None:
    edit(book, edition, "goal", lambda cell: cell.__setitem__("source", f"{cell.source}\n\n{text}"))
    found = links.mentions(book)
    assert len(found) == len(expected)
    for message, part in zip(found, expected, strict=True):
        assert part in message and f"book/{edition}/{NOTEBOOK}, cell goal" in message


def test_a_mention_on_another_page_names_the_page(book: Path) -> None:
    replace(book, "en/index.md", "1,000 classes", "1,000 classes, Equation (1.1)")
    assert_found(links.mentions(book), "book/en/index.md", "[Equation (1.1)](01_tiny.ipynb#eq-goal)")


def test_every_mention_of_the_book_is_a_link() -> None:
    assert load_edition(BOOK, ENGLISH), "no pages"
    assert links.mentions() == []
