"""What the editions have alike lies once, beside them, so that a reader who switches the language loads no file twice.

Jupyter Book gives each edition its own `_static` and `_images`. Files that are the same in all of them move into folders
of that name in the site's root, and the pages' links follow; what differs (the search's index, Sphinx's translations,
figures with words) stays where it is.
"""

from __future__ import annotations

import filecmp
import re
from pathlib import Path

FOLDERS = ("_static", "_images")
LINK = re.compile(rf'(\s(?:href|src)=")((?:\.\./)*)((?:{"|".join(FOLDERS)})/[^"?#]+)')


def move_twins(site: Path, editions: list[str]) -> set[str]:
    """Move the files that every edition has, byte for byte; returns their names, such as `_static/book.js`."""
    first, *others = (site / edition for edition in editions)
    moved = set()
    for path in sorted(path for folder in FOLDERS for path in (first / folder).rglob("*") if path.is_file()):
        name = path.relative_to(first)
        twins = [other / name for other in others]
        if all(twin.is_file() and filecmp.cmp(path, twin, shallow=False) for twin in twins):
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            path.replace(site / name)
            for twin in twins:
                twin.unlink()
            moved.add(name.as_posix())
    return moved


def relink(html: str, moved: set[str]) -> str:
    """The page with its links to moved files leading one folder further up."""

    def follow(match: re.Match) -> str:
        before, up, file = match.groups()
        return f"{before}{'../' if file in moved else ''}{up}{file}"

    return LINK.sub(follow, html)


def share(site: Path, editions: list[str]) -> None:
    """Move what is alike and mend the pages' links."""
    moved = move_twins(site, editions)
    for edition in editions:
        for page in (site / edition).rglob("*.html"):
            page.write_text(relink(page.read_text("utf8"), moved), "utf8")
        for folder in sorted((site / edition).rglob("*"), reverse=True):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
