"""The browser that looks at the built site: in the tests, and for the README's pictures."""

from __future__ import annotations

import os
import shutil

NOT_FOUND = "no Chromium found: apt-get install chromium, or set CHROMIUM to a browser's path"
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str:
    """The browser's path; empty if there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), "")
