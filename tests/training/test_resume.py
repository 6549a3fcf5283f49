"""A run that was killed and resumed ends as if nothing had happened: to the bit."""

import itertools
import json
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from killed_runs import (
    RUNS,
    dies_amid_writing,
    dies_before_file_operation,
    dies_before_step,
    in_a_process,
    run,
)
from tiny_training import assert_same_weights, fit, loader, new_model

from vit_tutorial import History, evaluate
from vit_tutorial.saving import load_model, read_tensors

KILLED = -signal.SIGKILL
WHOLE = ["best.safetensors", "history.json"]


def same(a: Any, b: Any) -> bool:
    """Bit for bit, in dictionaries and lists of tensors and numbers."""
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


def contents(folder: Path) -> dict[str, Any]:
    """What each file holds; safetensors writes its metadata in any order, so that bytes may differ."""
    read = {".pt": lambda file: torch.load(file, weights_only=True), ".json": Path.read_bytes}
    read[".safetensors"] = lambda file: list(read_tensors(file))
    return {file.name: read[file.suffix](file) for file in sorted(folder.iterdir()) if file.name != ".lock"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """What the runs leave behind that nobody disturbs."""
    known = {}

    def get(name: str):
        if name not in known:
            folder = tmp_path_factory.mktemp(name) / "läuft"
            known[name] = (*run(name, folder), contents(folder))
        return known[name]

    return get


def assert_ends_the_same(finished, name: str, folder: Path, resume: bool = True) -> None:
    model, history, files = finished(name)
    resumed_model, resumed_history = run(name, folder, resume)
    assert_same_weights(resumed_model, model)
    assert resumed_history == history
    found = contents(folder)
    assert found.keys() == files.keys()  # and nothing half is left
    assert [file for file in files if not same(found[file], files[file])] == []


def test_what_a_finished_run_leaves(finished):
    _, history, files = finished("plain")
    weights, training = "last-0003.safetensors", "last-0003.training.pt"
    assert list(files) == [*WHOLE, weights, training]
    assert History.from_dict(json.loads(files["history.json"])) == history
    assert history.epochs == 3 and len(history.step_loss) == 18
    assert history.step_loss[:6] != history.step_loss[6:12]


@pytest.mark.parametrize("name", [name for name in RUNS if name != "quick"])
def test_killed_between_two_steps(finished, tmp_path, name):
    """In the second epoch; the run that uses four batches for a step has six forward passes, too."""
    folder = tmp_path / "läuft"
    assert in_a_process(dies_before_step, name, folder, 9) == KILLED
    assert "last-0001.training.pt" in {file.name for file in folder.iterdir()}
    assert_ends_the_same(finished, name, folder)


def test_killed_again_and_again(finished, tmp_path):
    folder = tmp_path / "läuft"
    assert in_a_process(dies_before_step, "dropout", folder, 4) == KILLED  # nothing but the start is kept
    assert in_a_process(dies_before_step, "dropout", folder, 7, True) == KILLED
    assert in_a_process(dies_before_step, "dropout", folder, 12, True) == KILLED
    assert sorted(folder.glob("last-*"))[0].name == "last-0002.safetensors"
    assert_ends_the_same(finished, "dropout", folder)


def test_killed_at_every_file_operation(finished, tmp_path):
    """Before the first, between each two, after the last: the folder always holds a whole checkpoint."""
    starts = 0
    for number in itertools.count(1):
        folder = tmp_path / str(number) / "läuft"
        ended = in_a_process(dies_before_file_operation, "quick", folder, number)
        begun = any(folder.glob("last-*.training.pt"))
        starts += not begun
        assert_ends_the_same(finished, "quick", folder, resume=begun)
        if ended == 0:
            break
        assert ended == KILLED, number
    assert number > 40 and 1 < starts < 15  # three saves; the first begins without a checkpoint


@pytest.mark.parametrize("number", range(1, 13))
def test_killed_while_it_saves_after_a_resume(finished, tmp_path, number):
    folder = tmp_path / "läuft"
    assert in_a_process(dies_before_step, "quick", folder, 4) == KILLED
    assert in_a_process(dies_before_file_operation, "quick", folder, number, True) == KILLED
    assert_ends_the_same(finished, "quick", folder)


@pytest.mark.parametrize("number", range(1, 11))
def test_killed_amid_a_file(finished, tmp_path, number):
    folder = tmp_path / "läuft"
    assert in_a_process(dies_amid_writing, "quick", folder, number) == -signal.SIGXFSZ
    halves = list(folder.glob(".*.half"))
    assert [half.stat().st_size for half in halves] == [99]
    begun = any(folder.glob("last-*.training.pt"))
    assert begun == (number > 3)  # weights and history come first
    assert_ends_the_same(finished, "quick", folder, resume=begun)


def test_a_run_that_is_over_returns_its_history(finished, tmp_path):
    folder = tmp_path / "läuft"
    run("plain", folder)
    assert_ends_the_same(finished, "plain", folder)
    assert_ends_the_same(finished, "plain", folder)


def test_interrupted_from_the_keyboard(finished, tmp_path):
    def interrupt(step: int) -> None:
        if step == 15:
            raise KeyboardInterrupt

    folder = tmp_path / "läuft"
    with pytest.raises(KeyboardInterrupt):
        run("noise", folder, before_step=interrupt)
    assert sorted(file.name for file in folder.iterdir())[-1] == "last-0002.training.pt"
    assert not list(folder.glob(".*"))
    assert_ends_the_same(finished, "noise", folder)


def test_best_is_the_model_of_the_best_epoch_and_of_equals_that_of_the_lowest_loss(tmp_path):
    model, validation = new_model(), loader(9)
    options = {"schedule": "constant", "learning_rate": 0.1}
    history = fit(model, loader(), validation, epochs=9, out=tmp_path, **options)
    accuracies, epoch = history.val_accuracy, history.best_epoch
    assert accuracies.count(max(accuracies)) > 1 and 1 < epoch < 9  # or it would prove little
    best = load_model(tmp_path / "best.safetensors")
    result = evaluate(best, validation)
    assert (result.accuracy, result.loss) == (max(accuracies), history.val_loss[epoch - 1])
    shorter = new_model()
    fit(shorter, epochs=epoch, **options)
    assert_same_weights(best, shorter)
    assert_same_weights(load_model(tmp_path / "last-0009.safetensors"), model)


def test_without_validation_there_is_no_best(tmp_path):
    fit(new_model(), epochs=1, out=tmp_path)
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["history.json", "last-0001.safetensors", "last-0001.training.pt"]
