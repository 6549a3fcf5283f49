"""Gives sections, equations and terms the ids that both editions share, so that a link leads to one place in both.

docutils makes a section's id from its heading, and drops what is not ASCII: Chinese sections would be `id1`, `id2`, …
and each would move on when one is added. Which ids they get instead is said in tools/anchors.py. Permalinks, the
table of contents and the search index follow, since they take a section's first id.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from tools.anchors import EQUATION, SECTION, TAG, TERM, Anchor, page_anchors

LOGGER = logging.getLogger(__name__)


class SharedIds(SphinxTransform):
    """Puts the ids on the nodes of a page, and lets Markdown links find them."""

    default_priority = 300  # explicit targets have been put on their nodes, and nobody has read the ids yet

    def apply(self, **kwargs: Any) -> None:
        """Give each kind of node its ids, in the order of the page."""
        path = Path(self.env.doc2path(self.env.docname))
        if path.suffix not in (".ipynb", ".md"):
            return
        anchors = page_anchors(path)
        self.taken = {anchor.id for anchor in anchors}
        formulas = self.document.findall(nodes.math_block)
        found = {
            SECTION: list(self.document.findall(nodes.section)),
            EQUATION: [formula for formula in formulas if TAG.search(formula.astext())],
            TERM: [entry.next_node(nodes.term) for entry in glossary_entries(self.document)],
        }
        for kind in found:
            self.give(kind, found[kind], [anchor for anchor in anchors if anchor.kind == kind])
        # Here MyST looks up the fragments of Markdown links: id → (line, id, text of a link without words).
        slugs = {anchor.id: (0, anchor.id, anchor.label) for anchor in anchors}
        self.document.myst_slugs = slugs
        self.env.metadata[self.env.docname]["myst_slugs"] = slugs

    def give(self, kind: str, found: Sequence[nodes.Element], anchors: Sequence[Anchor]) -> None:
        """Pair nodes and anchors; nodes that are not those of the source keep the ids that they have."""
        if len(found) != len(anchors):
            LOGGER.warning(
                f"{len(found)} nodes of the kind {kind}, but {len(anchors)} in the source: tools/anchors.py reads it otherwise",
                location=self.env.docname,
            )
            return
        self.taken |= {each for each, node in self.document.ids.items() if node not in found}
        for node, anchor in zip(found, anchors, strict=True):
            self.name(node, anchor)

    def name(self, node: nodes.Element, anchor: Anchor) -> None:
        """Make the anchor's id the first one; the others follow where no other place of the page has them."""
        keep = explicit_ids(node, self.document) if anchor.kind == SECTION else node["ids"]
        others = [each for each in (*anchor.others, *keep) if each not in self.taken]
        node["ids"] = list(dict.fromkeys([anchor.id, *others]))
        self.taken.update(node["ids"])
        self.document.ids.update(dict.fromkeys(node["ids"], node))
        for name in node["names"]:
            if not self.document.nametypes.get(name):
                self.document.nameids[name] = anchor.id


def glossary_entries(document: nodes.document) -> list[nodes.definition_list_item]:
    """The entries of the page's glossary: one or more terms, and their explanation."""
    return [
        entry
        for glossary in document.findall(addnodes.glossary)
        for entry in glossary.findall(nodes.definition_list_item)
    ]


def explicit_ids(node: nodes.Element, document: nodes.document) -> list[str]:
    """The ids that the author gave a section, as opposed to those made from its heading."""
    named = (document.nameids.get(name) for name in node["names"] if document.nametypes.get(name))
    return [each for each in named if each]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_transform(SharedIds)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
