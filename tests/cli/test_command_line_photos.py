"""What people have: folders, broken photos, strange names and consoles, models of unknown origin."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys

import pytest
from command_line import call

from vit_tutorial.saving import load_model, save_model

pytest_plugins = ["coloured_pictures"]


def test_predict_takes_folders_and_patterns_and_goes_on_after_a_broken_photo(photos, weights, tmp_path):
    folder = tmp_path / "mixed"
    shutil.copytree(photos / "blue", folder)
    (folder / "broken.png").write_bytes(b"no image")
    (folder / "notes.txt").write_text("x")
    n = len(list(folder.glob("*.png")))
    for what in (folder, folder / "*.png"):
        result = call("predict", what, "--weights", weights, "--json", "--top", 1)
        lines = [json.loads(line) for line in result.out.splitlines()]
        assert len(lines) == n - 1 and all(len(line["classes"]) == 1 for line in lines)
        assert result.status == 2 and "broken.png" in result.err and f"1 of {n} images" in result.err
    nothing = call("predict", tmp_path / "*.gif", "--weights", weights)
    assert nothing.status == 2 and "no images in" in nothing.err


def test_control_characters_in_names_do_not_reach_the_terminal(photos, weights, tmp_path):
    evil = tmp_path / "a\x1b[2Jb.png"
    shutil.copy(next((photos / "blue").glob("*.png")), evil)
    result = call("predict", evil, "--weights", weights)
    assert "\x1b" not in result.out + result.err and "a\\x1b[2Jb.png" in result.out


def test_a_model_that_nobody_knows_how_to_feed_is_asked_with_a_warning(photos, weights, tmp_path):
    model = load_model(weights)
    model.preprocessing = "unknown"
    path = save_model(model, tmp_path / "m.safetensors")
    for command in (("predict", next((photos / "blue").glob("*.png"))), ("evaluate", "--data", photos)):
        result = call(*command, "--weights", path)
        assert result.status == 0 and result.err.startswith(
            "warning: nobody knows what this model's images went"
        )


def test_files_of_other_kinds_are_passed_over_by_ignore(photos, weights, tmp_path):
    copy = tmp_path / "photos"
    shutil.copytree(photos, copy)
    (copy / "blue" / "notes.txt").write_text("x")
    refused = call("evaluate", "--weights", weights, "--data", copy)
    assert refused.status == 2 and "--ignore" in refused.err
    assert call("evaluate", "--weights", weights, "--data", copy, "--ignore", "*.txt,*.xml").status == 0


FULL = """
import resource, signal, sys
from vit_tutorial import cli
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then a file beyond the limit fails to be written, as on a full disk
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
sys.exit(cli.main(sys.argv[1:]))
"""
SIZES = [
    "--data",
    "digits",
    "--epochs",
    "2",
    "--patch-size",
    "14",
    "--embed-dim",
    "16",
    "--depth",
    "1",
    "--num-heads",
    "2",
    "--mlp-dim",
    "16",
]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
@pytest.mark.parametrize(
    "limit", [9_000, 36_000]
)  # the first file of weights; the first state of the optimizer
def test_a_full_disk_is_one_line_and_leaves_whole_files(limit, tmp_path):
    command = [
        sys.executable,
        "-c",
        FULL.format(limit=limit),
        "train",
        *SIZES,
        "--quiet",
        "--out",
        str(tmp_path),
    ]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert (result.returncode, result.stdout) == (2, "") and result.stderr.count("\n") == 1
    assert "File too large" in result.stderr
    assert list(tmp_path.glob(".*.half")) == []
    for file in tmp_path.glob("*.safetensors"):
        load_model(file)


@pytest.mark.skipif(sys.platform == "win32", reason="the shell of Windows is another")
@pytest.mark.parametrize("closed", ["2>&-", ">&-", ">&- 2>&-"])
def test_closed_streams_stop_no_training(closed, tmp_path):
    command = shlex.join(
        [sys.executable, "-m", "vit_tutorial", "train", *SIZES, "--out", str(tmp_path / "run")]
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run(f"{command} {closed}", shell=True, env=environment, timeout=120).returncode == 0
    assert (tmp_path / "run" / "last-0002.training.pt").is_file()


def test_a_worker_that_was_killed_is_told_in_one_line(monkeypatch, photos, weights):
    def killed(*_):
        raise RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed.")

    monkeypatch.setattr("vit_tutorial.training.evaluate", killed)
    result = call("evaluate", "--weights", weights, "--data", photos)
    assert result.status == 2 and "--num-workers 0" in result.err and result.err.count("\n") == 1


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "ascii"])
def test_help_and_results_on_consoles_that_are_not_utf8(encoding, photos, weights):
    for arguments in (["train", "--help"], ["evaluate", "--weights", str(weights), "--data", str(photos)]):
        result = subprocess.run(
            [sys.executable, "-m", "vit_tutorial", *arguments],
            capture_output=True,
            env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert result.returncode == 0, result.stderr
