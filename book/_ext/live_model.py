"""Keeps a live model's weights in a file of their own, which all pages and both editions share.

In a notebook `plots.live_vit` has its weights in the cell's HTML, so that it works anywhere. On the site they would
make the page heavy before anybody asks for them: here they are loaded when the reader comes near. An e-book gets the
picture alone.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

WEIGHTS = re.compile(r'"weights": "([^"]+)"')
STILL = re.compile(r'<div class="live-vit-still">.*?</div>', re.DOTALL)


def move_weights(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Write the weights of each live model on the page to `_static`, and name the file in the page."""
    for node in doctree.findall(nodes.raw):
        html = node.astext()
        if 'class="live-vit"' not in html:
            continue
        if app.builder.name == "epub":
            html = STILL.search(html).group()
        elif weights := WEIGHTS.search(html):
            name = f"live-vit-{hashlib.sha256(weights[1].encode()).hexdigest()[:12]}.js"
            app.env.live_vit_weights[name] = weights[1]
            link = f'<script type="text/plain" class="live-vit-weights" src="{"../" * page.count("/")}_static/{name}"></script>'
            html = WEIGHTS.sub('"weights": null', html).replace("<style>", f"{link}<style>", 1)
        node.children = [nodes.Text(html)]
        node.rawsource = html


def write_weights(app: Sphinx, error: Exception | None) -> None:
    """Write what the pages name."""
    for name, weights in app.env.live_vit_weights.items() if error is None else ():
        path = Path(app.outdir, "_static", name)
        path.write_text(f'vitTutorial.provide("{name}", "{weights}");\n', "utf8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("builder-inited", lambda app: setattr(app.env, "live_vit_weights", {}))
    app.connect("doctree-resolved", move_weights)
    app.connect("build-finished", write_weights)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
