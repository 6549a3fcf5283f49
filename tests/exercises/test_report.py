"""A report on a class: from ledgers, and from notebooks that are run."""

import csv
import io
import json

import pytest
from places import BOOK

from vit_tutorial.cli import main
from vit_tutorial.exercises import all_exercises, ledger
from vit_tutorial.exercises.notebook_answers import needed_cells, notebook_cells, read_answers

NUMBERS = list(all_exercises())


def entry(wrong=0, solved="", **mistakes):
    return {"wrong": wrong, "mistakes": mistakes, "solved": solved}


@pytest.fixture
def ledgers(tmp_path):
    kept = {
        "a": {"01.3": entry(2, "2026-11-02", reshape_only=2), "03.2": entry(1, softmax_over_queries=1)},
        "b": {"03.2": entry(3, softmax_over_queries=3)},
        "c<i>": {},
    }
    for name, exercises in kept.items():
        ledger.write(tmp_path / f"{name}.json", {"last": "", "exercises": exercises})
    return [str(tmp_path / f"{name}.json") for name in kept]


def test_text_says_who_solved_what_and_what_many_got_wrong(ledgers, capsys):
    assert main(["report", *ledgers]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("01 □□■□□  02 □□□□□  03 □◪□□□") and lines[0].endswith("a.json")
    assert lines[2].count("□") == len(NUMBERS)
    place = lines.index("Mistakes, and how many of 3 met them")
    assert lines[place + 1].startswith("2 of 3  03.2 softmax over queries: softmax over the queries (dim=-2)")
    assert lines[place + 2].startswith("1 of 3  01.3 reshape only: you only reshaped.")


def test_csv_has_a_row_for_each_learner_and_exercise(ledgers, capsys):
    assert main(["report", *ledgers, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 3 * len(NUMBERS)
    [row] = [row for row in rows if row["learner"] == ledgers[0] and row["exercise"] == "01.3"]
    assert (row["name"], row["solved"], row["wrong"]) == ("patchify", "2026-11-02", "2")
    assert row["mistakes"] == "reshape_only 2"


def test_html_is_a_page_of_its_own_in_the_language_asked_for(ledgers, capsys, monkeypatch):
    from vit_tutorial.exercises import language

    monkeypatch.setattr(language, "_chosen", "")
    assert main(["report", *ledgers, "--format", "html", "--language", "zh"]) == 0
    page = capsys.readouterr().out
    assert page.startswith('<!doctype html><html lang="zh">') and "3 人里有 2 人" in page
    assert "c&lt;i&gt;.json" in page and "<i>" not in page and "<script" not in page


def notebook(path, *sources):
    cells = [{"cell_type": "code", "metadata": {}, "source": source} for source in sources]
    path.write_text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}), "utf8")
    return path


IMPORTS = "import torch\nfrom vit_tutorial import check"
HELPER = "def flat(x, p):\n    return x.reshape(len(x), -1, x.shape[1] * p * p)"
ANSWER = 'def patchify(images, patch_size):\n    return flat(images, patch_size)\n\n\ncheck("01.3", patchify)'


def test_a_notebook_is_run_as_far_as_its_answers_need(tmp_path, capsys):
    cells = (
        IMPORTS,
        "%time\nraise SystemExit",
        HELPER,
        "1 / 0",
        ANSWER,
        'check("01.1", {"num_patches": 28})',
    )
    assert needed_cells(list(cells)) == [IMPORTS, HELPER, ANSWER, cells[-1]]
    kept = read_answers(notebook(tmp_path / "a.ipynb", *cells), 120)["exercises"]
    assert kept["01.3"] == entry(1, reshape_only=1) and kept["01.1"]["wrong"] == 1
    assert main(["report", str(tmp_path / "a.ipynb")]) == 0
    assert "1 of 1  01.3 reshape only" in capsys.readouterr().out


def test_the_books_own_notebook_has_no_answers(tmp_path):
    path = BOOK / "en" / "01_patches.ipynb"
    cells = needed_cells(notebook_cells(path))
    assert sum("check(" in cell for cell in cells) == 5 and len(cells) < 10
    assert read_answers(path, 120) == {"last": "", "exercises": {}}


def test_what_goes_wrong_with_a_file_is_named(tmp_path, capsys):
    (tmp_path / "no.ipynb").write_text("{}", "utf8")
    endless = notebook(
        tmp_path / "endless.ipynb", IMPORTS, 'while True: pass\ncheck("01.3", ...)'.replace("\n", "\n")
    )
    gone = notebook(tmp_path / "gone.ipynb", IMPORTS, 'import os\nos._exit(3)\ncheck("01.3", ...)')
    for arguments, told in (
        ([str(tmp_path / "nothing.json")], "there is no file"),
        ([str(tmp_path / "no.ipynb")], "is no Jupyter notebook (KeyError: 'cells')"),
        ([str(endless), "--seconds", "20"], "its exercises were not done after 20 seconds"),
        ([str(gone)], "its exercises ended Python (3)"),
        ([str(endless), "--format", "pdf"], "pdf"),
    ):
        assert main(["report", *arguments]) == 2
        assert told in capsys.readouterr().err, arguments
