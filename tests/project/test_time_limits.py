"""No test may hang: each has a limit, and so has each cell of a notebook."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from places import ROOT


def run(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Pytest with the project's settings, but for these."""
    settings = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(path.parent), "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *settings, *options, str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_the_limits_are_set(pytestconfig: pytest.Config):
    assert 0 < float(pytestconfig.getini("timeout")) <= 600
    assert 0 < pytestconfig.getoption("nbval_cell_timeout") <= 300


def test_a_test_that_hangs_is_ended(tmp_path):
    (tmp_path / "test_hangs.py").write_text("import time\n\ndef test_hangs():\n    time.sleep(300)\n")
    done = run(tmp_path / "test_hangs.py", "--override-ini", "timeout=1")
    assert done.returncode == 1 and "Timeout (>1.0s)" in done.stdout


def test_a_cell_that_hangs_is_ended(tmp_path):
    cell = nbformat.v4.new_code_cell("import time\ntime.sleep(300)", id="hangs", execution_count=1)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "hangs.ipynb")
    done = run(tmp_path / "hangs.ipynb", "--nbval", "--nbval-cell-timeout=2")
    assert done.returncode == 1 and "Timeout of 2" in done.stdout
