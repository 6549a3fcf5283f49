"""What an EPUB needs a browser for: its cover, and the formulas, which MathJax turns into MathML."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from build import ROOT, read_yaml
from chromium import BROWSER_FLAGS, NOT_FOUND, find_chromium
from epub_pages import Formula
from playwright.sync_api import sync_playwright

COVER = """<html lang="{language}"><style>{tokens}
  body {{ margin: 0; padding: 120px; box-sizing: border-box; height: 1600px; background: var(--book-paper); color: var(--book-ink); font: 44px var(--book-font); }}
  h1 {{ margin: 0 0 80px; font-size: 104px; line-height: 1.15; }}
  div {{ display: grid; grid-template-columns: repeat(7, 1fr); gap: 12px; margin-bottom: 80px; }}
  i {{ aspect-ratio: 1; background: var(--book-accent); }}
</style><h1>{title}</h1><div>{patches}</div>{author}</html>"""
CONVERT = "(all) => all.map(([tex, display]) => MathJax.tex2mml(tex, {display}))"


class Drawer:
    """The browser, for the cover and the formulas."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def cover(self, config: dict, language: str) -> bytes:
        """A PNG with the title over patches, read row by row from dark to light."""
        patches = "".join(f'<i style="opacity: {1 - each / 60:.2f}"></i>' for each in range(49))
        tokens = (ROOT / "book" / "_assets" / "styles" / "tokens.css").read_text("utf8")
        words = {"title": config["title"], "author": config["author"], "language": language}
        page = self.browser.new_page(viewport={"width": 1200, "height": 1600}, color_scheme="light")
        page.set_content(COVER.format(tokens=tokens, patches=patches, **words))
        return page.screenshot()

    def mathml(self, mathjax: Path, wanted: set[Formula]) -> dict[Formula, str]:
        """MathML of each formula."""
        page = self.browser.new_page()  # in a page where MathJax has started before, it never gets ready
        page.goto(
            mathjax.as_uri()
        )  # only a page that is itself a file may load files, as MathJax does its parts
        page.evaluate(
            "(settings) => { window.MathJax = settings; }",
            read_yaml("_config.yml")["sphinx"]["config"]["mathjax3_config"],
        )
        page.add_script_tag(url=mathjax.as_uri())
        page.evaluate("() => MathJax.startup.promise")
        order = sorted(wanted)
        return dict(zip(order, page.evaluate(CONVERT, [list(each) for each in order]), strict=True))


@contextmanager
def drawing() -> Iterator[Drawer]:
    """A browser that draws, as long as it is needed."""
    chromium = find_chromium()
    if not chromium:
        raise SystemExit(NOT_FOUND)
    with sync_playwright() as playwright:
        yield Drawer(playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS))
