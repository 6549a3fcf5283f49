"""Puts the figures of notebooks into the page as drawings (tools/drawings.py), where a notebook shows pictures.

A drawing with letters becomes a part of the page, which gives it ink, font and language. One without letters (photos)
is a file of its own, which loads when the reader comes near.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from tools.drawings import for_page, notebook_drawings, read_words, sized, with_light_photos


class Drawings(SphinxTransform):
    """Replaces a notebook's pictures by their drawings, before Sphinx collects the files of pictures."""

    default_priority = 310

    def apply(self, **kwargs: Any) -> None:
        """Look at each picture of a page."""
        path = Path(self.env.doc2path(self.env.docname))
        if path.suffix != ".ipynb":
            return
        drawings = dict(notebook_drawings(path))
        if self.app.builder.name != "epub":  # there are readers that know no WebP
            drawings = {name: with_light_photos(drawing) for name, drawing in drawings.items()}
        words = read_words(self.env.config.language)
        for image in list(self.document.findall(nodes.image)):
            drawing = drawings.get(Path(image["uri"]).stem)
            if drawing is None:
                continue
            if "<text" in drawing["svg"]:
                page = for_page(drawing, image.get("alt", ""), words)
                image.replace_self(nodes.raw("", page, format="html"))
            elif drawing["svg"].count("<image") > 1:  # one photo alone is smaller as it is
                file = Path(self.env.relfn2path(image["uri"])[1]).with_suffix(".svg")
                file.write_text(sized(drawing), "utf8")
                image["uri"] = Path(image["uri"]).with_suffix(".svg").as_posix()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_transform(Drawings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
