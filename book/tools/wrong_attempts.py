"""Write down what `check` says to a typical wrong attempt at each exercise of code, so that the pages can show it.

    python book/tools/wrong_attempts.py          (part of `make pictures`)

Reads book/wrong_attempts.yml, writes book/wrong_attempts.json: the code, and the verdict in both languages.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import torch
import yaml

from vit_tutorial import MLP, PatchEmbedding, exercises

SOURCE = Path(__file__).resolve().parents[1] / "wrong_attempts.yml"
TARGET = SOURCE.with_suffix(".json")
NAMES = {
    "torch": torch,
    "nn": torch.nn,
    "F": torch.nn.functional,
    "MLP": MLP,
    "PatchEmbedding": PatchEmbedding,
}


def attempts() -> dict[str, dict[str, str]]:
    """Code and verdicts by the exercise's number."""
    known = exercises.all_exercises()
    found = yaml.safe_load(SOURCE.read_text("utf8"))
    return {number: attempt(known[number], *change) for number, change in found.items()}


def attempt(exercise: Any, right: str, wrong: str) -> dict[str, str]:
    """The solution with one place changed, and what is said to it; an error where that is no known mistake."""
    solution = inspect.getsource(exercise.solution).rstrip()
    if right not in solution:
        raise ValueError(f"{exercise.number}: the solution has no {right!r}. Mend {SOURCE.name}.")
    code = solution.replace(right, wrong, 1)
    names = dict(NAMES)
    exec(compile(code, "<attempt>", "exec"), names)
    try:
        exercise.check(names[exercise.name])
    except exercises.WrongAnswer as verdict:
        if verdict.mistake:
            title, text = verdict.title, verdict.text
            return {"code": code, "en": f"{title}: {text.en}", "zh": f"{title}：{text.zh}"}
    raise ValueError(f"{exercise.number}: this attempt is no known mistake:\n{code}")


def main() -> None:
    """Write the file."""
    TARGET.write_text(json.dumps(attempts(), ensure_ascii=False, indent=1) + "\n", "utf8")


if __name__ == "__main__":
    main()
