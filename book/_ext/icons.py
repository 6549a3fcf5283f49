"""The icons: of Font Awesome's 2,000, which the theme brings along, only those that the pages show.

A page would load a font of 156 kB, and as many rules, for a dozen icons. Here the rules of icons that no page and no
script names are dropped from the theme's style sheets, and the fonts keep the signs that the remaining rules ask for.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from fontTools import subset
from sphinx.application import Sphinx

NAME = re.compile(r"\bfa-[a-z0-9-]+")
RULE = re.compile(r'((?:\.fa-[a-z0-9-]+:{1,2}before,?)+)\{content:"[^"]*"\}')
SIGN = re.compile(r"\\([ef][0-9a-f]{3})(?![0-9a-f])|([\ue000-\uf8ff])")  # escaped, or as it is


def without_unused(css: str, used: set[str]) -> str:
    """The style sheet without the rules of icons that are not among `used`, such as `fa-bars`."""
    return RULE.sub(lambda rule: rule[0] if used.intersection(NAME.findall(rule[1])) else "", css)


def signs(css: str) -> set[int]:
    """The codes of the icons that a style sheet shows."""
    return {int(escaped, 16) if escaped else ord(sign) for escaped, sign in SIGN.findall(css)}


def shrink_font(path: Path, codes: set[int]) -> None:
    """Leave in a font what is drawn for `codes`; the same each time, so that both editions' files are alike."""
    options = subset.Options(flavor="woff2", layout_features=[], notdef_outline=True)
    font = subset.load_font(str(path), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    subset.save_font(font, str(path), options)


def shrink_icons(app: Sphinx, error: Exception | None) -> None:
    """Look through what was built, then shrink style sheets and fonts."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    named = [*out.rglob("*.html"), *(out / "_static").rglob("*.js")]
    used = {name for path in named for name in NAME.findall(path.read_text("utf8"))}
    codes: set[int] = set()
    for path in sorted((out / "_static").rglob("*.css")):
        css = path.read_text("utf8")
        shrunk = without_unused(css, used)
        if shrunk != css:
            path.write_text(shrunk, "utf8")
        codes |= signs(shrunk)
    for path in out.glob("_static/vendor/fontawesome/webfonts/*.woff2"):
        shrink_font(path, codes)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension; by then own_assets has removed the theme's script that names every icon."""
    app.connect("build-finished", shrink_icons, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
