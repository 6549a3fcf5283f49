"""All notebooks of both editions run, render and compare anywhere; and what would spoil that is noticed."""

from __future__ import annotations

from collections.abc import Callable

import notebooks
import pytest
from nbformat import NotebookNode, v4
from pages import BOOK, EDITIONS
from tiny_book import NOTEBOOK, PIXEL, assert_found, cell, edit, edit_notebook, recaption, reword

EN = f"book/en/{NOTEBOOK}"


def test_notebooks_of_the_book():
    assert all(list((BOOK / edition).glob("*.ipynb")) for edition in EDITIONS), "no notebook was checked"
    if found := notebooks.problems():
        pytest.fail("\n".join(found), pytrace=False)


def test_tiny_book_has_no_problem(book):
    assert notebooks.problems(book) == []


def tag(*tags: str) -> Callable[[NotebookNode], None]:
    return lambda cell: cell.metadata.__setitem__("tags", list(tags))


def append(text: str) -> Callable[[NotebookNode], None]:
    return lambda cell: cell.__setitem__("source", f"{cell.source}\n\n{text}")


def prints(text: str, kind: str = "stdout") -> Callable[[NotebookNode], None]:
    if kind == "text/html":
        return lambda cell: cell.outputs.append(v4.new_output("display_data", data={kind: text}))
    return lambda cell: cell.outputs.append(v4.new_output("stream", name=kind, text=text))


def raises(cell: NotebookNode) -> None:
    cell.outputs.append(v4.new_output("error", ename="E", evalue="e", traceback=[]))


def label(text: str) -> Callable[[NotebookNode], None]:
    return lambda cell: cell.metadata.__setitem__("mystnb", {"code_prompt_show": text})


FAULTS = [
    ("count-pixels", tag("hide-input"), "a fold without a label", "mystnb.code_prompt_show"),
    ("count-pixels", label("Counts"), "a label without a fold", "hide-input"),
    ("count-pixels", tag("nbval_ignore_output"), "unknown tag nbval_ignore_output", "use one of"),
    ("count-pixels", tag("nbval-skip"), "unknown tag nbval-skip", "use one of"),
    ("count-pixels", append("# NBVAL_IGNORE_OUTPUT"), "a comment that steers nbval", "use a tag"),
    ("count-pixels", append("sum([0.1, 0.2]) / 2"), "a mean by the built-in sum", "use statistics.fmean"),
    ("count-pixels", append("\n" * 15 + "1"), "18 lines", "split the cell"),
    ("setup", append("\n" * 20 + "1"), "23 lines", "20 are the most"),
    ("count-pixels", lambda cell: cell.__setitem__("source", " "), "empty code cell", "remove it"),
    (
        "count-pixels",
        lambda cell: cell.__setitem__("execution_count", None),
        "execution count None",
        "make sync",
    ),
    ("setup", tag(), "the first code cell lacks the tag setup", "begin with the setup cell"),
    ("figure", recaption(alt=""), "a figure without alt", "mystnb.image.alt"),
    ("figure", recaption(caption=""), "a figure without caption", "mystnb.figure.caption"),
    ("count-pixels", raises, "the stored output is an error", "mend the cell"),
    ("count-pixels", prints("careful", "stderr"), "stderr 'careful'", "mend or silence"),
    ("count-pixels", tag("nbval-ignore-output"), "its output is ignored", "assert it, with a tolerance"),
    ("count-pixels", append("\n" + "x = 1  # " * 10), "a line of 90 characters", "a page shows 88"),
    ("goal", append("See {term}`patch`."), "MyST syntax '{term}`'", "plain Markdown"),
    ("goal", append("```{note}\nText\n```"), "MyST syntax '```{'", "plain Markdown"),
    ("goal", append(":::{note}\nText\n:::"), "MyST syntax ':::{'", "plain Markdown"),
    ("goal", append("(label)=\n## Part"), "MyST syntax '(label)='", "plain Markdown"),
    ("goal", append("![a](photo.png)"), "picture photo.png", "draw it in a code cell"),
    ("goal", append('<img src="photo.png" alt="a">'), "picture photo.png", "draw it in a code cell"),
    (
        "exercise-count-help",
        reword("</summary>\n\n", "</summary>\n"),
        "no blank line after </summary>",
        "not rendered",
    ),
]
OUTPUTS = [
    ("saved in /home/me/model.pt", "an absolute path in the output, '/home/'"),
    ("saved in /tmp/x", "an absolute path"),
    (r"saved in C:\Users", "an absolute path"),
    ("lib/site-packages/torch", "a path into an installation"),
    ("<Line2D object at 0x7f2a1c3d4e5f>", "a memory address"),
    ("took 3.25 s", "a time"),
    ("took 12 ms", "a time"),
    ("torch 2.15.0+cu128", "a version"),
    ("loss 2.0778415203094482", "a number with all its digits"),
]


