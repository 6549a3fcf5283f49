"""Figures: their size is written into the page, so that nothing jumps, and they load when the reader comes near."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.images import get_image_size
from sphinx.writers.html5 import HTML5Translator


def visit_image(translator: HTML5Translator, node: nodes.image) -> None:
    """Write the image as Sphinx does, then add width, height and loading to its tag."""
    size = get_image_size(Path(translator.builder.srcdir) / node["uri"])  # before Sphinx rewrites the address
    earlier = list(translator.document.findall(nodes.image)).index(node)
    if earlier > 0:  # the first one is often in view at once: loading it late would only delay it
        node["loading"] = "lazy"
    type(translator).visit_image(translator, node)
    tag = translator.body[-1]
    # docutils can only write sizes as CSS, which would fix the height on a narrow screen; attributes give the ratio.
    if size and tag.startswith("<img "):
        translator.body[-1] = tag.replace("<img ", f'<img width="{size[0]}" height="{size[1]}" ', 1)


def depart_image(translator: HTML5Translator, node: nodes.image) -> None:
    """Close the image as Sphinx does."""
    type(translator).depart_image(translator, node)


def setup(app: Sphinx) -> dict[str, Any]:
    """Replace Sphinx's image visitor in HTML."""
    app.add_node(nodes.image, override=True, html=(visit_image, depart_image))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
