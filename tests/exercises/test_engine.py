"""The engine of the exercises, on a small exercise of its own; and what a notebook shows."""

import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from verdicts import NOT_ATTEMPTED

from vit_tutorial.exercises import WrongAnswer
from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.exercises.values import ValuesExercise


def double(x):
    return 2 * x


def exercise_of(answer_cases=None) -> Exercise:
    x = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)
    exercise = Exercise("99.1", double, cases=answer_cases or (lambda: [(x,)]))

    @exercise.requires("the sign changed.", "符号变了。")
    def same_sign(output, x):
        return bool((output.sign() == x.sign()).all())

    @exercise.mistake("you squared.", "你算成了平方。")
    def squared(x):
        return x**2

    return exercise


def message(exercise: Exercise, answer) -> str:
    with pytest.raises(WrongAnswer) as caught:
        exercise.check(answer)
    return f"{caught.value.text.en}\n{caught.value.text.zh}"


def test_form_comes_before_properties_and_properties_before_values():
    exercise = exercise_of()
    assert "expected the shape (3,), got (1, 3)" in message(exercise, lambda x: -2 * x[None])
    assert "expected the dtype torch.float64, got torch.float16" in message(
        exercise, lambda x: (x**3 + x).half()
    )
    assert "the sign changed" in message(exercise, lambda x: -3 * x - x**2)
    wrong = message(exercise, lambda x: x**3 + x)
    assert "67% of the values differ" in wrong and "expected 8, got 68" in wrong and "(2,)" in wrong


EXPLAINED = [
    (lambda x: 3 * x, "every value is 1.5 times what it should be"),
    (lambda x: -2 * x.abs(), "every value has the wrong sign"),
    (lambda x: 2 * x + 0.5, "every value is 0.5 too large"),
    (lambda x: x, "your function returns x as it came in"),
    (
        lambda x: 2 * x[None],
        "the values are right and in order, but their shape is (1, 3); it should be (3,)",
    ),
    (lambda x: 2 * x[0], "that is right for place 0 of axis 0 alone"),
    (lambda x: 2 * x + torch.rand_like(x), "two calls with the same inputs give two results"),
]


@pytest.mark.parametrize(("answer", "told"), EXPLAINED)
def test_what_a_wrong_output_has_to_do_with_the_right_one(answer, told):
    exercise = exercise_of()
    exercise.properties.clear()
    assert told in message(exercise, answer)


def test_axes_and_unused_inputs_are_named():
    def linear(x, weight, bias):
        return x @ weight + bias

    case = torch.rand(2, 3), torch.rand(3, 4).requires_grad_(), torch.rand(4).requires_grad_()
    exercise = Exercise("99.6", linear, cases=lambda: [tuple(x.double() for x in case)])
    assert "permute(1, 0) would mend it" in message(exercise, lambda x, w, b: (x @ w + b).T)
    assert "no gradient reaches bias: either the output does not use it" in message(
        exercise, lambda x, w, b: x @ w
    )


def test_an_explanation_must_hold_in_every_case():
    cases = [(torch.tensor([1.0, 2.0]),), (torch.tensor([3.0, 5.0]),)]
    text = message(exercise_of(lambda: cases), lambda x: 3 * x if x[0] == 1 else x.sqrt())
    assert "times what it should be" not in text


def test_known_mistake_is_named_before_anything_else():
    assert "you squared" in message(exercise_of(), lambda x: x * x)


def test_a_mistake_must_fit_every_case():
    cases = [(torch.tensor([2.0, 2.0]),), (torch.tensor([1.0, 3.0]),)]
    text = message(exercise_of(lambda: cases), lambda x: x**2 if x[0] == 2 else -x)
    assert "you squared" not in text


def test_none_and_uncalled_and_other_types():
    exercise = exercise_of()
    assert "`return` missing" in message(exercise, lambda x: None)
    assert 'check("99.1", double)' in message(exercise, torch.zeros(3))
    assert "expected a torch.Tensor, got a value of type list" in message(exercise, lambda x: x.tolist())


def test_nan_is_wrong():
    exercise = Exercise("99.3", double, cases=lambda: [(torch.tensor([1.0, 2.0]),)])
    assert "50% of the values differ" in message(
        exercise, lambda x: 2 * x * torch.tensor([1.0, float("nan")])
    )


def test_changing_the_input_in_place_is_told_and_harms_no_other_answer():
    exercise = exercise_of()
    text = message(exercise, lambda x: x.mul_(2))
    assert "changes its input in place" in text and "就地修改" in text
    exercise.check(double)


