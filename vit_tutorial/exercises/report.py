"""For a class: who has solved what, and which mistakes many have made."""

from __future__ import annotations

import csv
import html
import io
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vit_tutorial.exercises.language import language
from vit_tutorial.exercises.status import WORDS, boxes

if TYPE_CHECKING:
    from vit_tutorial.exercises.engine import Exercise

Ledgers = Mapping[str, dict[str, Any]]  # of each learner, by the name of the file
MISTAKES = {
    "en": ("Mistakes, and how many of {n} met them", "{count} of {n}"),
    "zh": ("犯过的错误（共 {n} 人）", "{n} 人里有 {count} 人"),
}
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem;max-width:70rem} table{border-collapse:collapse}"
    " :is(th,td){padding:.2rem .6rem;text-align:left;border-bottom:1px solid #ddd} td{white-space:nowrap}"
)


def met(
    ledgers: Ledgers, exercises: Mapping[str, Exercise]
) -> list[tuple[int, str, str, str]]:
    """How many learners met each mistake, its exercise, its name and what they were told; the most frequent first."""
    counts = Counter(
        (number, name)
        for kept in ledgers.values()
        for number, entry in kept["exercises"].items()
        for name in entry["mistakes"]
    )
    told = {
        (e.number, m.name): getattr(m.message, language())
        for e in exercises.values()
        for m in e.mistakes
    }
    rows = [(count, *key, told.get(key, "")) for key, count in counts.items()]
    return sorted(rows, key=lambda row: (-row[0], *row[1:3]))


def as_text(ledgers: Ledgers, exercises: Mapping[str, Exercise]) -> str:
    """A line of boxes for each learner, and the mistakes."""
    title, share = MISTAKES[language()]
    n = len(ledgers)
    lines = []
    for learner, kept in ledgers.items():
        rows = boxes(kept, exercises).items()
        lines.append(
            "  ".join(f"{chapter} {''.join(row)}" for chapter, row in rows)
            + f"  {learner}"
        )
    lines += ["", WORDS[language()]["legend"], "", title.format(n=n)]
    for count, number, name, message in met(ledgers, exercises):
        lines.append(
            f"{share.format(count=count, n=n)}  {number} {name.replace('_', ' ')}: {message}"
        )
    return "\n".join(lines) + "\n"


def as_csv(ledgers: Ledgers, exercises: Mapping[str, Exercise]) -> str:
    """A row for each learner and exercise."""
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["learner", "exercise", "name", "solved", "wrong", "mistakes"])
    for learner, kept in ledgers.items():
        for number, exercise in exercises.items():
            entry = kept["exercises"].get(
                number, {"solved": "", "wrong": 0, "mistakes": {}}
            )
            mistakes = "; ".join(
                f"{name} {count}" for name, count in entry["mistakes"].items()
            )
            rows.writerow(
                [
                    learner,
                    number,
                    exercise.name,
                    entry["solved"],
                    entry["wrong"],
                    mistakes,
                ]
            )
    return file.getvalue()


def as_html(ledgers: Ledgers, exercises: Mapping[str, Exercise]) -> str:
    """A page of its own, without scripts."""
    lang, n = language(), len(ledgers)
    title, share = MISTAKES[lang]
    chapters = sorted({number[:2] for number in exercises})
    head = "".join(f"<th>{chapter}</th>" for chapter in chapters)
    body = "".join(
        f"<tr><th>{html.escape(learner)}</th>"
        + "".join(f"<td>{''.join(row)}</td>" for row in boxes(kept, exercises).values())
        + "</tr>"
        for learner, kept in ledgers.items()
    )
    mistakes = "".join(
        f"<li><b>{share.format(count=count, n=n)}</b> {number} {html.escape(name.replace('_', ' '))}: {html.escape(message)}</li>"
        for count, number, name, message in met(ledgers, exercises)
    )
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>ViT, Patch by Patch</title><style>{STYLE}</style>'
        f"<table><tr><th></th>{head}</tr>{body}</table><p>{WORDS[lang]['legend']}</p>"
        f"<h2>{title.format(n=n)}</h2><ol>{mistakes}</ol></html>\n"
    )
