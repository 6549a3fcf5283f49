"""Read the answers out of a learner's notebook: run its exercises, and keep the verdicts as a ledger.

This runs the learner's code, with the rights of whoever asks for it. It runs in a process of its own, with a time limit.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from vit_tutorial.exercises import ledger

CHECK = re.compile(r"^check\(", re.MULTILINE)


def read_answers(path: Path, seconds: float) -> dict[str, Any]:
    """The ledger of a notebook's answers, from running them once.

    Args:
        path: the notebook.
        seconds: that all of its exercises may take.

    Raises:
        ValueError: the file is no notebook, its exercises take longer, or Python itself goes down with them.
    """
    needed_cells(notebook_cells(path))  # or an error that names the file
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "ledger.json"
        command = [sys.executable, "-m", __name__, str(path.resolve())]
        environment = {**os.environ, ledger.VARIABLE: str(kept)}
        try:
            ran = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                capture_output=True,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired as error:
            raise ValueError(
                f"{path}: its exercises were not done after {seconds:g} seconds. Allow more with --seconds."
            ) from error
        if ran.returncode != 0:
            last = ran.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise ValueError(
                f"{path}: its exercises ended Python ({''.join(last) or ran.returncode})."
            )
        return ledger.read(kept)


def notebook_cells(path: Path) -> list[str]:
    """The code of a notebook's cells, without the wrong attempts that the book itself shows.

    Raises:
        ValueError: the file is no notebook.
    """
    try:
        cells = json.loads(path.read_text("utf8"))["cells"]
        return [
            "".join(cell["source"])
            for cell in cells
            if cell["cell_type"] == "code"
            and "verdict" not in cell.get("metadata", {}).get("tags", [])
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is no Jupyter notebook ({type(error).__name__}: {error})."
        ) from error


def needed_cells(cells: list[str]) -> list[str]:
    """The cells that check an answer, and those before them that define what they use, in order."""
    found = [_names(cell) for cell in cells]
    needed = {i for i, cell in enumerate(cells) if CHECK.search(cell)}
    waiting = list(needed)
    while waiting:
        i = waiting.pop()
        for j in range(i):
            if j not in needed and found[j][0] & found[i][1]:
                needed.add(j)
                waiting.append(j)
    return [cells[i] for i in sorted(needed)]


def _names(cell: str) -> tuple[set[str], set[str]]:
    """What a cell defines and what it uses; nothing, if it is no Python."""
    try:
        tree = ast.parse(re.sub(r"^[%!].*$", "", cell, flags=re.MULTILINE))
    except SyntaxError:
        return set(), set()
    defined, used = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else defined).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.alias):
            defined.add((node.asname or node.name).partition(".")[0])
    return defined, used


def main(path: str) -> None:
    """Run what is needed of a notebook, in this process; an error in a cell ends that cell alone."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    for cell in needed_cells(notebook_cells(Path(path))):
        shell.run_cell(cell)


if __name__ == "__main__":
    main(sys.argv[1])
