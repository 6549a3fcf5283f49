"""When each page was last changed, for its footer (`_templates/page-footer.html`): the day of the last commit to its source.

The day of the build would say nothing about the page. Without git, or in a shallow clone, in which every file seems to be
of the last commit, there is no date.
"""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

DAY = "@"  # begins a line of git's log that is a day and not a file


def git(folder: Path, *command: str) -> str:
    """What git prints; empty where there is no git or no repository."""
    try:
        run = subprocess.run(["git", *command], cwd=folder, capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return run.stdout if run.returncode == 0 else ""


@cache
def last_changes(folder: Path) -> dict[Path, str]:
    """The day of the last commit to each file of a folder, such as `2026-11-27`."""
    if git(folder, "rev-parse", "--is-shallow-repository").strip() != "false":
        return {}
    day, found = "", {}
    log = git(folder, "log", f"--format={DAY}%cs", "--name-only", "--relative", "--", ".")
    for line in filter(None, log.splitlines()):  # the newest first
        if line.startswith(DAY):
            day = line.removeprefix(DAY)
        else:
            found.setdefault(folder / line, day)
    return found


def add_date(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Give the template the page's `last_changed`; generated pages have none."""
    if page in app.env.found_docs:
        path = Path(app.env.doc2path(page)).resolve()
        context["last_changed"] = last_changes(path.parent).get(path, "")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension; the theme renders the footer's parts at 500."""
    app.connect("html-page-context", add_date, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
