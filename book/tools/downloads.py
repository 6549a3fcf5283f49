"""Links the PDF and the EPUB of an edition on its front page, where they are: a plain `make book` has neither."""

from __future__ import annotations

import re
from pathlib import Path

WORDS = {"en": ("To take along:", ", ", "."), "zh": ("离线阅读：", "、", "。")}
KINDS = ("pdf", "epub")
OLD = re.compile(r'<p class="downloads">.*?</p>\n?', re.DOTALL)
BUTTON = re.compile(r'<a [^>]*class="[^"]*\bstart\b[^>]*>.*?</p>\n?', re.DOTALL)
PARAGRAPH = re.compile(r'<article class="bd-article">.*?</p>\n?', re.DOTALL)


def file_name(edition: str, kind: str) -> str:
    """What the edition's PDF or EPUB is called."""
    return f"vit-patch-by-patch-{edition}.{kind}"


def link_downloads(folder: Path, edition: str) -> None:
    """Write the links after the front page's first button, or after its first paragraph if it has none."""
    index = folder / "index.html"
    page = OLD.sub("", index.read_text("utf8"))
    before, between, after = WORDS[edition]
    links = [
        f'<a href="{path.name}" download>{kind.upper()} ({path.stat().st_size / 1e6:.1f} MB)</a>'
        for kind in KINDS
        if (path := folder / file_name(edition, kind)).is_file()
    ]
    if links:
        line = f'<p class="downloads">{before} {between.join(links)}{after}</p>\n'
        place = BUTTON if BUTTON.search(page) else PARAGRAPH
        page = place.sub(lambda found: found.group() + line, page, count=1)
    index.write_text(page, "utf8")
