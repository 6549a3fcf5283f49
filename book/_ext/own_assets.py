"""Everything a page loads comes from the book itself, and a page loads only what it needs.

Jupyter Book's defaults take MathJax from a CDN and put the address of Thebe's CDN into each page. Here MathJax is
copied out of the package `sphinx-mathjax-offline`, and extensions that the book does not use are unhooked.
"""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

MATHJAX_SCRIPT = "startup.js"
MATHJAX_PARTS = (  # what `_config.yml` has it load, and what these load; the one file of all would be half as large again
    MATHJAX_SCRIPT,
    "core.js",
    "input/tex.js",
    "output/chtml.js",
    "output/chtml/fonts/tex.js",
    "a11y/assistive-mml.js",
)
UNUSED_EXTENSIONS = ("sphinx_thebe", "sphinx_togglebutton", "sphinx_comments")
UNUSED_FILES_OF_A_PAGE = ("sphinx-thebe.css", "thebelab.css", "togglebutton.css")
CARDS = ("sphinx-design.min.css", "design-tabs.js")  # for pages that have cards
UNUSED_FILES = (  # never requested by a page
    "scripts/fontawesome.js*",
    "scripts/*.map",
    "styles/*.map",
    "locales",
    "sbt-webpack-macros.html",
    "webpack-macros.html",
    "vendor/fontawesome/webfonts/*.ttf",
    "sphinx-thebe.*",
    "thebelab.*",
    "togglebutton.*",
)


def unhook_unused(app: Sphinx) -> None:
    """Jupyter Book always loads these extensions; disconnect what they would do to the pages."""
    for listeners in app.events.listeners.values():
        listeners[:] = [each for each in listeners if each.handler.__module__ not in UNUSED_EXTENSIONS]


def file_name(asset: Any) -> str:
    """The name of a script's or style's file; empty for a script written into the page."""
    return Path(str(getattr(asset, "filename", asset) or "")).name


def has_formulas(doctree: nodes.document | None) -> bool:
    """Whether the page itself has formulas; Sphinx also counts those of the pages that a table of contents names."""
    return doctree is not None and any(
        doctree.findall(lambda node: isinstance(node, (nodes.math, nodes.math_block)))
    )


def trim_page(app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Drop unused styles and scripts, and scripts that Sphinx lists twice (a `const` declared twice is an error)."""
    cards = "sd-" in context.get("body", "")
    unused = UNUSED_FILES_OF_A_PAGE if cards else (*UNUSED_FILES_OF_A_PAGE, *CARDS)
    for kind in ("css_files", "script_files"):
        context[kind][:] = [file for file in context[kind] if file_name(file) not in unused]
    mathjax, seen, scripts = has_formulas(doctree), set(), []
    for script in context["script_files"]:
        body = getattr(script, "attributes", {}).get("body") or ""
        key = (str(getattr(script, "filename", script)), body)
        is_mathjax = file_name(script) == MATHJAX_SCRIPT or body.startswith("window.MathJax")
        if key not in seen and (mathjax or not is_mathjax):
            scripts.append(script)
        seen.add(key)
    context["script_files"][:] = scripts


def mathjax_folder() -> Path:
    """Where `sphinx-mathjax-offline` keeps MathJax."""
    spec = importlib.util.find_spec("sphinx-mathjax-offline")
    if spec is None or spec.origin is None:
        raise ExtensionError("sphinx-mathjax-offline is not installed: pip install -r requirements-book.txt")
    return Path(spec.origin).parent / "static" / "mathjax"


def tidy_static(app: Sphinx, error: Exception | None) -> None:
    """Copy MathJax and its fonts (1.5 MB) into the built book; remove files that no page asks for."""
    if error is not None or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    source, target = mathjax_folder(), static / "mathjax"
    fonts = "output/chtml/fonts/woff-v2"
    shutil.copytree(source / fonts, target / fonts, dirs_exist_ok=True)
    for part in MATHJAX_PARTS:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / part, target / part)
    for pattern in UNUSED_FILES:
        for path in static.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension; Jupyter Book sets up its own ones before it, so they can be unhooked here."""
    unhook_unused(app)
    app.connect("html-page-context", trim_page, priority=900)
    app.connect("build-finished", tidy_static)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
