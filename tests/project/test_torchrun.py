"""Two processes started from a notebook: what they say comes back, and none is left behind, whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vit_tutorial.notebook import torchrun


def say_ranks(word):
    import torch.distributed as dist

    dist.init_process_group("gloo")
    ranks = [None] * dist.get_world_size()
    dist.all_gather_object(ranks, dist.get_rank())
    if dist.get_rank() == 0:
        print(word, ranks)
    dist.destroy_process_group()


def fail():
    raise ValueError("the second shard is missing")


def sleep(folder):
    import os
    import time
    from pathlib import Path

    Path(folder, os.environ["RANK"]).write_text(str(os.getpid()))
    time.sleep(100)


def alive(folder: Path) -> list[int]:
    """The processes that `sleep` noted and that still run, after ten seconds at most."""
    numbers = [int(file.read_text()) for file in folder.iterdir()]
    for _ in range(100):
        left = [n for n in numbers if Path(f"/proc/{n}").exists()]
        if not left:
            break
        time.sleep(0.1)
    return left


def test_each_process_has_its_rank_and_they_hear_each_other():
    assert torchrun(say_ranks, "ranks").split("\n")[0] == "ranks [0, 1]"


def test_three_processes():
    assert "[0, 1, 2]" in torchrun(say_ranks, "", processes=3)


def test_a_failure_is_told_in_its_own_words():
    with pytest.raises(RuntimeError, match="ValueError: the second shard is missing"):
        torchrun(fail)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks processes up in /proc")
def test_when_time_is_up_nobody_is_left(tmp_path):
    with pytest.raises(RuntimeError, match="not ready after 8 s"):
        torchrun(sleep, str(tmp_path), seconds=8)
    assert len(list(tmp_path.iterdir())) == 2, "the processes had not started"
    assert alive(tmp_path) == []


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks processes up in /proc")
def test_after_an_interrupt_nobody_is_left(tmp_path):
    program = "import sys, test_torchrun as t; t.torchrun(t.sleep, sys.argv[1])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    started = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stderr=subprocess.PIPE, text=True, env=environment
    )
    for _ in range(600):
        if len(list(tmp_path.glob("*"))) == 2:
            break
        time.sleep(0.1)
    started.send_signal(signal.SIGINT)  # as Jupyter's stop button: to the kernel alone
    assert "KeyboardInterrupt" in started.communicate(timeout=60)[1]
    assert len(list(tmp_path.iterdir())) == 2
    assert alive(tmp_path) == []
