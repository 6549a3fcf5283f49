"""What has been solved and which mistakes were met: one small JSON file on this machine, and nothing besides.

It holds, for each exercise that was tried: how often it was wrong, the names of the known mistakes and how often each
was met, and the day on which it was solved. No answers, no code, no names of people, no time of day.
"""

from __future__ import annotations

import json
import os
import warnings
from datetime import date
from pathlib import Path
from typing import Any

from vit_tutorial.saving import write_atomically

VARIABLE = "VIT_TUTORIAL_LEDGER"
_chosen: list[Path | None] = []  # empty: nothing was chosen


def choose_place(path: str | Path | None) -> None:
    """Keep the ledger in this file from now on; None: keep none."""
    _chosen[:] = [None if path is None else Path(path)]


def place() -> Path | None:
    """What was chosen; else what VIT_TUTORIAL_LEDGER says, "off" for none; else ~/.vit_tutorial/ledger.json."""
    if _chosen:
        return _chosen[0]
    named = os.environ.get(VARIABLE) or "~/.vit_tutorial/ledger.json"
    return None if named == "off" else Path(named).expanduser()


def read(path: Path) -> dict[str, Any]:
    """The entries of a ledger by exercise, and under "last" the number of the one that was tried last.

    Raises:
        ValueError: the file is no ledger.
    """
    if not path.is_file():
        return {"last": "", "exercises": {}}
    try:
        found = json.loads(path.read_text("utf8"))
        entries = list(found["exercises"].values())
        counts = [
            n for each in entries for n in (each["wrong"], *each["mistakes"].values())
        ]
        texts = [found["last"], *(each["solved"] for each in entries)]
        if not all(isinstance(count, int) for count in counts):
            raise TypeError("a count is no whole number")
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("a number where a text is due")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(
            f"{path} is no ledger of exercises ({type(error).__name__}: {error}). Move it away, or choose another "
            "file with check.ledger(path)."
        ) from error
    return found


def record(number: str, mistake: str = "", solved: bool = False) -> None:
    """Add a verdict; where that is not possible, say so once and let the verdict stand."""
    path = place()
    if path is None:
        return
    try:
        ledger = read(path)
        entry = ledger["exercises"].setdefault(
            number, {"wrong": 0, "mistakes": {}, "solved": ""}
        )
        ledger["last"] = number
        if solved:
            entry["solved"] = entry["solved"] or date.today().isoformat()
        else:
            entry["wrong"] += 1
        if mistake:
            entry["mistakes"][mistake] = entry["mistakes"].get(mistake, 0) + 1
        write(path, ledger)
    except (OSError, ValueError) as error:
        warnings.warn(
            f"this is not written down: {error} check.ledger(None) keeps no ledger.",
            stacklevel=3,
        )


def write(path: Path, ledger: dict[str, Any]) -> None:
    """Replace the file in one step."""
    text = json.dumps(ledger, indent=1, sort_keys=True) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, lambda half: half.write_text(text, "utf8"))


def export(path: str | Path) -> Path:
    """Write all that was kept to a file, to be loaded elsewhere: Colab forgets its disk.

    Raises:
        ValueError: no ledger is kept.
    """
    own = place()
    if own is None:
        raise ValueError(
            "no ledger is kept: choose a file with check.ledger(path) first."
        )
    write(Path(path), read(own))
    return Path(path)


def load(path: str | Path) -> None:
    """Take in what `export` has written elsewhere; of each count the larger stays, of two days the earlier.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no ledger, or none is kept here.
    """
    own, path = place(), Path(path)
    if own is None:
        raise ValueError(
            "no ledger is kept: choose a file with check.ledger(path) first."
        )
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}.")
    ours, theirs = read(own), read(path)
    for number, entry in theirs["exercises"].items():
        mine = ours["exercises"].setdefault(number, entry)
        mine["wrong"] = max(mine["wrong"], entry["wrong"])
        mine["solved"] = min(
            filter(None, (mine["solved"], entry["solved"])), default=""
        )
        for name, count in entry["mistakes"].items():
            mine["mistakes"][name] = max(count, mine["mistakes"].get(name, 0))
    ours["last"] = ours["last"] or theirs["last"]
    write(own, ours)
