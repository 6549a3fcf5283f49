"""Notebooks are executed whole or not at all, and leave in their files only what every run leaves."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
import sync
from nbformat import NotebookNode
from tiny_book import NOTEBOOK, cell, contents, edit, edit_notebook, reword


def run(book: Path, *arguments: str) -> int:
    return sync.main([*arguments, "--book", str(book)])


def test_execution_runs_and_normalises(book):
    def spoil(notebook: NotebookNode) -> None:
        notebook.metadata.widgets = {}
        notebook.metadata.language_info.version = "3.11.0"
        for code in (c for c in notebook.cells if c.cell_type == "code"):
            code.outputs, code.execution_count = [], None
            code.metadata.execution = {"iopub.status.busy": "2024-01-01T00:00:00"}

    before = contents(book)
    edit_notebook(book, "en", spoil)
    assert run(book, "--jobs", "2") == 0
    assert contents(book) == before


def test_of_an_outputs_metadata_only_what_belongs_to_a_picture_stays(book):
    shown = 'display({"image/png": pixel}, raw=True, metadata={"image/png": {"width": 9}, "needs_background": "light"})'
    edit(book, "en", "figure", reword('display({"image/png": pixel}, raw=True)', shown))
    assert run(book) == 0
    for edition in ("en", "zh"):
        [output] = cell(nbformat.read(book / edition / NOTEBOOK, as_version=4), "figure").outputs
        assert output.metadata == {"image/png": {"width": 9}}


def test_streams_are_joined_and_results_counted(book):
    edit(book, "en", "setup", reword("side = 4", "side = 4\nprint(1)\nprint(2, flush=True)\nside"))
    assert run(book) == 0
    outputs = cell(nbformat.read(book / "en" / NOTEBOOK, as_version=4), "setup").outputs
    assert [output.output_type for output in outputs] == ["stream", "execute_result"]
    assert outputs[0].text == "1\n2\n"
    assert outputs[1].execution_count == 1


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import time; time.sleep(60)", "not finished after 2"),
    ],
)
def test_failing_cell_leaves_the_files_alone(book, capsys, code, message):
    edit(book, "en", "count-pixels", reword("side * 6", f"0)\n{code}\nprint(side"))
    before = contents(book)
    assert run(book, "--timeout", "2") == 1
    assert contents(book) == before
    error = capsys.readouterr().err
    assert f"book/en/{NOTEBOOK}, cell count-pixels: " in error
    assert message in error


def test_edit_during_the_run_is_not_lost(book, capsys):
    path = book / "en" / NOTEBOOK
    code = f"from pathlib import Path; p = Path({str(path)!r}); p.write_text(p.read_text() + ' ')"
    edit(book, "en", "setup", reword("side = 4", f"side = 4\n{code}"))
    assert run(book) == 1
    assert path.read_text("utf8").endswith("\n "), "the author's edit is still there"
    assert f"book/en/{NOTEBOOK}: edited while it ran" in capsys.readouterr().err


def test_files_are_written_whole_and_in_one_format(book):
    path = book / "en" / NOTEBOOK
    notebook = json.loads(path.read_text("utf8"))
    path.write_text(json.dumps(notebook, indent=4), "utf8")
    path.chmod(0o640)
    assert run(book) == 0
    text = path.read_text("utf8")
    assert text.startswith('{\n "cells": [\n  {')
    assert text.endswith("}\n")
    assert "\\u" not in (book / "zh" / NOTEBOOK).read_text("utf8")
    assert path.stat().st_mode & 0o777 == 0o640
    assert not list(book.rglob("*.tmp"))
