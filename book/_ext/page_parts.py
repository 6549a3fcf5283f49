"""How figures, folded code cells and permalinks are written into the page.

Figures: their size stands in the page, so that nothing jumps, and they load when the reader comes near.
Permalinks: for the mouse; the Tab key passes by them, else each heading would be one stop more.
Folded code: myst-nb gives its summary an English label that hides the text from screen readers; here it has none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import escape
from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput
from sphinx.application import Sphinx
from sphinx.util.images import get_image_size
from sphinx.writers.html5 import HTML5Translator


def visit_image(translator: HTML5Translator, node: nodes.image) -> None:
    """Write the image as Sphinx does, then add width, height and loading to its tag."""
    size = get_image_size(Path(translator.builder.srcdir) / node["uri"])  # before Sphinx rewrites the address
    node["loading"] = "lazy"
    type(translator).visit_image(translator, node)
    tag = translator.body[-1]
    # docutils can only write sizes as CSS, which would fix the height on a narrow screen; attributes give the ratio.
    if size and tag.startswith("<img "):
        translator.body[-1] = tag.replace("<img ", f'<img width="{size[0]}" height="{size[1]}" ', 1)


def depart_image(translator: HTML5Translator, node: nodes.image) -> None:
    """Close the image as Sphinx does."""
    type(translator).depart_image(translator, node)


def visit_folded_code(translator: HTML5Translator, node: HideCodeCellNode) -> None:
    """Open the fold as myst-nb does, but let its summary be read as it stands."""
    translator.body.append(
        f'<details class="admonition hide {" ".join(node["classes"])}">\n<summary>\n'
        f'<span class="collapsed admonition-title">{escape(node["prompt_show"])}</span>\n'
        f'<span class="expanded admonition-title">{escape(node["prompt_hide"])}</span>\n</summary>\n'
    )


def pass_by_permalinks(app: Sphinx, page: str, template: str, context: dict, doctree: Any) -> None:
    """Take the permalinks of headings, terms and figures out of the order of Tab."""
    if "body" in context:
        context["body"] = context["body"].replace(
            '<a class="headerlink"', '<a class="headerlink" tabindex="-1"'
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Replace the two visitors in HTML."""
    app.connect("html-page-context", pass_by_permalinks)
    app.add_node(nodes.image, override=True, html=(visit_image, depart_image))
    app.add_node(HideCodeCellNode, override=True, html=(visit_folded_code, depart_HideCellInput))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