def test_values_by_name(capsys):
    exercise = ValuesExercise("99.2", lambda: {"a": 3, "b": 4})
    exercise.wrong_values("seven", lambda: {"b": 7}, "you added.", "你做了加法。")
    assert "you added." in message(exercise, {"a": 3, "b": 7})
    assert "not right yet: a, b" in message(exercise, {"a": 4, "b": 3})
    assert "b: something is still `...`" in message(exercise, {"a": 3, "b": ...})
    assert "a: expected a whole number, got 3.5" in message(exercise, {"a": 3.5, "b": 4})
    assert "a dict with the keys a, b" in message(exercise, [3, 4])
    assert "the key b is missing." in message(exercise, {"a": 3})
    text = message(exercise, {"a": 3, "B": 4})
    assert "the key b is missing; there is no 'B' here: did you mean b?" in text
    for right in ({"a": 3.0, "b": np.int64(4)}, {"a": np.float32(3), "b": 16**0.5}):
        exercise.check(right)
    assert capsys.readouterr().out == 2 * "✓ 99.2 <lambda>: correct\n"
    exercise.check({"a": ..., "b": ...})
    exercise.check(...)
    assert capsys.readouterr().out == 2 * NOT_ATTEMPTED.format("99.2", "<lambda>")


def test_true_and_false_in_cases_and_answers():
    exercise = Exercise("99.4", lambda x, flip: x != flip, cases=lambda: [(True, False), (True, True)])
    exercise.check(lambda x, flip: x ^ flip)
    assert "expected True or False" in message(exercise, lambda x, flip: 1)
    assert "expected True, got False" in message(exercise, lambda x, flip: False)


def test_a_float_may_be_any_number_and_nothing_else():
    exercise = Exercise("99.5", lambda x: x / 2, cases=lambda: [(4.0,)])
    exercise.check(lambda x: 2)
    for wrong in ([2.0], "2.0", True, torch.tensor(2.0)):
        assert "expected a number, got a value of type" in message(exercise, lambda x, w=wrong: w)


CELL = """
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell().run_cell('''
from vit_tutorial import check
def patchify(images, patch_size):
    {body}
check("01.3", patchify)
''')
"""


def in_notebook(body: str) -> str:
    """What a notebook shows for an answer, without colours."""
    command = [sys.executable, "-c", CELL.format(body=body)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.sub(r"\x1b\[[0-9;]*m", "", shown)


def test_a_notebook_shows_the_message_and_no_traceback():
    shown = in_notebook("return images.reshape(images.shape[0], -1, images.shape[1] * patch_size**2)")
    lines = [line for line in shown.splitlines() if line]
    [line] = lines
    assert line.startswith("✗ 01.3 patchify: you only reshaped.")


def test_a_notebook_shows_the_learners_exception_as_theirs():
    shown = in_notebook("return images.reshape(7)")
    assert "your code raised this" in shown
    assert "RuntimeError: shape '[7]' is invalid" in shown
    assert "return images.reshape(7)" in shown or "in patchify" in shown
    assert "engine.py" not in shown and "vit_tutorial/exercises" not in shown


PLAIN = """
from vit_tutorial import check
def patchify(images, patch_size):
    {body}
check("01.3", patchify)
"""


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return images.reshape(len(images), -1, images.shape[1] * patch_size**2)", "you only reshaped"),
        ("return images.reshape(7)", "RuntimeError: shape '[7]' is invalid"),
    ],
)
def test_plain_python_shows_the_same_without_the_packages_part_of_the_traceback(body, told):
    ran = subprocess.run([sys.executable, "-c", PLAIN.format(body=body)], capture_output=True, text=True)
    assert ran.returncode == 1 and told in ran.stderr and ran.stderr.startswith("✗ 01.3 patchify")
    assert "vit_tutorial" not in ran.stderr


def test_the_language_is_chosen_or_that_of_the_variable_or_the_locale(monkeypatch):
    from vit_tutorial import check
    from vit_tutorial.exercises import language

    exercise = exercise_of()
    with pytest.raises(WrongAnswer) as caught:
        exercise.check(lambda x: x**2)
    assert str(caught.value) == "✗ 99.1 double: you squared."
    monkeypatch.setenv("VIT_TUTORIAL_LANGUAGE", "zh_CN")
    assert str(caught.value) == "✗ 99.1 double：你算成了平方。"
    monkeypatch.setattr(language, "_chosen", "")
    check.language("en")
    assert str(caught.value) == "✗ 99.1 double: you squared."
    with pytest.raises(ValueError, match="'en' or 'zh', got 'fr'"):
        check.language("fr")
    monkeypatch.setattr(language, "_chosen", "")
    monkeypatch.delenv("VIT_TUTORIAL_LANGUAGE")
    for name, speaks in (
        ("zh_CN", "zh"),
        ("Chinese (Simplified)_China", "zh"),
        ("de_DE", "en"),
        (None, "en"),
    ):
        monkeypatch.setattr(language.locale, "getlocale", lambda name=name: (name, "UTF-8"))
        assert language.language() == speaks
