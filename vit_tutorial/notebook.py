"""Helpers for notebooks: look up the package's own source, and run a function in several processes."""

import ast
import inspect
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from IPython.display import display


def show_source(thing: type | Callable, docstrings: bool = False) -> None:
    """Show the source of a function or class as it is installed, so that a page can't show an old one.

    It is Markdown, which a notebook highlights in its own colours, below the file's name.

    Args:
        thing: a function, method or class.
        docstrings: show them, too; `help(thing)` shows them anyway.
    """
    source = textwrap.dedent(inspect.getsource(thing)).rstrip("\n")
    lines = source.splitlines()
    for node in [] if docstrings else ast.walk(ast.parse(source)):
        documented = isinstance(node, ast.FunctionDef | ast.ClassDef)
        if documented and ast.get_docstring(node) is not None:
            for i in range(node.body[0].lineno - 1, node.body[0].end_lineno):
                lines[i] = None
    source = "\n".join(line for line in lines if line is not None)
    head = f"`{thing.__module__.replace('.', '/')}.py` · `{thing.__qualname__}`"
    markdown = f"{head}\n\n```python\n{source}\n```"
    display({"text/markdown": markdown, "text/plain": source}, raw=True)


def torchrun(
    function: Callable,
    *arguments: Any,
    uses: Sequence[Callable] = (),
    processes: int = 2,
    seconds: float = 120,
) -> str:
    """Run a notebook's function in several processes, each a Python of its own with a rank of its own.

    Args:
        function: its source is all that the processes get, so it imports what it uses.
        arguments: what each process calls it with: numbers, texts and the like.
        uses: other functions of the notebook that it calls.
        processes: how many.
        seconds: after that they are stopped. They are in any case when this returns.

    Returns:
        What all processes printed.

    Raises:
        RuntimeError: a process failed, or time was up; the message is what they said.
    """
    sources = (textwrap.dedent(inspect.getsource(f)) for f in (*uses, function))
    call = f"{function.__name__}(*{arguments!r})\n"
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "script.py")
        script.write_text("\n\n".join((*sources, call)), "utf8")
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        command += [f"--nproc_per_node={processes}", str(script)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as started:
            try:
                said, errors = started.communicate(timeout=seconds)
            except subprocess.TimeoutExpired as error:
                raise RuntimeError(f"not ready after {seconds} s: stopped.") from error
            finally:
                started.terminate()  # it stops the processes that it started, too
        if started.returncode:
            raise RuntimeError(f"a process failed:\n{errors}")
    return said
