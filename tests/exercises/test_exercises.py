"""Every exercise three ways: the starter is not attempted, the solution passes, every mistake is named."""

import inspect
import re

import nbformat
import pytest
import torch
import typography
from places import BOOK
from verdicts import NOT_ATTEMPTED, verdict

from vit_tutorial import MLP, PatchEmbedding, check
from vit_tutorial.exercises import all_exercises
from vit_tutorial.exercises.engine import Exercise

EXERCISES = all_exercises()
MISTAKES = [(e, m) for e in EXERCISES.values() for m in e.mistakes]


def cells(kind: str) -> dict[str, list[str]]:
    """Source of the cells of one kind that belong to an exercise, by its number, over both editions."""
    pattern = r'^check\("(\d\d\.\d)"' if kind == "code" else r"^### \S+ (\d\d\.\d) "
    found: dict[str, list[str]] = {}
    for path in sorted(BOOK.glob("*/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            match = re.search(pattern, cell.source, re.M)
            if cell.cell_type == kind and match:
                found.setdefault(match[1], []).append(cell.source)
    return found


STARTERS, TEXTS = cells("code"), cells("markdown")


def run(source: str) -> None:
    """Run a cell as a notebook would after the chapter's imports."""
    exec(
        source,
        {"torch": torch, "F": torch.nn.functional, "nn": torch.nn, "check": check, "__name__": "__main__"}
        | {"MLP": MLP, "PatchEmbedding": PatchEmbedding},
    )


def wrong_answer(exercise: Exercise, mistake) -> object:
    """What a learner who makes this mistake passes to check."""
    return {**exercise.solution(), **mistake.function()} if exercise.values else mistake.function


def test_book_and_package_have_the_same_exercises():
    assert set(STARTERS) == set(TEXTS) == set(EXERCISES)
    assert all(len(sources) == 2 for sources in [*STARTERS.values(), *TEXTS.values()])  # both editions


@pytest.mark.parametrize("number", EXERCISES)
def test_starter_is_not_attempted(number, capsys):
    run(STARTERS[number][0])
    assert capsys.readouterr().out == NOT_ATTEMPTED.format(number, EXERCISES[number].name)


@pytest.mark.parametrize("number", EXERCISES)
def test_solution_in_the_book_is_the_tested_one_and_passes(number, capsys):
    exercise = EXERCISES[number]
    for text in TEXTS[number]:
        solution = re.search(r"```python\n(.*?)\n```", text, re.S)[1]
        if not exercise.values:
            assert solution == inspect.getsource(exercise.solution).rstrip()
        run(f'{solution}\ncheck("{number}", {exercise.name})')
        assert capsys.readouterr().out == f"✓ {number} {exercise.name}: correct\n"


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES, ids=lambda x: getattr(x, "name", None))
def test_mistake_is_caught_and_named_in_both_languages(exercise, mistake):
    en, zh = verdict(exercise.number, wrong_answer(exercise, mistake)).splitlines()
    assert en == f"✗ {exercise.number} {exercise.name}: {mistake.message.en}"
    assert zh == f"✗ {exercise.number} {exercise.name}：{mistake.message.zh}"


def test_at_least_four_mistakes_an_exercise_on_average():
    assert len(MISTAKES) >= 4 * len(EXERCISES) > 0


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES, ids=lambda x: getattr(x, "name", None))
def test_messages_are_typeset_as_the_book_is(exercise, mistake):
    assert typography.problems(mistake.message.zh) == []
    for prop in exercise.properties:
        assert typography.problems(prop.message.zh) == []


@pytest.mark.parametrize("page", ["en/index.md", "zh/index.md"])
def test_the_message_that_the_front_page_quotes_is_a_real_one(page):
    [quoted] = re.findall(r"^> (✗ .*)", (BOOK / page).read_text("utf8"), re.M)
    quoted = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", quoted)  # the exercise's number is a link
    real = []
    for exercise, mistake in MISTAKES:
        if f" {exercise.number} " in quoted:
            real += verdict(exercise.number, wrong_answer(exercise, mistake)).splitlines()
    assert any(message.startswith(quoted) for message in real)


def test_unknown_number_names_the_known_ones():
    with pytest.raises(ValueError, match=r"'1\.3'\. Did you mean '01\.3'\? There are 01\.1, 01\.2"):
        check("1.3", None)
