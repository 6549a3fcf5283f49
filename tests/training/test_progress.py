"""What a run shows: a bar where somebody looks, lines where they are asked for, nothing on stdout."""

import fcntl
import os
import pty
import re
import struct
import termios
from pathlib import Path

import pytest
from killed_runs import in_a_process
from tiny_training import fit, loader, new_model
from tqdm import tqdm

import vit_tutorial.training.progress

SHOWN = {"epochs": 2, "learning_rate": 0.01}
LINES = re.compile(
    r"epoch 1/2: loss \d\.\d{4}, accuracy 0\.\d{4}; validation loss \d\.\d{4}, accuracy [01]\.\d{4}\n"
    r"epoch 2/2: loss \d\.\d{4}, accuracy 0\.\d{4}; validation loss \d\.\d{4}, accuracy [01]\.\d{4}\n"
)


class EachStep(tqdm):
    """Draws at each step, however fast they are."""

    def __init__(self, *values, **options) -> None:
        super().__init__(*values, mininterval=0, miniters=1, **options)


def shows_on(stdout: str, stderr: str, options: dict) -> None:
    """In a process of its own: its output goes to two files or terminals."""
    for number, path in ((1, stdout), (2, stderr)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_NOCTTY), number)
    vit_tutorial.training.progress.tqdm = EachStep
    fit(new_model(), loader(), loader(9), **SHOWN, **options)


def on_files(folder: Path, **options) -> tuple[str, str]:
    files = [folder / "stdout", folder / "stderr"]
    for file in files:
        file.touch()
    assert in_a_process(shows_on, *map(str, files), options) == 0
    return tuple(file.read_text() for file in files)


def on_a_terminal(folder: Path, **options) -> tuple[str, str]:
    (folder / "stdout").touch()
    reader, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 160, 0, 0))
    assert in_a_process(shows_on, str(folder / "stdout"), os.ttyname(terminal), options) == 0
    os.write(terminal, b"\0")  # the end; reading a terminal that nobody writes to would wait
    shown = b""
    while not shown.endswith(b"\0"):
        shown += os.read(reader, 10**5)
    os.close(terminal)
    os.close(reader)
    return (folder / "stdout").read_text(), shown[:-1].decode().replace("\r\n", "\n")


@pytest.mark.parametrize("options", [{}, {"progress": None}, {"progress": False}])
def test_nothing_in_a_file_unless_asked(tmp_path, options):
    assert on_files(tmp_path, **options) == ("", "")


def test_lines_in_a_file_where_asked(tmp_path):
    stdout, stderr = on_files(tmp_path, progress=True)
    assert stdout == "" and LINES.fullmatch(stderr)


@pytest.mark.parametrize("options", [{}, {"progress": True}])
def test_a_bar_on_a_terminal(tmp_path, options):
    stdout, shown = on_a_terminal(tmp_path, **options)
    assert stdout == ""
    bars = re.findall(r"epoch (\d)/2: +(\d+)%\|[^|]*\| (\d+)/12 \[\d\d:\d\d<(\S+),[^\]]*\]", shown)
    counts = [int(done) for *_, done, _ in bars]
    assert set(counts) == set(range(13)) and counts == sorted(counts)
    assert {int(done) for epoch, _, done, _ in bars if epoch == "2"} == set(range(7, 13))
    left = [left for *_, left in bars[1:]]  # the time that is left
    assert all(re.fullmatch(r"\d\d:\d\d", time) for time in left) and left[-1] == "00:00"
    values = re.findall(r"loss (\d\.\d{3}), acc (0\.\d{3})\]", shown)
    assert len(values) >= 12 and len(set(values)) > 6
    lines = re.sub(r"\r[^\n]*\r", "", shown)  # what stays when the bar has gone
    assert LINES.search(lines + "\n"), lines


def test_silence_on_a_terminal(tmp_path):
    assert on_a_terminal(tmp_path, progress=False) == ("", "")


def test_the_line_says_what_the_history_says(tmp_path, capfd):
    history = fit(new_model(), epochs=1, progress=True)
    line = f"epoch 1/1: loss {history.train_loss[0]:.4f}, accuracy {history.train_accuracy[0]:.4f}\n"
    assert capfd.readouterr() == ("", line)


def test_a_resumed_run_counts_on(tmp_path, capfd):
    def interrupt(module, _):
        calls.append(module.training)
        if sum(calls) == 8:
            raise KeyboardInterrupt

    model, calls = new_model(), []
    model.register_forward_pre_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        fit(model, loader(), loader(9), out=tmp_path / "run", progress=True, **SHOWN)
    lines = capfd.readouterr().err
    assert lines.startswith("epoch 1/2") and lines.count("\n") == 1
    _, shown = on_a_terminal(tmp_path, out=tmp_path / "run", resume=True)
    assert {int(done) for done in re.findall(r"(\d+)/12 \[", shown)} == set(range(6, 13))
    assert "epoch 1/2" not in shown and "epoch 2/2: loss" in shown
