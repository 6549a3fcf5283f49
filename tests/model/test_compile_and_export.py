"""The model is compiled and exported whole."""

import os
import shutil
import sysconfig
from pathlib import Path

import pytest
import torch
from reference import assert_close
from small_model import images, model

COMPILER = shutil.which(os.environ.get("CXX", "g++"))
HEADERS = Path(sysconfig.get_path("include"), "Python.h").is_file()
NEEDS_COMPILER = pytest.mark.skipif(
    not (COMPILER and HEADERS),
    reason="needs a C++ compiler and Python's headers (Debian: apt-get install g++ python3-dev)",
)


@pytest.mark.parametrize("backend", ["aot_eager", pytest.param("inductor", marks=NEEDS_COMPILER)])
def test_compiles_without_a_break(backend, tmp_path, monkeypatch):
    # A kernel that Inductor kept when ATEN_CPU_CAPABILITY was another does not compile.
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    built, x = model(torch.float32, depth=1), images(dtype=torch.float32)
    compiled = torch.compile(built, fullgraph=True, backend=backend)
    assert_close(compiled(x), built(x), 1e-5)


def test_exports_for_any_batch_size():
    built = model()
    batch = torch.export.Dim("batch", min=1, max=64)
    program = torch.export.export(built, (images(2),), dynamic_shapes=({0: batch},))
    assert_close(program.module()(images(5)), built(images(5)), 1e-10)
