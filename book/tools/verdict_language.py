"""What `check` says in a notebook is in the edition's language: a line of code differs, and the outputs that follow from it."""

from __future__ import annotations

import copy
import re
from functools import cache

from nbformat import NotebookNode

LINE = 'check.language("{}")'
SPEAKING = {"verdict", "exercise"}  # the tags of cells in which `check` speaks
VERDICT = re.compile(r"^(?P<title>[✗✓]? ?\d\d\.\d \w+): (?P<text>.*)$", re.MULTILINE)


def in_chinese(cell: NotebookNode) -> NotebookNode:
    """An English code cell as the Chinese edition has it.

    Raises:
        ValueError: a verdict that no exercise gives.
    """
    cell = copy.deepcopy(cell)
    cell.source = cell.source.replace(LINE.format("en"), LINE.format("zh"))
    if SPEAKING & set(cell.metadata.get("tags", [])):
        for output in cell.outputs:
            if "text" in output:
                output.text = VERDICT.sub(_translated, output.text)
    return cell


def _translated(verdict: re.Match[str]) -> str:
    known = texts()
    if verdict["text"] not in known:
        raise ValueError(
            f"no exercise says “{verdict['text']}”: run the cell again, or look for a changed message"
        )
    return f"{verdict['title']}：{known[verdict['text']]}"


@cache
def texts() -> dict[str, str]:
    """All that is said about an exercise by name, in English, and its Chinese."""
    from vit_tutorial.exercises import all_exercises
    from vit_tutorial.exercises.engine import CORRECT, NOT_ATTEMPTED

    said = [CORRECT, NOT_ATTEMPTED]
    for exercise in all_exercises().values():
        said += [each.message for each in (*exercise.mistakes, *exercise.properties)]
    return {text.en: text.zh for text in said}
