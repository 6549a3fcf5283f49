"""Runs from the command line that are stopped, killed, resumed, and made by two processes."""

from __future__ import annotations

import json
import shlex
import signal
from pathlib import Path

import pytest
from command_line import (
    EPOCHS,
    Result,
    assert_refused,
    call,
    end,
    same_files,
    start,
    train_arguments,
    wait_for_epoch,
)
from torchrun_of_train import torchrun

from vit_tutorial.cli.options import Parser
from vit_tutorial.training.run_folder import RunFolder

pytest_plugins = ["coloured_pictures"]


def test_stopped_and_killed_it_goes_on_to_the_same_bits(photos, trained, tmp_path):
    """Ctrl-C, then the command that it prints, then a kill, then that command again."""
    out = tmp_path / "a run"
    run = start(*train_arguments(photos, "a run"), cwd=tmp_path)  # no workers: a fork swallows Ctrl-C
    wait_for_epoch(run, out, 1)
    status, err = end(run, signal.SIGINT)
    assert status == 130, err
    assert "Traceback" not in err
    command = err.splitlines()[-1].partition("resume with: ")[2]
    assert command == "python -m vit_tutorial train --out 'a run' --resume"

    stopped_at = RunFolder(out).last()
    run = start(*shlex.split(command)[3:], cwd=tmp_path)
    wait_for_epoch(run, out, stopped_at + 1)
    assert end(run, signal.SIGKILL)[0] == -signal.SIGKILL
    assert stopped_at < RunFolder(out).last() < EPOCHS

    result = call("train", "--out", out, "--resume")
    assert result.status == 0, result.err
    last = f"last-{EPOCHS:04}.safetensors"
    assert same_files(out / last, trained[0] / last)
    assert (out / "history.json").read_text() == (trained[0] / "history.json").read_text()


def test_two_processes_train_as_one_with_the_doubled_batch(photos, tmp_path, monkeypatch):
    """18 images: steps of 5 + 5 and 4 + 4, or of 10 and 8."""
    two, one = tmp_path / "two", tmp_path / "one"
    options = train_arguments(photos, two, "--epochs", "2", "--device", "cpu")
    done = torchrun("-m", "vit_tutorial", *options)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("best epoch") == 1
    assert done.stderr.count("epoch 2/2") == 1 and "2 processes on cpu, batches of 5" in done.stderr
    call(*train_arguments(photos, one, "--epochs", "2", "--batch-size", "10"))
    histories = [json.loads((out / "history.json").read_text()) for out in (one, two)]
    for name in histories[0]:
        assert histories[0][name] == pytest.approx(histories[1][name], abs=1e-5), name
    assert_refused(
        call("train", "--out", two, "--resume", "--quiet"),
        "had processes = 2, this one has 1",
    )
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert (
        f"resume with: torchrun --nproc_per_node=2 -m vit_tutorial train --out {two} --resume\n"
        in interrupted(monkeypatch, "--out", two, "--resume").err
    )


def interrupted(monkeypatch, *options: str | Path) -> Result:
    """Ctrl-C as soon as the training starts."""

    def interrupt(device: str | None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("vit_tutorial.training.processes.process_group", interrupt)
    return call("train", *options)


def test_interrupted_before_there_is_anything(tmp_path, monkeypatch):
    result = interrupted(monkeypatch, "--data", "digits", "--out", tmp_path)
    assert result == (130, "", f"interrupted. {tmp_path} has no checkpoint yet: start again.\n")


def test_interrupted_while_it_reads(monkeypatch):
    def interrupt(self: Parser, arguments: list[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Parser, "parse_args", interrupt)
    assert call("predict", "a.png") == (130, "", "interrupted. Nothing was changed.\n")
