"""A page's colours without JavaScript, which else writes the theme's name, light or dark, into the page.

Light stands in the page from the start. For a reader whose system is dark, the rules for dark are written once more
into `no-script-dark.css`, where they hold without the name; only a browser without JavaScript loads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
RULE = re.compile(r"([^{};]+)\{([^{}]*)\}")
DARK = re.compile(r'\[data-theme="?dark"?\]')
THEME_STYLES = ("styles/pydata-sphinx-theme.css", "styles/sphinx-book-theme.css", "pygments.css")


def dark_rules(css: str) -> Iterator[str]:
    """The style sheet's rules for dark that hold on every medium, made to hold where the page says light."""
    for selector, declarations in RULE.findall(MEDIA.sub("", COMMENT.sub("", css))):
        if DARK.search(selector):
            yield DARK.sub('[data-theme="light"]', selector.strip()) + " {" + declarations + "}"


def write_palettes(app: Sphinx, error: Exception | None) -> None:
    """Write the style sheet for dark, and light into each page."""
    if error is not None or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    own = [name for name, _ in app.config.html_css_files]
    rules = [rule for name in (*THEME_STYLES, *own) for rule in dark_rules((static / name).read_text("utf8"))]
    (static / "no-script-dark.css").write_text("\n".join(rules), "utf8")
    for page in Path(app.outdir).glob("*.html"):
        html = page.read_text("utf8")
        page.write_text(html.replace('data-theme="auto"', 'data-theme="light"', 1), "utf8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("build-finished", write_palettes, priority=900)  # the theme writes pygments.css at 500
    return {"parallel_read_safe": True, "parallel_write_safe": True}
