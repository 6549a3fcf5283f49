"""Helpers for notebooks: look up the package's own source."""

import ast
import inspect
import textwrap
from collections.abc import Callable

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
