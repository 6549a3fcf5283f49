"""The two editions agree; and whatever one could change in one of them alone is noticed."""

from __future__ import annotations

from collections.abc import Callable

import editions
import pytest
from nbformat import NotebookNode
from pages import BOOK, EDITIONS
from tiny_book import NOTEBOOK, assert_found, edit, edit_notebook, recaption, replace, reword

ZH = f"book/zh/{NOTEBOOK}"


def test_the_book_has_pages():
    for edition in EDITIONS:
        assert list((BOOK / edition).glob("*.ipynb")), (
            f"no notebook in book/{edition}: nothing would be compared"
        )
        assert (BOOK / edition / "index.md").exists()


def test_editions_agree():
    if found := editions.problems():
        pytest.fail("\n".join(found), pytrace=False)


def test_tiny_book_has_no_problem(book):
    assert editions.problems(book) == []


def set_metadata(key: str, value: object) -> Callable[[NotebookNode], None]:
    return lambda cell: cell.metadata.__setitem__(key, value)


def set_key(key: str, value: object) -> Callable[[NotebookNode], None]:
    return lambda cell: cell.__setitem__(key, value)


CODE_FAULTS = [
    ("count-pixels", reword("side", "height"), "source differs"),
    ("count-pixels", lambda cell: cell.outputs[0].__setitem__("text", "25\n"), "outputs differs"),
    ("count-pixels", set_key("execution_count", 7), "execution_count differs"),
    ("setup", set_metadata("tags", ["setup", "hide-input"]), "the tags differ"),
    ("figure", lambda cell: cell.metadata.mystnb.figure.__setitem__("name", "two"), "the metadata differ"),
    ("figure", recaption(alt=""), "caption, alt text or label in one edition only"),
]


@pytest.mark.parametrize(("cell_id", "change", "fault"), CODE_FAULTS)
def test_code_that_differs(book, cell_id, change, fault):
    edit(book, "zh", cell_id, change)
    assert_found(editions.problems(book), f"{ZH}, cell {cell_id}", fault, "make sync")


def test_notebook_metadata_that_differs(book):
    edit_notebook(book, "zh", lambda notebook: notebook.metadata.kernelspec.__setitem__("name", "other"))
    assert_found(editions.problems(book), ZH, "the notebook's metadata differ", "make sync")


@pytest.mark.parametrize(
    ("change", "cell_id", "fault"),
    [
        (lambda cells: cells.pop(2), "count-pixels", "this code cell is missing"),
        (lambda cells: cells.insert(3, cells.pop(2)), "count-pixels", "the cells stand in another order"),
        (lambda cells: cells[2].__setitem__("id", "new"), "new", "no such code cell"),
    ],
)
def test_cells_that_differ(book, change, cell_id, fault):
    edit_notebook(book, "zh", lambda notebook: change(notebook.cells))
    assert_found(editions.problems(book), f"{ZH}, cell {cell_id}", fault, "make sync")


def test_page_in_one_edition_only(book):
    (book / "zh" / NOTEBOOK).unlink()
    assert_found(editions.problems(book), ZH, "missing", "make sync")
    (book / "en" / "index.md").rename(book / "en" / "start.md")
    assert_found(
        editions.problems(book), "book/zh/start.md", "missing", "copy book/en/start.md there and translate it"
    )
    assert_found(editions.problems(book), "book/zh/index.md", "no English page of that name", "remove it")


def test_english_edit_makes_the_translation_stale(book):
    edit(book, "en", "goal", reword("A picture", "The picture"))
    expected = f'compare it with book/en/{NOTEBOOK}, cell goal, then `make translated CELLS="01_tiny/goal"`'
    assert_found(editions.problems(book), f"{ZH}, cell goal", "stale", expected)


def test_edited_english_caption_makes_the_translation_stale(book):
    edit(book, "en", "figure", recaption(caption="A pixel of 24."))
    assert_found(editions.problems(book), f"{ZH}, cell figure", "stale", 'CELLS="01_tiny/figure"')


def test_edited_english_page_makes_the_translation_stale(book):
    replace(book, "en/index.md", "Read about", "All about")
    assert_found(editions.problems(book), "book/zh/index.md", "stale", 'make translated CELLS="index.md"')


@pytest.mark.parametrize("record", [{"source": ""}, None])
def test_unmarked_translation(book, record):
    edit(book, "zh", "goal", set_metadata("translation", record))
    assert_found(editions.problems(book), f"{ZH}, cell goal", "not marked as translated", "make translated")


@pytest.mark.parametrize(
    ("cell_id", "change"),
    [
        ("exercise-count", set_key("source", "### Exercise 01.1: count\n\nCount the pixels.")),
        (
            "goal",
            lambda cell: set_key("source", cell.source + "\n\nand this was never put into Chinese")(cell),
        ),
        ("figure", recaption(caption="One pixel of 24.", alt="A dark square.")),
    ],
)
def test_text_left_in_english(book, cell_id, change):
    edit(book, "zh", cell_id, change)
    assert_found(editions.problems(book), f"{ZH}, cell {cell_id}", "still in English", "translate it")


def test_names_may_stay_english(book):
    edit(book, "en", "goal", set_key("source", "# Vision Transformer (ViT)\n\n`print`"))
    edit(book, "zh", "goal", set_key("source", "# Vision Transformer (ViT)\n\n`print`"))
    assert not [problem for problem in editions.problems(book) if "still in English" in problem]


def test_english_cell_with_translation_metadata(book):
    edit(book, "en", "goal", set_metadata("translation", {"source": ""}))
    assert_found(
        editions.problems(book), f"book/en/{NOTEBOOK}, cell goal", "no `translation` metadata", "remove it"
    )
