"""Takes the README's pictures of a page, one in each language, from the built site, and draws the touch icon: `make pictures`."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from chromium import BROWSER_FLAGS, NOT_FOUND, find_chromium
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SITE, TARGET = ROOT / "_build" / "html", ROOT / ".github" / "readme"
PLACE = "article section section h2"  # the chapter's first part: prose, code, output and the photo
ASSETS = ROOT / "book" / "_assets"
ICON_SIDE, ICON_MARGIN = 180, 18  # what Apple asks for; its corners are cut round
ICON_PAGE = '<body style="margin:0;background:white"><img src="{favicon}" style="display:block;padding:{margin}px;width:{side}px">'


def touch_icon(browser: Browser) -> None:
    """Draw the favicon on white, as a phone's home screen wants it: a PNG without transparency."""
    page = browser.new_page(viewport={"width": ICON_SIDE, "height": ICON_SIDE})
    favicon = base64.b64encode((ASSETS / "favicon.svg").read_bytes()).decode()
    page.set_content(
        ICON_PAGE.format(
            favicon=f"data:image/svg+xml;base64,{favicon}",
            margin=ICON_MARGIN,
            side=ICON_SIDE - 2 * ICON_MARGIN,
        )
    )
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(16).save(ASSETS / "touch-icon.png", optimize=True)
    page.close()


def main() -> None:
    """Draw the icon; open chapter 01 in each edition, scroll to its first part, save what is seen."""
    chromium = find_chromium()
    if not chromium:
        raise SystemExit(NOT_FOUND)
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
        touch_icon(browser)
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
