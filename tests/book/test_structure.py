"""A page and its translation have the same headings, formulas, links, numbers and exercises."""

from __future__ import annotations

import editions
import pytest
from tiny_book import NOTEBOOK, assert_found, edit, recaption, replace, reword

ZH = f"book/zh/{NOTEBOOK}"


PROSE_FAULTS = [
    ("goal", reword("# 图像块", "## 图像块"), "headings of levels [2], in English [1]"),
    ("goal", reword("4 \\times 6", "4 \\times 5"), "formula 4\\times6 is missing"),
    ("goal", reword("N = HW", "N = H"), "formula N=H\\text{}\\tag{1.1} does not stand in"),
    ("goal", reword("index.md", "01_tiny.ipynb"), "link index.md is missing"),
    ("goal", reword("`print`", "`show`"), "code print is missing"),
    ("goal", reword("24", "25"), "number 24 is missing"),
    ("goal", reword("一张", "![图](photo.png)一张"), "picture photo.png does not stand in"),
    ("exercise-count-help", reword("pixels = 24", "pixels = 42"), "code block pixels = 24"),
    ("figure", recaption(caption="25 个像素里的一个。"), "number of the caption 24 is missing"),
]


@pytest.mark.parametrize(("cell_id", "change", "fault"), PROSE_FAULTS)
def test_prose_that_differs(book, cell_id, change, fault):
    edit(book, "zh", cell_id, change)
    assert_found(editions.problems(book), f"{ZH}, cell {cell_id}", fault, "make the two agree")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (reword("\\tag{1.1}", "\\tag{1.2}"), "equation (1.2) must have the number (1.1)"),
        (reword("`print`", "Equation (1.2), `print`"), "there is no equation (1.2) in this chapter"),
        (
            reword("`print`", "Equations (1.1) and (1.3), `print`"),
            "there is no equation (1.3) in this chapter",
        ),
    ],
)
def test_equations_are_numbered_through_a_chapter(book, change, fault):
    edit(book, "en", "goal", change)
    assert_found(editions.problems(book), f"book/en/{NOTEBOOK}, cell goal", fault)


def test_page_prose_that_differs(book):
    replace(book, "zh/index.md", "1,000", "1000000")
    assert_found(editions.problems(book), "book/zh/index.md", "number 1000 is missing", "make the two agree")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1,000", "1000"),
        ("1,000", "1 千"),
        ("text{ 这里}", "text{在这里}"),
        ("一张 $4 \\times 6$", "$4\\times6$"),
    ],
)
def test_what_a_translation_may_change(book, old, new):
    edit(book, "zh", "goal", reword(old, new))
    assert editions.problems(book) == []


def test_what_a_program_says_may_be_translated(book):
    edit(
        book, "en", "goal", lambda cell: cell.__setitem__("source", cell.source + "\n\n```text\nWrong.\n```")
    )
    assert_found(
        editions.problems(book), f"{ZH}, cell goal: code block text is missing", "make the two agree"
    )
    edit(
        book, "zh", "goal", lambda cell: cell.__setitem__("source", cell.source + "\n\n```text\n错了。\n```")
    )
    assert not [problem for problem in editions.problems(book) if "code block" in problem]


def test_wikipedia_has_its_own_pages_in_each_language(book):
    edit(book, "en", "goal", reword("index.md", "https://en.wikipedia.org/wiki/Pixel"))
    edit(book, "zh", "goal", reword("index.md", "https://zh.wikipedia.org/wiki/像素"))
    assert not [problem for problem in editions.problems(book) if "link" in problem]


def test_link_to_a_page_that_does_not_exist(book):
    edit(book, "both", "goal", reword("index.md", "02_none.ipynb#part"))
    assert_found(
        editions.problems(book), f"{ZH}, cell goal", "link to 02_none.ipynb, which does not exist", "correct"
    )


EXERCISE_FAULTS = [
    (
        "exercise-count-help",
        reword("提示 3", "附注"),
        "has 2 hints and 1 solutions",
        "give it 3 <details> blocks",
    ),
    (
        "exercise-count-help",
        reword("参考答案", "答案"),
        "has 3 hints and 0 solutions",
        "begins with 参考答案",
    ),
    (
        "exercise-count-help",
        reword("```python\npixels = 24\n```", "好。"),
        "no code block in its solution",
        "add",
    ),
    ("exercise-count", reword("练习 01.1", "练习 03.1"), "has another chapter's number", "begin it with 01"),
]


@pytest.mark.parametrize(("cell_id", "change", "fault", "remedy"), EXERCISE_FAULTS)
def test_incomplete_exercise(book, cell_id, change, fault, remedy):
    edit(book, "zh", cell_id, change)
    assert_found(editions.problems(book), f"{ZH}, cell exercise-count", fault, remedy)


def test_exercise_without_its_twin(book):
    edit(book, "zh", "exercise-count", reword("练习 01.1", "练习"))
    assert_found(editions.problems(book), ZH, "exercises [], in English ['01.1']", "练习 01.2")


def test_solutions_that_differ(book):
    edit(book, "zh", "exercise-count-help", reword("pixels = 24", "pixels = 4 * 6"))
    assert_found(
        editions.problems(book), f"{ZH}, cell exercise-count", "the solution of exercise 01.1 differs", "copy"
    )
