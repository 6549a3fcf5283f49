"""Runs notebooks in fresh kernels and leaves in them only what belongs into version control."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import uuid
from pathlib import Path
from subprocess import DEVNULL

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from pages import BOOK

# What editors and Colab leave in a cell's metadata; it would differ from run to run.
NOISE = ("ExecuteTime", "collapsed", "colab", "execution", "id", "outputId", "scrolled", "vscode")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
SECONDS_A_CELL = 300


class NotebookError(Exception):
    """A cell that failed; the message names the file, the cell and the error."""


def kernel_environment(*import_from: Path) -> dict[str, str]:
    """The environment of a kernel: one thread, and these folders first on its import path.

    One thread, because sums over several threads differ in the last digits, and outputs are compared.
    """
    path = [*map(str, import_from), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(path)}


def without_ports() -> dict[str, str]:
    """Options of a kernel manager whose kernel talks through files, where the system has such sockets.

    A TCP port that was free may be another program's by the time the kernel asks for it; then the kernel dies.
    """
    if sys.platform == "win32":
        return {}
    return {"transport": "ipc", "ip": str(Path(tempfile.gettempdir(), f"kernel-{uuid.uuid4().hex}"))}


async def execute(
    notebook: NotebookNode,
    name: str,
    folder: Path,
    environment: dict[str, str],
    timeout: float = SECONDS_A_CELL,
) -> None:
    """Runs all code cells of a notebook in a fresh kernel, in place.

    Args:
        notebook: The notebook; its outputs are replaced.
        name: What an error message calls it.
        folder: The kernel's working directory.
        environment: The kernel's environment variables.
        timeout: Seconds that one cell may take.

    Raises:
        NotebookError: If a cell raises, takes too long or takes the kernel down.
    """
    manager = AsyncKernelManager(kernel_name="python3", **without_ports())
    manager.kernel_spec.argv[0] = sys.executable
    running = ""

    def remember(cell: NotebookNode, cell_index: int) -> None:
        nonlocal running
        running = cell.id

    client = NotebookClient(
        notebook,
        km=manager,
        timeout=timeout,
        record_timing=False,
        store_widget_state=False,
        on_cell_start=remember,
    )
    try:
        # The kernel's own log goes nowhere: what a cell writes to stderr is an output of that cell.
        await client.async_execute(cwd=str(folder), env=environment, stderr=DEVNULL, cleanup_kc=True)
    except CellExecutionError as error:
        raise NotebookError(f"{name}, cell {running}: {error.ename}: {error.evalue}") from error
    except CellTimeoutError as error:
        raise NotebookError(f"{name}, cell {running}: not finished after {timeout} seconds") from error
    except DeadKernelError as error:
        raise NotebookError(f"{name}, cell {running}: the kernel died (is memory short?)") from error


def normalise(notebook: NotebookNode) -> None:
    """Removes from an executed notebook whatever another run or another editor would write differently."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        for key in NOISE:
            cell.metadata.pop(key, None)
    for count, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), start=1):
        cell.execution_count = count
        cell.outputs = _join_streams(cell.outputs)
        for output in cell.outputs:
            if "metadata" in output:
                # A picture's size, and the drawing that the book shows in its place (plots/style.py), are ours.
                output.metadata = {k: v for k, v in output.metadata.items() if k.startswith("image/")}
            if output.output_type == "execute_result":
                output.execution_count = count


def _join_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Joins neighbouring texts of one stream: how a kernel cuts them depends on timing."""
    joined: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and joined and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


async def run_all(paths: list[Path], jobs: int, timeout: float) -> tuple[dict[Path, NotebookNode], list[str]]:
    """Runs notebooks, a few at a time, each in its own folder; the files stay as they are.

    Args:
        paths: The notebooks.
        jobs: How many run side by side.
        timeout: Seconds that one cell may take.

    Returns:
        The executed and normalised notebooks that ran to the end, and a message for each that did not.
    """
    places = asyncio.Semaphore(jobs)
    environment = kernel_environment(BOOK.parent)
    done: dict[Path, NotebookNode] = {}
    failed: list[str] = []

    async def run(path: Path) -> None:
        async with places:
            name, before = "/".join(path.parts[-3:]), path.read_text("utf8")
            notebook = nbformat.reads(before, as_version=4)
            try:
                await execute(notebook, name, path.parent, environment, timeout)
            except NotebookError as error:
                failed.append(str(error))
                return
            if path.read_text("utf8") != before:
                failed.append(f"{name}: edited while it ran, so nothing was written: run it again")
                return
            normalise(notebook)
            done[path] = notebook

    await asyncio.gather(*map(run, paths))
    return done, failed
