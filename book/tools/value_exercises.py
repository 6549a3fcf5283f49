"""Write down the exercises that are answered by values, so that the pages can check them without Python.

    python book/tools/value_exercises.py          (part of `make pictures`)

Writes book/_assets/exercises/values.json: the right values, the known mistakes and their messages, in both languages.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from vit_tutorial.exercises import all_exercises

TARGET = Path(__file__).resolve().parents[1] / "_assets" / "exercises" / "values.json"


def value_exercises() -> dict[str, Any]:
    """What a page needs, by the exercise's number."""
    return {
        exercise.number: {
            "name": exercise.name,
            "values": exercise.solution(),
            "choices": list(exercise.choices),
            "mistakes": [
                {"name": each.name, "wrong": each.function(), "en": each.message.en, "zh": each.message.zh}
                for each in exercise.mistakes
            ],
        }
        for exercise in all_exercises().values()
        if exercise.values
    }


def main() -> None:
    """Write the file."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(value_exercises(), ensure_ascii=False, indent=1) + "\n", "utf8")


if __name__ == "__main__":
    main()
