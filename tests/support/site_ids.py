"""The ids and links of the built pages, read from their HTML."""

from __future__ import annotations

from functools import cache
from html.parser import HTMLParser

import pytest
from site_server import SITE


class Ids(HTMLParser):
    """What a built page says: ids of sections, all ids, links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sections: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the ids and the target of one element."""
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids.append(values["id"])
            self.sections += [values["id"]] if tag == "section" else []
        if tag == "a" and "href" in values:
            self.links.append(values["href"])


@cache
def built(path: str) -> Ids:
    """A page of the built site, such as `en/index.html`; fails where there is none."""
    file = SITE / path
    if not file.is_file():
        pytest.fail(f"there is no {path} in the built site; build it first: make book", pytrace=False)
    return Ids(file.read_text("utf8"))