@pytest.mark.parametrize(("cell_id", "change", "fault", "remedy"), FAULTS)
def test_fault_is_found(book, cell_id, change, fault, remedy):
    edit(book, "en", cell_id, change)
    assert_found(notebooks.problems(book), f"{EN}, cell {cell_id}: ", fault, remedy)


@pytest.mark.parametrize(("text", "fault"), OUTPUTS)
@pytest.mark.parametrize("kind", ["stdout", "text/html"])
def test_output_that_differs_between_machines(book, text, fault, kind):
    edit(book, "zh", "count-pixels", prints(text, kind))
    found = notebooks.problems(book)
    assert_found(found, f"book/zh/{NOTEBOOK}, cell count-pixels: {fault}", "do not print what differs")


def test_output_that_needs_another_host(book):
    edit(book, "en", "count-pixels", prints('<script src="https://example.org/a.js"></script>', "text/html"))
    assert_found(notebooks.problems(book), f"{EN}, cell count-pixels: another host's resource in the output")


@pytest.mark.parametrize(
    "text",
    [
        "ratio 3.25, 4/6 and 2.5 times",
        "(1, 768, 14, 14)",
        "HW/P² = 196",
        "patches/s",
        "0x1f",
        "https://a.org/home/",
    ],
)
def test_harmless_output(book, text):
    edit(book, "both", "count-pixels", prints(text))
    assert notebooks.problems(book) == []


def test_data_in_a_picture_is_not_read_as_text(book):
    edit(
        book,
        "both",
        "count-pixels",
        prints(f'<img alt="a" src="data:image/png;base64,{PIXEL}/tmp/x">', "text/html"),
    )
    assert notebooks.problems(book) == []


def test_ignored_outputs_are_few_and_asserted(book):
    def ignore(notebook: NotebookNode) -> None:
        tag("nbval-ignore-output")(cell(notebook, "count-pixels"))
        cell(notebook, "figure").source += "\nassert side == 4"

    edit_notebook(book, "en", ignore)
    edit(book, "en", "count-pixels", prints("took 3.25 s"))
    assert notebooks.problems(book) == [], "an ignored output may hold a time, if its message is asserted"
    for cell_id in ("setup", "figure"):
        edit(book, "en", cell_id, tag("setup", "nbval-ignore-output"))
    assert_found(
        notebooks.problems(book), f"{EN}, cell figure: 3 ignored outputs, 2 are the most", "compare it"
    )


@pytest.mark.parametrize(
    "cell_id", ["7f3a9c21", "42", "3f2b8a1c-9d4e-4f6a-8b2c-1d3e5f7a9b0c", "Patch_Grid", "a--b"]
)
def test_unreadable_id(book, cell_id):
    edit(book, "en", "goal", lambda cell: cell.__setitem__("id", cell_id))
    assert_found(
        notebooks.problems(book), f"{EN}, cell {cell_id}: ", "the id is not readable", "as patch-grid"
    )


@pytest.mark.parametrize("cell_id", ["patch-grid", "vit-b16", "add-1", "decade", "exercise-count-2"])
def test_readable_id(book, cell_id):
    edit(book, "en", "goal", lambda cell: cell.__setitem__("id", cell_id))
    assert notebooks.problems(book) == []


def test_code_in_markdown_may_look_like_myst(book):
    edit(book, "en", "goal", append('```python\nprint(f"{a}`", "+++")\n# %\n```'))
    assert notebooks.problems(book) == []


def test_setup_cells_that_differ(book):
    edit(book, "zh", "setup", reword("side = 4", "side = 2 * 2"))
    found = notebooks.problems(book)
    assert_found(
        found, f"book/zh/{NOTEBOOK}, cell setup: the setup cell differs from that of {EN}", "copy it"
    )


def test_notebook_that_is_too_large(book):
    edit(book, "en", "count-pixels", lambda cell: cell.outputs[0].__setitem__("text", "a" * 3_000_001))
    assert_found(notebooks.problems(book), f"{EN}: larger than 3,000,000 bytes", "draw smaller figures")
