"""The part of a piece of HTML that a reader sees."""

from __future__ import annotations

from html.parser import HTMLParser


class HtmlText(HTMLParser):
    """Collects the readable text of HTML, and the targets of its links and pictures.

    The text of `<script>`, `<style>`, `<pre>` and `<code>` is left out.
    """

    hidden = ("script", "style", "pre", "code")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self.images: list[str] = []
        self._depth = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remembers targets, and that what follows may be hidden."""
        self._depth += tag in self.hidden
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "img":
            self.images.append(values.get("src", ""))
            self.texts.append(values.get("alt", ""))

    def handle_endtag(self, tag: str) -> None:
        """Leaves a hidden part."""
        self._depth -= tag in self.hidden and self._depth > 0

    def handle_data(self, data: str) -> None:
        """Keeps the text that a reader sees."""
        if not self._depth and data.strip():
            self.texts.append(data)
