"""A history shows itself in one line, and survives JSON."""

import json

import pytest

from vit_tutorial import History


def history(**values) -> History:
    return History(train_loss=[0.5, 0.25], train_accuracy=[0.5, 0.75], step_loss=[0.1] * 2_000, **values)


def test_in_a_notebook_it_takes_one_line():
    assert repr(history()) == "History(2 epochs, 2000 steps)"
    validated = history(val_loss=[0.5, 0.6], val_accuracy=[0.8642, 0.86])
    assert repr(validated) == "History(2 epochs, 2000 steps, best validation accuracy 86.4%, epoch 1)"
    assert repr(History()) == "History(0 epochs, 0 steps)"


def test_json_keeps_every_digit_and_equality_compares_them():
    one = history(val_loss=[1 / 3, 0.1], val_accuracy=[0.0, 1.0])
    assert History.from_dict(json.loads(json.dumps(one.to_dict()))) == one
    assert one != history()


def test_missing_and_unknown_lists_are_named():
    with pytest.raises(ValueError, match="got train_loss"):
        History.from_dict({"train_loss": []})
