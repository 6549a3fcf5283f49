"""What a built page's head says."""

from __future__ import annotations

from collections import defaultdict
from html.parser import HTMLParser


class Head(HTMLParser):
    """Title, metas by name or property, links by relation, alternates by language; lists, so that nothing is hidden."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.titles: list[str] = []
        self.metas: dict[str, list[str]] = defaultdict(list)
        self.links: dict[str, list[str]] = defaultdict(list)
        self.alternates: dict[str, str] = {}
        self._in_title = False
        self.feed(html.split("</head>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        values = {name: value or "" for name, value in attrs}
        if tag == "meta":
            self.metas[values.get("name") or values.get("property", "")].append(values.get("content", ""))
        elif tag == "link":
            self.links[values["rel"]].append(values["href"])
            if "hreflang" in values:
                self.alternates[values["hreflang"]] = values["href"]
        self._in_title = tag == "title"

    def handle_data(self, data: str) -> None:
        """Note the title."""
        if self._in_title:
            self.titles.append(data)
            self._in_title = False
