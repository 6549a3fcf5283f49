"""Variants of the exercises that are answered by numbers: other numbers, and every known mistake follows."""

import pytest

from vit_tutorial import check
from vit_tutorial.exercises import WrongAnswer, all_exercises, ledger

EXERCISES = {number: each for number, each in all_exercises().items() if each.values and each.asked}
VARIANTS = range(1, 31)


def test_seven_exercises_have_variants():
    assert sorted(EXERCISES) == ["01.1", "02.1", "03.1", "03.5", "04.1", "05.1", "07.1"]


@pytest.mark.parametrize("number", EXERCISES)
def test_the_solution_passes_and_every_mistake_is_named_with_the_variants_numbers(number, capsys):
    for variant in VARIANTS:
        asked = EXERCISES[number].with_numbers(variant)
        right = asked.solution()
        check(number, right, record=False, variant=variant)
        assert capsys.readouterr().out == f"✓ {number} {asked.name} #{variant}: correct\n"
        for mistake in asked.mistakes:
            with pytest.raises(WrongAnswer) as found:
                check(number, right | mistake.function(), record=False, variant=variant)
            assert found.value.text == mistake.message, (variant, mistake.name)
            assert found.value.mistake == mistake.name
            assert "{" not in mistake.message.en + mistake.message.zh


@pytest.mark.parametrize("number", EXERCISES)
def test_neighbours_have_other_numbers_and_the_same_variant_the_same(number):
    exercise = EXERCISES[number]
    answers = [tuple(exercise.with_numbers(variant).solution().values()) for variant in VARIANTS]
    assert len(set(answers)) >= 4
    assert answers == [tuple(exercise.with_numbers(variant).solution().values()) for variant in VARIANTS]


def test_one_variant_worked_out_by_hand(capsys):
    """D = 225 and 9 heads: width 25, root 5. Exponentials 2, 1, 1: 2/4; (2·9 + 3 + 3) / 4 = 6."""
    check.question("03.1", variant=7)
    assert capsys.readouterr().out == (
        "03.1 by_hand #7: D = 225 and h = 9 heads; the dot products are 5·ln 2, 0 and 0, the first numbers of the "
        "values 9, 3 and 3; then 12 tokens.\n"
    )
    answer = {"divide_by": 5, "largest_percent": 50, "output": 6, "sum_of_all_weights": 12}
    check("03.1", answer, record=False, variant=7)
    assert "60" not in capsys.readouterr().out


def test_the_books_own_answer_is_wrong_in_a_variant_and_the_ledger_hears_of_it(tmp_path):
    check.ledger(tmp_path / "ledger.json")
    book = EXERCISES["04.1"].solution()
    variant = next(v for v in VARIANTS if EXERCISES["04.1"].with_numbers(v).solution() != book)
    with pytest.raises(WrongAnswer):
        check("04.1", book, variant=variant)
    check("04.1", EXERCISES["04.1"].with_numbers(variant).solution(), variant=variant)
    kept = ledger.read(tmp_path / "ledger.json")["exercises"]["04.1"]
    assert kept["wrong"] == 1 and kept["solved"]
    check("04.1", book)  # the book's numbers are as they were


@pytest.mark.parametrize("number", ["03.2", "05.5"])
def test_others_say_that_they_have_none(number):
    with pytest.raises(
        ValueError, match=f"{number} has no variant 7: only exercises that are answered by numbers"
    ):
        check(number, None, variant=7)
