r"""Each formula stands in the page twice: as TeX, which MathJax sets, and as MathML for a browser without JavaScript.

The MathML lies in a `<noscript>`: a browser that runs MathJax does not even parse it, and it adds some 2 % to a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.ext.mathjax import html_visit_displaymath, html_visit_math
from sphinx.writers.html5 import HTML5Translator

TAG = re.compile(r"\\tag\s*\{([^{}]*)\}")


@cache
def mathml(tex: str, display: str) -> str:
    """The formula as MathML, and its number, if it has one, as Sphinx writes numbers."""
    number = TAG.search(tex)
    formula = convert(TAG.sub("", tex), display=display)
    return formula + (f'<span class="eqno">({number[1]})</span>' if number else "")


def twice(visit: Callable, display: str) -> Callable:
    """The visitor that writes what `visit` writes, and the MathML behind it."""

    def visit_both(translator: HTML5Translator, node: nodes.math | nodes.math_block) -> None:
        start = len(translator.body)
        try:
            visit(translator, node)
        except nodes.SkipNode:
            written = "".join(translator.body[start:]).rstrip()
            tag, rest = written.split(">", 1)
            tex, closing = rest.rsplit("<", 1)
            fallback = f"<noscript>{mathml(node.astext(), display)}</noscript>"
            translator.body[start:] = [f'{tag}><span class="tex">{tex}</span>{fallback}<{closing}']
            raise

    return visit_both


def setup(app: Sphinx) -> dict[str, Any]:
    """Replace MathJax's two visitors in HTML."""
    app.add_node(nodes.math, override=True, html=(twice(html_visit_math, "inline"), None))
    app.add_node(nodes.math_block, override=True, html=(twice(html_visit_displaymath, "block"), None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
