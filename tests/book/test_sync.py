"""`make sync` carries everything but the translation; `make translated` is the only thing that marks one as done."""

from __future__ import annotations

from pathlib import Path

import editions
import nbformat
import pytest
import sync
from nbformat import NotebookNode
from tiny_book import NOTEBOOK, cell, contents, edit, edit_notebook, recaption, replace, reword


def run(book: Path, *arguments: str) -> int:
    return sync.main([*arguments, "--book", str(book)])


def read(book: Path, edition: str) -> NotebookNode:
    return nbformat.read(book / edition / NOTEBOOK, as_version=4)


def test_execution_changes_no_byte_of_a_current_book(book):
    before = contents(book)
    assert run(book) == 0
    assert contents(book) == before


def test_new_code_reaches_both_editions(book):
    edit(book, "en", "count-pixels", reword("side * 6", "side * 6 + 0"))
    assert run(book, "01_tiny") == 0
    assert cell(read(book, "zh"), "count-pixels") == cell(read(book, "en"), "count-pixels")
    assert editions.problems(book) == []


def test_unknown_notebook_is_named(book, capsys):
    assert run(book, "09_none", "--no-execute") == 1
    assert "book/en/09_none.ipynb: there is no such notebook" in capsys.readouterr().err


def test_carry_over_keeps_translations_and_drops_what_is_gone(book, capsys):
    def change(notebook: NotebookNode) -> None:
        notebook.cells = [c for c in notebook.cells if c.id != "exercise-count"]
        notebook.cells.insert(1, nbformat.v4.new_markdown_cell("New in English.", id="news"))
        cell(notebook, "goal").source += " Edited."

    edit_notebook(book, "en", change)
    chinese = cell(read(book, "zh"), "goal")
    assert run(book, "--no-execute") == 0
    after = read(book, "zh")
    assert [c.id for c in after.cells] == [c.id for c in read(book, "en").cells]
    assert cell(after, "goal") == chinese, "a translation, and what it was made from, stay as they are"
    assert cell(after, "news").source == "New in English."
    assert cell(after, "news").metadata.translation == {"source": ""}
    assert (
        "dropped, gone from the English edition (git has the text): exercise-count" in capsys.readouterr().out
    )
    again = contents(book)
    assert run(book, "--no-execute") == 0
    assert contents(book) == again


def test_captions_are_kept_added_and_removed(book):
    edit(book, "en", "figure", recaption(alt=""))
    assert run(book, "--no-execute") == 0
    mystnb = cell(read(book, "zh"), "figure").metadata.mystnb
    assert mystnb.figure.caption == "24 个像素里的一个。"
    assert "alt" not in mystnb.image

    edit(book, "en", "figure", recaption(caption="", alt="A square."))
    edit(book, "zh", "figure", recaption(caption=""))
    assert run(book, "--no-execute") == 0
    figure = cell(read(book, "zh"), "figure")
    assert figure.metadata.mystnb.image.alt == "A square."
    assert figure.metadata.translation == {"source": ""}, "nothing of it is translated yet"


def test_the_label_of_a_fold_is_a_translation(book):
    edit(book, "zh", "figure", lambda cell: cell.metadata.mystnb.__setitem__("code_prompt_show", "画出像素"))
    edit(book, "en", "figure", lambda cell: cell.metadata.mystnb.__setitem__("code_prompt_show", "Draws it"))
    assert run(book, "--no-execute") == 0
    assert cell(read(book, "zh"), "figure").metadata.mystnb.code_prompt_show == "画出像素"
    assert any("stale" in problem for problem in editions.problems(book))


def test_new_notebook_gets_a_chinese_twin(book):
    (book / "zh" / NOTEBOOK).unlink()
    assert run(book, "--no-execute") == 0
    twin = read(book, "zh")
    sources = {c.metadata.translation.source for c in twin.cells if "translation" in c.metadata}
    assert sources == {""}
    assert len(twin.cells) == len(read(book, "en").cells)


def test_sync_never_marks_a_translation_as_done(book):
    edit(book, "en", "goal", reword("A picture", "The picture"))
    assert run(book, "--no-execute") == 0
    assert any("stale" in problem for problem in editions.problems(book))


@pytest.mark.parametrize("address", ["01_tiny/goal", "01_tiny", "01_tiny.ipynb", "all"])
def test_translated_marks_cells(book, address):
    edit(book, "en", "goal", reword("A picture", "The picture"))
    assert run(book, "--translated", address) == 0
    assert editions.problems(book) == []


def test_translated_marks_only_what_was_named(book):
    edit(book, "en", "goal", reword("A picture", "The picture"))
    edit(book, "en", "figure", recaption(caption="Still one of 24."))
    assert run(book, "--translated", "01_tiny/figure") == 0
    assert [problem for problem in editions.problems(book) if "stale" in problem] == [
        problem for problem in editions.problems(book) if "cell goal" in problem
    ]
    assert len(editions.problems(book)) == 1


def test_translated_marks_pages_and_keeps_their_front_matter(book):
    replace(book, "zh/index.md", "---\ntranslation", "---\nlabel: 首页\ntranslation")
    replace(book, "en/index.md", "Read", "Do read")
    assert run(book, "--translated", "index.md") == 0
    assert editions.problems(book) == []
    assert (
        (book / "zh" / "index.md").read_text("utf8").startswith("---\nlabel: 首页\ntranslation:\n  source: ")
    )


def test_translated_gives_a_page_its_first_front_matter(book):
    text = (book / "zh" / "index.md").read_text("utf8")
    body = text[text.index("# ") :]
    (book / "zh" / "index.md").write_text(body, "utf8")
    assert run(book, "--translated", "index.md") == 0
    assert (book / "zh" / "index.md").read_text("utf8") == text


def test_translated_names_what_it_does_not_know(book, capsys):
    assert run(book, "--translated", "01_tiny/none", "01_tiny/goal") == 1
    assert "01_tiny/none: no such page or cell" in capsys.readouterr().err
