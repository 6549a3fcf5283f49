"""Shows the listings of `show_source` below a bar with the file's name.

The bar leads to the lines in the repository where its address is known (`_ext/repository_links.py`). The notebook's
output holds neither address nor line numbers: another address, or a line added above, would be another output.
"""

from __future__ import annotations

import ast
import html
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

ROOT = Path(__file__).resolve().parents[2]


def lines_of(file: Path, name: str) -> tuple[int, int] | None:
    """The first and the last line of a function or class, decorators among them; None if it isn't there."""
    node: ast.AST = ast.parse(file.read_text("utf8"))
    for part in name.split("."):
        named = [each for each in getattr(node, "body", []) if getattr(each, "name", None) == part]
        if not named:
            return None
        node = named[-1]
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return first, node.end_lineno


def bar(file: str, name: str, repository: str, branch: str) -> str:
    """The bar above a listing, as HTML."""
    path = ROOT / file
    if not repository or not path.is_file():
        return f'<p class="listing-bar"><code>{file}</code> · <code>{name}</code></p>'
    lines = lines_of(path, name)
    fragment = f"#L{lines[0]}-L{lines[1]}" if lines else ""
    return (
        f'<p class="listing-bar"><a href="{html.escape(repository)}/blob/{branch}/{file}{fragment}">'
        f"<code>{file}</code></a> · <code>{name}</code></p>"
    )


class Listings(SphinxPostTransform):
    """Replaces the first line of a listing by a bar: the file and the name of what is shown."""

    default_priority = 3  # the forms of an output still stand side by side

    def run(self, **kwargs: Any) -> None:
        """Look at each output in Markdown."""
        options = self.config.html_theme_options
        address = options.get("repository_url", ""), options.get("repository_branch", "main")
        for output in self.document.findall(nodes.container):
            if output.get("mime_type") != "text/markdown" or len(output.children) != 2:
                continue
            head, code = output.children
            named = list(head.findall(nodes.literal))
            if len(named) != 2 or not isinstance(code, nodes.literal_block):
                continue
            code["classes"] += ["output", "listing"]
            file, name = (each.astext() for each in named)
            head.replace_self(nodes.raw("", bar(file, name, *address), format="html"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_post_transform(Listings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
