"""Takes the README's pictures of a page, one in each language, from the built site: `make pictures`."""

from __future__ import annotations

import io
from pathlib import Path

from chromium import BROWSER_FLAGS, NOT_FOUND, find_chromium
from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SITE, TARGET = ROOT / "_build" / "html", ROOT / ".github" / "readme"
PLACE = "article section section h2"  # the chapter's first part: prose, code, output and the photo


def main() -> None:
    """Open chapter 01 in each edition, scroll to its first part, save what is seen."""
    chromium = find_chromium()
    if not chromium:
        raise SystemExit(NOT_FOUND)
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
        page = browser.new_page(viewport={"width": 1240, "height": 1150})
        for edition in ("en", "zh"):
            page.goto((SITE / edition / "01_patches.html").as_uri(), wait_until="networkidle")
            page.evaluate(f"document.querySelector('{PLACE}').scrollIntoView()")
            page.wait_for_timeout(500)
            picture = Image.open(io.BytesIO(page.screenshot()))
            picture.quantize(128).save(TARGET / f"page-{edition}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
