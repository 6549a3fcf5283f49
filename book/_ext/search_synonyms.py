"""Words that mean the same to the search: the two languages' terms, and what readers type instead of them.

`book/terms.yml` pairs English and Chinese and lists renderings that the book avoids: a reader who learned another one
elsewhere types it. `book/search_words.yml` has what no rule gives: other spellings and other people's names.
"""

from __future__ import annotations

from pathlib import Path

import yaml

BOOK = Path(__file__).resolve().parents[1]


def merged(lines: list[list[str]]) -> list[list[str]]:
    """Lines that share a word, made one; words compared without regard to case, in the order of their coming."""
    groups: list[list[str]] = []
    for line in lines:
        words = {word.lower() for word in line}
        together = [group for group in groups if words & {word.lower() for word in group}]
        joined = list(dict.fromkeys([word for group in [*together, line] for word in group]))
        groups = [group for group in groups if group not in together] + [joined]
    return groups


def synonyms(terms: list[dict], lines: list[list[str]]) -> list[list[str]]:
    """Groups of words of which each stands for all others.

    Args:
        terms: the entries of `terms.yml`: `en`, `zh` and perhaps `avoid`.
        lines: the lines of `search_words.yml`.
    """
    pairs = [[term["en"], term["zh"], *term.get("avoid", [])] for term in terms]
    return [group for group in merged(pairs + lines) if len({word.lower() for word in group}) > 1]


def read_synonyms(book: Path = BOOK) -> list[list[str]]:
    """The groups of this book."""
    terms, lines = (
        yaml.safe_load((book / name).read_text("utf8")) for name in ("terms.yml", "search_words.yml")
    )
    return synonyms(terms, lines)
