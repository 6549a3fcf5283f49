"""In the Chinese edition the checker speaks Chinese; of the code one line differs."""

import nbformat
import pytest
from places import BOOK
from verdict_language import in_chinese

CHAPTERS = sorted(path.name for path in (BOOK / "en").glob("*.ipynb"))


def speaking(edition, chapter):
    """What `check` says in a notebook, and the code cells."""
    cells = [c for c in nbformat.read(BOOK / edition / chapter, 4).cells if c.cell_type == "code"]
    tagged = [c for c in cells if {"exercise", "verdict"} & set(c.metadata.get("tags", []))]
    return "".join(output.text for cell in tagged for output in cell.outputs), cells


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_edition_says_it_in_its_language(chapter):
    english, code = speaking("en", chapter)
    chinese, code_zh = speaking("zh", chapter)
    assert english.count(": not attempted yet\n") >= 5 and "尚未" not in english
    assert chinese.count("：尚未作答\n") >= 5 and "not attempted" not in chinese
    assert english.count("✗") == chinese.count("✗") == 1
    differing = [
        (a, b)
        for ours, theirs in zip(code, code_zh, strict=True)
        for a, b in zip(ours.source.splitlines(), theirs.source.splitlines(), strict=True)
        if a != b
    ]
    assert differing == [('check.language("en")', 'check.language("zh")')]


def test_a_verdict_that_nobody_gives_is_named():
    output = nbformat.v4.new_output("stream", text="✗ 01.3 patchify: you sneezed.\n")
    cell = nbformat.v4.new_code_cell("1", metadata={"tags": ["verdict"]}, outputs=[output])
    with pytest.raises(ValueError, match=r"no exercise says “you sneezed\.”"):
        in_chinese(cell)
