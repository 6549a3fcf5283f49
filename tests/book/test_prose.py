"""Every number of the prose is printed by the same notebook, or sourced in `facts.yml`."""

from __future__ import annotations

import prose
import pytest
from nbformat import v4
from pages import BOOK
from tiny_book import NOTEBOOK, assert_found, edit, recaption, replace, reword


def test_numbers_of_the_book():
    if found := prose.problems():
        pytest.fail("\n".join(found), pytrace=False)
    assert list((BOOK / "en").glob("*.ipynb")), "no notebook: no number was checked"


def test_tiny_book_has_no_problem(book):
    assert prose.problems(book) == []


NUMBER_FAULTS = [
    ("en", "goal", reword("**24**", "**97**"), "97"),
    ("zh", "goal", reword("**24**", "**97**"), "97"),
    ("en", "goal", reword("4 \\times 6", "4 \\times 97"), "97"),
    ("en", "exercise-count", reword("the pixels", "97 pixels"), "97"),
    ("zh", "figure", recaption(caption="97 个像素里的一个。"), "97"),
    ("en", "figure", recaption(alt="A square, 97 wide."), "97"),
    ("en", "goal", reword("**24**", "**2**"), "2"),  # a part of 24 is not 24
]


@pytest.mark.parametrize(("edition", "cell_id", "change", "number"), NUMBER_FAULTS)
def test_number_that_nothing_supports(book, edition, cell_id, change, number):
    edit(book, edition, cell_id, change)
    remedy = "print it in a cell, or add it with its source to book/facts.yml"
    assert_found(prose.problems(book), f"book/{edition}/{NOTEBOOK}, cell {cell_id}: {number} in “", remedy)


def test_number_that_is_not_printed_any_more(book):
    edit(book, "both", "count-pixels", lambda cell: cell.outputs[0].__setitem__("text", "(4, 6)\n"))
    assert_found(
        prose.problems(book),
        f"book/en/{NOTEBOOK}, cell goal: 24 in “",
        "stands in no output of this notebook",
    )


def test_number_on_a_page(book):
    replace(book, "zh/index.md", "1,000", "97")
    assert_found(
        prose.problems(book), "book/zh/index.md: 97 in “", "no output of this edition", "book/facts.yml"
    )
    replace(book, "zh/index.md", "97", "1,000 和 24")
    assert prose.problems(book) == [], "a page may quote what any notebook prints"


@pytest.mark.parametrize(
    ("html", "known"),
    [
        ("<b>97</b>", True),
        ("<script>97</script>", False),
        ("<style>p {width: 97px}</style>", False),
        ('<img src="data:image/png;base64,97">', False),
        ("<pre><code>97</code></pre>", False),
    ],
)
def test_numbers_in_html_outputs(book, html, known):
    output = v4.new_output(
        "display_data", data={"text/html": html, "text/plain": "<Figure size 97x97 with 1 Axes>"}
    )
    edit(book, "both", "figure", lambda cell: cell.outputs.append(output))
    edit(book, "both", "goal", reword("**24**", "**97**"))
    assert (prose.problems(book) == []) == known


FACT_FAULTS = [
    ("source: https://example.org", "source: ''", "no `source`"),
    ("what: classes of ImageNet", "why: none", "no `what`"),
    ("value: 1,000", "value: 1000", "quotation marks"),
    ("value: 1,000", "value: ten", "holds no number"),
    ("- index", "- glossary", "page glossary does not use it: take glossary out of its `pages`"),
]


@pytest.mark.parametrize(("old", "new", "fault"), FACT_FAULTS)
def test_facts_are_complete_and_used(book, old, new, fault):
    replace(book, "facts.yml", old, new)
    assert_found(prose.problems(book), "book/facts.yml, value ", fault)
