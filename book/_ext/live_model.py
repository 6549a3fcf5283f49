"""Keeps a live model's weights in a file of their own, which all pages and both editions share.

In a notebook `plots.live_vit` has its weights in the cell's HTML, so that it works anywhere. On the site they would
make the page heavy before anybody asks for them: here they are loaded when the reader comes near. An e-book gets the
picture alone.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from tools.live_weights import WEIGHTS, file_name

CODE = re.compile(r"<script>\n(.*?)</script>", re.DOTALL)
STILL = re.compile(r'<div class="live-vit-still">.*?</div>', re.DOTALL)


def move_weights(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Write the weights of each live model on the page to `_static`, and name the file in the page."""
    for node in doctree.findall(nodes.raw):
        html = node.astext()
        if 'class="live-vit"' not in html:
            continue
        if app.builder.name == "epub":
            html = still(html)
        elif weights := WEIGHTS.search(html):
            name = file_name(weights[1])
            if 'data-kind="masked"' not in html:  # the whole model, as the front page has it
                app.env.live_vit_code = CODE.search(html)[1]
            app.env.live_vit_weights[name] = weights[1]
            link = f'<script type="text/plain" class="live-vit-weights" src="{"../" * page.count("/")}_static/{name}"></script>'
            html = WEIGHTS.sub('"weights": null', html).replace("<style>", f"{link}<style>", 1)
        node.children = [nodes.Text(html)]
        node.rawsource = html


def still(html: str) -> str:
    """The picture that stands for a live model where no script runs."""
    found = STILL.search(html)
    if found is None:
        raise ExtensionError(
            'a live model has no picture for e-books: its frame.html needs a <div class="live-vit-still">'
        )
    return found.group()


def write_weights(app: Sphinx, error: Exception | None) -> None:
    """Write what the pages name, and the code for the front page."""
    if error is not None or app.builder.format != "html" or not app.env.live_vit_weights:
        return
    static = Path(app.outdir, "_static")
    for name, weights in app.env.live_vit_weights.items():
        (static / name).write_text(f'vitTutorial.provide("{name}", "{weights}");\n', "utf8")
    # The front page has no cell that brings the code.
    if code := getattr(app.env, "live_vit_code", None):
        (static / "front" / "live-vit.js").write_text(code, "utf8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("builder-inited", lambda app: setattr(app.env, "live_vit_weights", {}))
    app.connect("doctree-resolved", move_weights)
    app.connect("build-finished", write_weights)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
