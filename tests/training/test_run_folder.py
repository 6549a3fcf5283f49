"""The folder of a run: nothing is overwritten, other files stay, and the newest state is found."""

import json

from interrupted_run import WEIGHTS, resume
from reference import assert_error_names
from tiny_training import fit, new_model

from vit_tutorial.saving import load_model
from vit_tutorial.training.run_folder import RunFolder


def test_nothing_to_resume_and_nothing_to_overwrite(interrupted, tmp_path):
    empty = tmp_path / "empty"
    words = [str(empty), "training.pt", "without resume"]
    assert_error_names(lambda: resume(empty), FileNotFoundError, words)
    before = {file.name: file.read_bytes() for file in interrupted.iterdir()}
    words = [str(interrupted), "up to epoch 2", "resume=True", "another folder"]
    assert_error_names(lambda: fit(new_model(), out=interrupted), FileExistsError, words)
    assert {file.name: file.read_bytes() for file in interrupted.iterdir()} == before


def test_other_files_in_the_folder_stay(interrupted):
    kept = {"notes.txt", "last-week.safetensors", "last-0001.training.pt.backup", "my.half", ".hidden"}
    for name in kept:
        (interrupted / name).write_text("mine")
    (interrupted / ".best.safetensors.half").write_text("of a process that was killed")
    assert resume(interrupted).epochs == 4
    files = {"best.safetensors", "history.json", "last-0004.safetensors", "last-0004.training.pt"}
    assert {file.name for file in interrupted.iterdir()} == kept | files
    assert json.loads((interrupted / "history.json").read_text()) == resume(interrupted).to_dict()


def test_the_files_know_the_classes(interrupted):
    assert load_model(interrupted / "best.safetensors").classes == ("猫", "dog", "Fuß")


def test_weights_that_are_missing_are_named(interrupted):
    (interrupted / WEIGHTS).unlink()
    assert_error_names(lambda: resume(interrupted), FileNotFoundError, [str(interrupted / WEIGHTS)])


def test_more_than_9999_epochs_sort_right(tmp_path):
    for name in ("last-9999.training.pt", "last-10000.training.pt", "last-0003.training.pt.half"):
        (tmp_path / name).touch()
    assert RunFolder(tmp_path).last() == 10_000
    assert RunFolder(tmp_path / "none").last() is None
