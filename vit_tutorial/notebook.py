"""Helpers for notebooks: look up the package's own source."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable


def show_source(thing: type | Callable, docstrings: bool = False) -> None:
    """Print the source of a function or class as it is installed, so that a page can't show an old one.

    Args:
        thing: a function, method or class.
        docstrings: print them, too; `help(thing)` shows them anyway.
    """
    source = textwrap.dedent(inspect.getsource(thing))
    lines = source.splitlines()
    if not docstrings:
        for node in ast.walk(ast.parse(source)):
            if (
                isinstance(node, ast.FunctionDef | ast.ClassDef)
                and ast.get_docstring(node) is not None
            ):
                text = node.body[0]
                lines[text.lineno - 1 : text.end_lineno] = [None] * (
                    text.end_lineno - text.lineno + 1
                )
    print("\n".join(line for line in lines if line is not None))
