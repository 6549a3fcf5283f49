"""A folder for each chapter, a file for each exercise: none is lost, none comes twice."""

import ast
from collections import Counter

import pytest
from places import ROOT

from vit_tutorial.exercises import all_exercises

FOLDER = ROOT / "vit_tutorial" / "exercises"
MODULES = sorted(path for path in FOLDER.glob("*/*.py") if path.name != "__init__.py")


def numbers() -> list[str]:
    """The number in each file that makes an exercise: the first argument of `exercise = …Exercise("01.3", …)`."""
    found = []
    for path in MODULES:
        for node in ast.parse(path.read_text("utf8")).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "exercise":
                found.append(node.value.args[0].value)
    return found


def test_every_file_of_an_exercise_is_found_once():
    assert Counter(numbers()) == Counter(list(all_exercises()))
    assert list(all_exercises()) == sorted(numbers())


def test_an_exercise_stands_in_the_file_of_its_name():
    for exercise in all_exercises().values():
        module = exercise.solution.__module__.rpartition(".")[2]
        assert module == exercise.name or module.replace("_", "") == exercise.name.lower()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_file_is_an_exercise_or_is_used_by_one(path):
    dotted = f"vit_tutorial.exercises.{path.parent.name}.{path.stem}"
    others = [other.read_text("utf8") for other in FOLDER.rglob("*.py") if other != path]
    used = any(f"from {dotted} import" in text for text in others)
    assert used or "\nexercise = " in path.read_text("utf8"), (
        "no `exercise` in it, and no other file imports it"
    )
