"""The drawings of notebooks' figures, as the page shows them: in its ink, its font and its language.

A notebook shows a figure as a picture on white, and carries the same figure as SVG in the output's metadata
(vit_tutorial/plots/style.py says why). Black becomes the page's ink, white its paper, letters are set in its fonts,
symbols as in formulas, and in the Chinese edition words are Chinese (`book/figure_words.yml`). Data keep their colours.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml
from PIL import Image

WORDS = Path(__file__).resolve().parents[1] / "figure_words.yml"
PAGE_COLOURS = {"#000000": "currentColor", "#ffffff": "var(--book-paper, #fff)"}
FONTS = (  # matplotlib's, and the page's; symbols are set as formulas are
    (r"font-style: italic; (font-size: [\d.]+px); font-family: 'STIXGeneral'", "math-italic"),
    (r"(font-size: [\d.]+px); font-family: 'STIXGeneral'", "math"),
    (r"(font-size: [\d.]+px); font-family: 'DejaVu Sans'[^;\"]*", "text"),
)
FAMILIES = {
    "math-italic": "font-family: var(--book-font-math-italic); font-synthesis: none",
    "math": "font-family: var(--book-font-math)",
    "text": "font-family: var(--book-font)",
}
PHOTO = 10_000  # bytes from which on a picture within a drawing is a photo: drawn data have 2,000 at most
PNG = re.compile(r"data:image/png;base64,\s*([A-Za-z0-9+/=\s]+)")
LEAST = 0.8  # of its width, which a drawing keeps on the narrowest screen: letters stay at 11 px


def notebook_drawings(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The drawings of a notebook: the SHA-256 of the picture beside each, by which myst-nb names its file."""
    for cell in json.loads(path.read_text("utf8"))["cells"]:
        for output in cell.get("outputs", []):
            for kind, about in output.get("metadata", {}).items():
                if kind.startswith("image/") and "svg" in about:
                    encoded = "".join(output["data"][kind])
                    yield hashlib.sha256(base64.b64decode(encoded)).hexdigest(), about


def with_light_photos(drawing: dict[str, Any]) -> dict[str, Any]:
    """The drawing with its photos at a fifth of their bytes."""
    return {**drawing, "svg": PNG.sub(as_photo, drawing["svg"])}


def as_photo(png: re.Match) -> str:
    """A picture within a drawing, photos as WebP; data keep each value."""
    data = base64.b64decode(png[1])
    if len(data) < PHOTO:
        return png[0]
    webp = BytesIO()
    Image.open(BytesIO(data)).save(webp, "WebP", quality=80, method=6)  # JPEG has no gaps to look through
    return f"data:image/webp;base64,{base64.b64encode(webp.getvalue()).decode()}"


def sized(drawing: dict[str, Any]) -> str:
    """The SVG without its XML head, in pixels of the page."""
    svg = drawing["svg"]
    svg = re.sub(r"<!--.*?-->\s*", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    for side in ("width", "height"):
        svg = re.sub(rf' {side}="[\d.]+pt"', f' {side}="{drawing[side]}"', svg, count=1)
    return svg


def for_page(drawing: dict[str, Any], alt: str, words: dict[str, str]) -> str:
    """The SVG as a part of the page.

    Args:
        drawing: `svg`, `width` and `height` of an output.
        alt: what it shows, for those who can't see it.
        words: what stands for words in the edition's language.
    """
    svg = re.sub(r"<style.*?</style>", "", sized(drawing), flags=re.DOTALL)
    for colour, ours in PAGE_COLOURS.items():
        svg = svg.replace(f": {colour}", f": {ours}")
    for theirs, kind in FONTS:
        svg = re.sub(theirs, rf"\1; {FAMILIES[kind]}", svg)
    svg = re.sub(
        r"(<text[^>]*>)([^<]+)(?=</text>)", lambda m: m[1] + words.get(html.unescape(m[2]), m[2]), svg
    )
    # Ids are unique in a page, and both editions' are the same; those that nothing refers to are matplotlib's own counts.
    used = set(re.findall(r"(?:url\(|href=\")#([^)\"]+)", svg))
    prefix = f"d{hashlib.sha256(drawing['svg'].encode()).hexdigest()[:8]}-"
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{prefix}{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r"(url\(|href=\")#", rf"\1#{prefix}", svg)
    least = round(LEAST * drawing["width"])
    head = f'<svg class="drawing" role="img" aria-label="{html.escape(alt)}" style="min-width: {least}px"'
    return f'<div class="drawing-box">{svg.replace("<svg", head, 1)}</div>'


def read_words(language: str) -> dict[str, str]:
    """What stands for the words of a figure in a language; nothing for English."""
    words = yaml.safe_load(WORDS.read_text("utf8")) or {}
    return {english: chinese for english, chinese in words.items() if language.startswith("zh") and chinese}


def words_in(drawing: dict[str, Any]) -> list[str]:
    """The texts of a drawing that have a word, which is two letters or more; symbols stand alone."""
    texts = (html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]+)</text>", drawing["svg"]))
    return [text for text in texts if re.search("[A-Za-z]{2}", text)]
