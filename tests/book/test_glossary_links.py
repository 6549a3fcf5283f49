"""The first use of a term in a chapter leads to its entry in the glossary, in both editions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from places import BOOK, ROOT
from site_server import EDITIONS, SITE, toc_pages
from small_tree import book_python, run

CHAPTERS = [page for page in toc_pages() if (BOOK / "en" / f"{page}.ipynb").is_file()]
ENGLISH = """# Glossary

```{glossary}
attention
  A.

attention map
  B.

patching
patchify
  C.

multilayer perceptron (MLP)
  D.

value
  E.
```
"""
CUT = """
import json, sys
from pathlib import Path
from _ext.glossary_links import linked, pattern, read_terms
terms, seen = read_terms(Path(sys.argv[1])), set()
print(json.dumps([list(linked(text, terms, pattern(terms), seen)) for text in sys.argv[2:]]))
"""


def cut(glossary: Path, *texts: str) -> list[list[tuple[str, str]]]:
    """The pieces of each text that lead somewhere; all texts are of one chapter."""
    ran = run(ROOT, book_python(), "-c", CUT, str(glossary), *texts, PYTHONPATH=str(BOOK))
    assert ran.returncode == 0, ran.stderr
    pieces = json.loads(ran.stdout)
    assert ["".join(piece for piece, _ in each) for each in pieces] == list(texts)
    return [[(piece, term) for piece, term in each if term] for each in pieces]


def test_the_longest_term_is_found_once_as_a_whole_word(tmp_path: Path) -> None:
    for edition, text in {
        "en": ENGLISH,
        "zh": ENGLISH.replace("attention map", "注意力图（attention map）")
        .replace("attention\n", "注意力（attention）\n")
        .replace("patching\npatchify", "图像分块（patching、patchify）")
        .replace("multilayer perceptron (MLP)", "多层感知机（multilayer perceptron，MLP）"),
    }.items():
        (tmp_path / edition).mkdir()
        (tmp_path / edition / "glossary.md").write_text(text, "utf8")
    assert cut(
        tmp_path / "en" / "glossary.md",
        "Attention maps and self-attention, a value, an inattention.",
        "Patchify it, attention; an attention map, patching",
        "no MLP, multilayer perceptrons_",
    ) == [
        [("Attention maps", "term-attention-map")],
        [("Patchify", "term-patching"), ("attention", "term-attention")],
        [],
    ]
    assert cut(
        tmp_path / "zh" / "glossary.md", "一张注意力图，注意力和MLP，value", "多层感知机的注意力图"
    ) == [
        [("注意力图", "term-attention-map"), ("注意力", "term-attention")],
        [("多层感知机", "term-multilayer-perceptron-MLP")],
    ]


@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("edition", EDITIONS)
def test_a_chapter_leads_to_the_glossary(edition: str, chapter: str) -> None:
    page = BeautifulSoup((SITE / edition / f"{chapter}.html").read_text("utf8"), "html.parser")
    glossary = BeautifulSoup((SITE / edition / "glossary.html").read_text("utf8"), "html.parser")
    links = page.select(".bd-article a.term")
    assert len(links) >= 10
    targets = [link["href"] for link in links]
    assert len(targets) == len(set(targets))
    for link in links:
        entry = glossary.find(id=link["href"].removeprefix("glossary.html#"))
        assert entry.name == "dt" and link.get_text().lower()[:4] in entry.get_text().lower()
        assert (
            link.find_parent(["h1", "h2", "h3", "h4", "code", "pre", "table", "figcaption", "details"])
            is None
        )
        assert link.find_parent("a") is None and link.find_parent(class_="math") is None
