"""Helpers for notebooks: look up the package's own source."""

from __future__ import annotations

import ast
import html
import inspect
import keyword
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

from IPython.display import display

# By hand: Pygments' own HTML differs with its version, and outputs are compared.
TOKENS = re.compile(
    r"""(?P<comment>\#[^\n]*)|(?P<string>("{3}|'{3}|["'])(?:\\.|[^\\])*?\3)"""
    rf"|\b(?P<keyword>{'|'.join(keyword.kwlist)})\b|(?P<rest>\w+|.)",
    re.DOTALL,
)


def show_source(thing: type | Callable, docstrings: bool = False) -> None:
    """Show the source of a function or class as it is installed, so that a page can't show an old one.

    Args:
        thing: a function, method or class.
        docstrings: show them, too; `help(thing)` shows them anyway.
    """
    source = textwrap.dedent(inspect.getsource(thing)).rstrip("\n")
    source = source if docstrings else without_docstrings(source)
    file, package = Path(inspect.getsourcefile(thing)), Path(__file__).parent
    name = (
        file.relative_to(package.parent).as_posix()
        if package in file.parents
        else file.name
    )
    style = Path(__file__).with_name("assets").joinpath("listing.css").read_text("utf8")
    listing = (
        f'<div class="source-listing" data-name="{html.escape(thing.__qualname__)}">'
        f"<style>{style}</style><p>{name}</p><pre>{TOKENS.sub(_marked, source)}</pre></div>"
    )
    display({"text/html": listing, "text/plain": source}, raw=True)


def without_docstrings(source: str) -> str:
    """A source without the docstrings of its functions and classes."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.FunctionDef | ast.ClassDef)
            and ast.get_docstring(node) is not None
        ):
            text = node.body[0]
            lines[text.lineno - 1 : text.end_lineno] = [None] * (
                text.end_lineno - text.lineno + 1
            )
    return "\n".join(line for line in lines if line is not None)


def _marked(token: re.Match) -> str:
    text = html.escape(token[0], quote=False)
    return (
        text
        if token.lastgroup == "rest"
        else f'<span class="{token.lastgroup}">{text}</span>'
    )
