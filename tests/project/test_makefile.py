"""The Makefile's environments: whatever stops an install, the next `make` starts it again from nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from places import ROOT

# Stands in for Python: `-m venv FOLDER` makes a folder whose pip does what the file `pip` says.
PYTHON = """#!/bin/sh
[ "$1" = -c ] && exit 0
mkdir -p "$3/bin" && cp pip "$3/bin/pip" && chmod +x "$3/bin/pip" && echo made >> made
"""
GOOD_PIP = "#!/bin/sh\ntouch installed\n"
FAILING_PIP = "#!/bin/sh\necho broken wheel; exit 1\n"
ENDLESS_PIP = (
    "#!/bin/sh\n: > installing; exec sleep 60\n"  # a shell that waits for `touch` would outlive Ctrl-C
)
STAMP = ".venv-book/complete"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The Makefile and its requirements, with a stand-in for Python."""
    for name in ("Makefile", "requirements-book.txt", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "python").write_text(PYTHON)
    (tmp_path / "python").chmod(0o755)
    return tmp_path


def start_make(project: Path, pip: str) -> subprocess.Popen:
    (project / "pip").write_text(pip)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "PYTHON=./python", STAMP]
    return subprocess.Popen(
        command, cwd=project, env=environment, start_new_session=True, preexec_fn=_heed_ctrl_c
    )


def _heed_ctrl_c() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so do its children: also these tests, then."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def made(project: Path) -> int:
    """How many times an environment was begun."""
    return len((project / "made").read_text().splitlines())


def test_a_complete_environment_is_kept(project):
    assert start_make(project, GOOD_PIP).wait(30) == 0
    assert start_make(project, FAILING_PIP).wait(30) == 0
    assert made(project) == 1


@pytest.mark.parametrize("changed", ["requirements-book.txt", "constraints.txt"])
def test_changed_requirements_make_it_anew(project, changed):
    assert start_make(project, GOOD_PIP).wait(30) == 0
    (project / ".venv-book" / "left-over").touch()
    later = time.time() + 5
    os.utime(project / changed, (later, later))
    assert start_make(project, GOOD_PIP).wait(30) == 0
    assert made(project) == 2
    assert not (project / ".venv-book" / "left-over").exists()


def test_a_failed_install_is_not_believed_in(project):
    assert start_make(project, FAILING_PIP).wait(30) != 0
    assert not (project / STAMP).exists()
    assert start_make(project, GOOD_PIP).wait(30) == 0
    assert (project / STAMP).exists() and made(project) == 2


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_an_interrupted_install_is_not_believed_in(project, stop):
    make = start_make(project, ENDLESS_PIP)
    deadline = time.monotonic() + 30
    while not (project / "installing").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(make.pid, stop)
    assert make.wait(30) != 0
    assert not (project / STAMP).exists()
    assert start_make(project, GOOD_PIP).wait(30) == 0
    assert (project / STAMP).exists() and made(project) == 2


def test_an_old_python_is_named(project):
    (project / "python").write_text("#!/bin/sh\nexit 1\n")
    make = ["make", "PYTHON=./python", STAMP]
    run = subprocess.run(make, cwd=project, capture_output=True, text=True)
    assert run.returncode != 0
    assert "Python 3.11 or newer" in run.stdout and "make PYTHON=" in run.stdout


def test_help_lists_every_command_of_the_readme(project):
    run = subprocess.run(["make", "help"], cwd=project, capture_output=True, text=True, check=True)
    for target in ("book", "test", "serve", "lab", "sync", "repository", "clean"):
        assert f"make {target} " in run.stdout
