"""The ledger: what is kept, where, and that it never gets into the way of a verdict."""

import json
import warnings
from datetime import date

import pytest

from vit_tutorial import check
from vit_tutorial.exercises import WrongAnswer, all_exercises, ledger

PATCHIFY = all_exercises()["01.3"]
RESHAPED = PATCHIFY.mistakes[0].function


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(ledger, "_chosen", [])
    path = tmp_path / "kept" / "ledger.json"
    monkeypatch.setenv("VIT_TUTORIAL_LEDGER", str(path))
    return path


def wrong(answer, number="01.3", **options):
    with pytest.raises(WrongAnswer):
        check(number, answer, **options)


def test_wrong_and_right_answers_are_kept_and_nothing_besides(path):
    check("01.3", ...)
    wrong(RESHAPED, record=False)
    assert not path.exists()
    wrong(RESHAPED)
    wrong(RESHAPED)
    wrong(lambda images, patch_size: images.sum())
    check("01.3", PATCHIFY.solution)
    wrong({"num_patches": 28, "patch_length": 3072, "num_values": 1, "cost_ratio": 1}, "01.1")
    today = date.today().isoformat()
    assert json.loads(path.read_text("utf8")) == {
        "last": "01.1",
        "exercises": {
            "01.3": {"wrong": 3, "mistakes": {"reshape_only": 2}, "solved": today},
            "01.1": {"wrong": 1, "mistakes": {"rows_plus_columns": 1}, "solved": ""},
        },
    }
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_the_boxes(path, capsys, monkeypatch):
    wrong(RESHAPED)
    check("01.5", all_exercises()["01.5"].solution)
    capsys.readouterr()
    check.status()
    shown = capsys.readouterr().out
    assert "01  □ □ ◪ □ ■\n02  □ □ □ □ □\n" in shown
    assert f"1 of {len(all_exercises())} solved. Last: 01.5.\n" in shown
    assert "01.3 reshape only: 1\n" in shown and f"Kept in {path}" in shown
    monkeypatch.setenv("VIT_TUTORIAL_LANGUAGE", "zh")
    check.status()
    assert f"{len(all_exercises())} 道里做对了 1 道。上次做到 01.5。" in capsys.readouterr().out


def test_the_place_is_the_readers_choice(path, tmp_path, monkeypatch, capsys):
    own = tmp_path / "own.json"
    check.ledger(own)
    wrong(RESHAPED)
    assert own.is_file() and not path.exists()
    check.ledger(None)
    wrong(RESHAPED)
    check.status()
    assert "no ledger is kept" in capsys.readouterr().out
    assert ledger.read(own)["exercises"]["01.3"]["wrong"] == 1
    for use in (check.export, check.load):
        with pytest.raises(ValueError, match=r"no ledger is kept: choose a file with check\.ledger"):
            use(own)
    monkeypatch.setattr(ledger, "_chosen", [])
    monkeypatch.setenv("VIT_TUTORIAL_LEDGER", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert ledger.place() == tmp_path / ".vit_tutorial" / "ledger.json"
    monkeypatch.setenv("VIT_TUTORIAL_LEDGER", "off")
    assert ledger.place() is None


def test_two_machines_are_brought_together(path, tmp_path):
    wrong(RESHAPED)
    wrong(RESHAPED)
    there = check.export(tmp_path / "there.json")
    check.ledger(tmp_path / "here.json")
    wrong(RESHAPED)
    check("01.5", all_exercises()["01.5"].solution)
    check.load(there)
    check.load(there)  # twice is once
    kept = ledger.read(tmp_path / "here.json")["exercises"]
    assert kept["01.3"] == {"wrong": 2, "mistakes": {"reshape_only": 2}, "solved": ""}
    assert kept["01.5"]["solved"] == date.today().isoformat()
    with pytest.raises(FileNotFoundError, match=r"there is no file .*gone\.json"):
        check.load(tmp_path / "gone.json")


BROKEN = ["", "{", "[]", '{"last": 3, "exercises": {}}', '{"last": "", "exercises": {"01.3": 4}}']
BROKEN += ['{"last": "", "exercises": {"01.3": {"wrong": 1, "mistakes": {}, "solved": 5}}}']


@pytest.mark.parametrize("text", BROKEN)
def test_a_file_that_is_no_ledger_is_left_alone_and_the_verdict_stands(path, text, capsys):
    path.parent.mkdir()
    path.write_text(text, "utf8")
    with pytest.warns(UserWarning, match=r"is no ledger of exercises .*check\.ledger\(None\)"):
        check("01.3", PATCHIFY.solution)
    assert capsys.readouterr().out == "✓ 01.3 patchify: correct\n" and path.read_text("utf8") == text
    with pytest.raises(ValueError, match=r"is no ledger of exercises"):
        check.status()


def test_a_place_that_cannot_be_written_disturbs_nobody(path, capsys):
    path.parent.write_text("a file where a folder should be", "utf8")
    with pytest.warns(UserWarning, match="this is not written down"):
        check("01.3", PATCHIFY.solution)
    assert capsys.readouterr().out == "✓ 01.3 patchify: correct\n"


def test_without_a_ledger_nothing_is_said(monkeypatch, capsys):
    monkeypatch.setattr(ledger, "_chosen", [None])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check("01.3", PATCHIFY.solution)
    assert capsys.readouterr().out == "✓ 01.3 patchify: correct\n"
