"""The ledger as a reader sees it: a box for each exercise, and the mistakes that were met."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vit_tutorial.exercises import ledger
from vit_tutorial.exercises.language import language

if TYPE_CHECKING:
    from vit_tutorial.exercises.engine import Exercise

SOLVED, TRIED, NEW = "■", "◪", "□"
WORDS = {
    "en": {
        "legend": f"{SOLVED} solved, {TRIED} tried, {NEW} new",
        "count": "{solved} of {all} solved.",
        "last": " Last: {last}.",
        "mistakes": "Mistakes met:",
        "none": "no ledger is kept: check.ledger(path) chooses a file.",
        "place": "Kept in {path}",
    },
    "zh": {
        "legend": f"{SOLVED} 已做对，{TRIED} 试过，{NEW} 没做",
        "count": "{all} 道里做对了 {solved} 道。",
        "last": "上次做到 {last}。",
        "mistakes": "犯过的错误：",
        "none": "没有保存记录：用 check.ledger(路径) 选一个文件。",
        "place": "保存在 {path}",
    },
}


def boxes(
    kept: dict[str, Any], exercises: Mapping[str, Exercise]
) -> dict[str, list[str]]:
    """A box for each exercise, by chapter."""
    rows = defaultdict(list)
    for number in exercises:
        entry = kept["exercises"].get(number)
        box = NEW if entry is None else SOLVED if entry["solved"] else TRIED
        rows[number[:2]].append(box)
    return dict(rows)


def status(exercises: Mapping[str, Exercise]) -> str:
    """The boxes of all chapters, how far one has come, and how often each known mistake was met."""
    words, path = WORDS[language()], ledger.place()
    if path is None:
        return words["none"]
    kept = ledger.read(path)
    entries: dict[str, Any] = kept["exercises"]
    rows = boxes(kept, exercises)
    solved = sum(box == SOLVED for row in rows.values() for box in row)
    lines = [f"{chapter}  {' '.join(row)}" for chapter, row in rows.items()]
    last = words["last"].format(last=kept["last"]) if kept["last"] else ""
    lines += [
        "",
        words["legend"],
        words["count"].format(solved=solved, all=len(exercises)) + last,
    ]
    met = [
        f"{number} {name.replace('_', ' ')}: {count}"
        for number, entry in sorted(entries.items())
        for name, count in sorted(entry["mistakes"].items(), key=lambda each: -each[1])
    ]
    lines += ["", words["mistakes"], *met] if met else []
    return "\n".join([*lines, "", words["place"].format(path=path)])
