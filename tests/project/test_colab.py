"""Each notebook runs as Colab would run it: the package installed from its wheel, the repository out of reach."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import nbformat
import nbval.kernel
import pytest
from execute import NotebookError, execute, kernel_environment
from notebooks import IGNORED
from pages import BOOK, text_outputs

NOTEBOOKS = sorted((BOOK / "en").glob("*.ipynb"))
PROOF = "import vit_tutorial\nprint(vit_tutorial.__file__)"


def test_there_are_notebooks():
    assert NOTEBOOKS, "no English notebook: nothing was run"


def test_what_the_package_carries_along_stays_small():
    assets = BOOK.parent / "vit_tutorial" / "assets"
    assert sum(file.stat().st_size for file in assets.rglob("*") if file.is_file()) < 8_000_000


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing in it but the installed package."""
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(BOOK.parent)]
    subprocess.run([*pip, *build], check=True)
    [wheel] = wheels.glob("*.whl")
    assert wheel.stat().st_size < 10_000_000
    subprocess.run([*pip, "install", "--no-deps", "--target", str(target), str(wheel)], check=True)
    return target


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_outside_the_repository(path: Path, installed: Path, tmp_path: Path):
    notebook = nbformat.read(path, as_version=4)
    stored = [text_outputs(cell) for cell in notebook.cells]
    notebook.cells.append(nbformat.v4.new_code_cell(PROOF, id="proof"))
    environment = {**kernel_environment(), "PYTHONPATH": str(installed)}
    asyncio.run(execute(notebook, path.name, tmp_path, environment))
    proof = notebook.cells.pop()
    assert Path(proof.outputs[0].text.strip()).is_relative_to(installed), (
        "the repository's own package was imported"
    )
    for cell, before in zip(notebook.cells, stored, strict=True):
        if IGNORED not in cell.metadata.get("tags", []):
            assert text_outputs(cell) == before, (
                f"{path.name}, cell {cell.id}: prints something else than is stored"
            )


def test_failing_cell_is_named(tmp_path: Path):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("import no_such_package", id="setup")]
    )
    with pytest.raises(NotebookError, match=r"a\.ipynb, cell setup: ModuleNotFoundError: No module named"):
        asyncio.run(execute(notebook, "a.ipynb", tmp_path, kernel_environment()))


def test_no_kernel_waits_at_a_port_that_another_program_may_take(tmp_path: Path):
    expected = "tcp" if sys.platform == "win32" else "ipc"
    ask = "from ipykernel.connect import get_connection_info as ask\nprint(ask(unpack=True)['transport'])"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(ask, id="ask")])
    asyncio.run(execute(notebook, "a.ipynb", tmp_path, kernel_environment()))
    assert notebook.cells[0].outputs[0].text.strip() == expected
    manager, client = nbval.kernel.start_new_kernel(kernel_name="python3")
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    assert manager.transport == expected
