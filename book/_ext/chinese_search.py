"""Chinese full-text search that finds phrases.

Sphinx indexes Chinese with jieba, but in the browser it splits the query only at spaces: whatever is longer than one
dictionary word (注意力机制, 图像分块) finds nothing. Here the browser cuts the query with the words of the index
itself (chinese_search.js), and single Chinese characters are indexed too, so that each cut has something to find.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.search.zh import SearchChinese

STOP_CHARACTERS = set("的一是在不了有和就也与及或之其这那个为以于到从中上下等我你他它们把被让而则但")


class PhraseSearchChinese(SearchChinese):
    """Sphinx's Chinese search with single characters in the index and a query splitter of its own."""

    js_splitter_code = Path(__file__).with_suffix(".js").read_text("utf8")

    def word_filter(self, word: str) -> bool:
        """Index every word of two letters or more, and single Chinese characters that carry meaning."""
        return len(word) > 1 or ("\u4e00" <= word <= "\u9fff" and word not in STOP_CHARACTERS)


def setup(app: Sphinx) -> dict[str, Any]:
    """Replace the built-in language `zh`."""
    app.add_search_language(PhraseSearchChinese)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
