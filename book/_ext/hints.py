"""The hints of a task and its solution: one row of folds, below the cell that waits for the answer.

In the notebook they stand above that cell, at the end of the task: a cell of Markdown is all that Colab lets fold.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


class HintRows(SphinxTransform):
    """Gathers folds that follow one another, and puts them below the next cell."""

    default_priority = 700  # the page is parsed, its ids are given

    def apply(self, **kwargs: Any) -> None:
        """Treat each section of the page."""
        for section in list(self.document.findall(nodes.section)):
            folds = folds_in_a_row(section)
            if len([node for node in folds if starts_fold(node)]) < 2:
                continue
            after = section.index(folds[-1]) + 1
            cell = (
                section[after]
                if after < len(section) and "cell" in section[after].get("classes", [])
                else None
            )
            row = nodes.container(classes=["hints"])
            section.insert(section.index(cell or folds[-1]) + 1, row)
            for node in folds:
                section.remove(node)
                row += node


def folds_in_a_row(section: nodes.section) -> list[nodes.Node]:
    """The first run of `<details>` among a section's children, with all that they hold."""
    found: list[nodes.Node] = []
    inside = False
    for node in section.children:
        inside = inside or starts_fold(node)
        if inside:
            found.append(node)
        elif found:
            break
        if inside and isinstance(node, nodes.raw) and "</details>" in node.astext():
            inside = False
    return found


def starts_fold(node: nodes.Node) -> bool:
    """Whether a fold begins here."""
    return isinstance(node, nodes.raw) and node.astext().lstrip().startswith("<details")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_transform(HintRows)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
