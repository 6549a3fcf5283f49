"""`make kernels` runs chapters by other kernels than the processor's own: a result that hangs on these is found."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import torch
from execute import execute, kernel_environment, normalise
from places import ROOT

TRAIN = """
import torch
from torch import nn

torch.manual_seed(0)
layers = nn.Linear(64, 256), nn.GELU(), nn.LayerNorm(256), nn.Linear(256, 10)
model, x, y = nn.Sequential(*layers), torch.randn(512, 64), torch.randint(10, (512,))
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
for _ in range(100):
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
DIGITS, MESSAGE = "print(f'{loss:.9f}')", "print('learned by heart:', loss.item() < 0.5)"


def run_by_other_kernels(notebook: Path) -> subprocess.CompletedProcess[str]:
    """`make kernels` for one notebook, in the environment that these tests run in."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "PYTEST"))}
    mine = [f"TEST={sys.prefix}", f"--assume-old={sys.prefix}/complete"]
    command = ["make", *mine, "kernels", f"NOTEBOOKS={notebook}", "WORKERS=0"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def trained_here(folder: Path, last_line: str) -> Path:
    """A notebook that trains and prints, with the outputs of this processor's own kernels."""
    cell = nbformat.v4.new_code_cell(f"{TRAIN}\n{last_line}", id="train")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    asyncio.run(execute(notebook, "trained.ipynb", folder, kernel_environment()))
    normalise(notebook)
    path = folder / "trained.ipynb"
    nbformat.write(notebook, path)
    return path


@pytest.mark.skipif(
    torch.backends.cpu.get_cpu_capability() in ("DEFAULT", "NO AVX"), reason="has no other kernels"
)
def test_digits_of_one_processor_are_found(tmp_path):
    found = run_by_other_kernels(trained_here(tmp_path, DIGITS))
    assert found.returncode != 0
    assert "1 failed" in found.stdout and "trained.ipynb" in found.stdout


def test_a_message_with_a_margin_is_not(tmp_path):
    found = run_by_other_kernels(trained_here(tmp_path, MESSAGE))
    assert found.returncode == 0 and "1 passed" in found.stdout, found.stdout + found.stderr
