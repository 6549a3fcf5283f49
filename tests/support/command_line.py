"""How the tests call the command line: in this process, and in one of its own that can be stopped."""

from __future__ import annotations

import io
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file

from vit_tutorial import cli
from vit_tutorial.training.run_folder import RunFolder

COLOURS = {"blue": (20, 30, 220), "red 红": (220, 40, 30)}  # a Chinese name, as in the book's other half
SIZES = shlex.split("--image-size 16 --patch-size 8 --embed-dim 16 --depth 1 --num-heads 2 --mlp-dim 16")
RECIPE = shlex.split("--learning-rate 1e-2 --batch-size 5")
EPOCHS = 20


class Result(NamedTuple):
    status: int
    out: str
    err: str


def call(*arguments: str | Path) -> Result:
    """The command line in this process."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        try:
            status = cli.main([str(argument) for argument in arguments])
        except SystemExit as ended:  # --help
            status = ended.code
    return Result(status, out.getvalue(), err.getvalue())


def start(*arguments: str | Path, cwd: Path) -> subprocess.Popen:
    """The command line in a group of processes of its own, as a terminal starts it, in some folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "vit_tutorial", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background ignores it
    )


def end(process: subprocess.Popen, by: signal.Signals) -> tuple[int, str]:
    """Send a signal to the process and its workers, as Ctrl-C does; its exit status and stderr."""
    os.killpg(process.pid, by)
    _, err = process.communicate(timeout=60)
    return process.returncode, err


def wait_for_epoch(process: subprocess.Popen, folder: Path, epoch: int) -> None:
    limit = time.monotonic() + 60
    while (RunFolder(folder).last() or 0) < epoch:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < limit
        time.sleep(0.005)


def train_arguments(photos: Path, out: Path, *more: str | Path) -> list[str | Path]:
    return ["train", "--data", photos, "--out", out, *SIZES, *RECIPE, "--epochs", EPOCHS, *more]


def assert_refused(result: Result, *words: str) -> None:
    assert result.status == 2, result
    assert result.out == ""
    assert re.fullmatch(r"error: .+\n", result.err), result.err  # one line
    for word in words:
        assert word in result.err


def same_files(some: Path, others: Path) -> bool:
    a, b = load_file(some), load_file(others)
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)
