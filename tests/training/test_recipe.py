"""A recipe, a history and a seed: what they hold, and what they refuse."""

import inspect
import json
import random
from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest
import torch
from reference import assert_error_names

from vit_tutorial import History, set_seed, train
from vit_tutorial.training.recipe import Recipe

NAN, INF = float("nan"), float("inf")


def test_the_defaults_and_both_ends_of_each_range():
    assert Recipe() == Recipe(10, 1e-3, 0.05, "cosine", 0.1, 1.0, 0.0, 1, "float32", 0)
    Recipe(1, 5e-324, 0, "constant", 0, None, 0, 1, "bfloat16", 2**32 - 1)
    Recipe(10**9, 1e300, 1e300, "cosine", 0.999999, 5e-324, 0.999999, 10**9, "float16")
    with pytest.raises(FrozenInstanceError):
        Recipe().epochs = 3
    assert replace(Recipe(), epochs=np.int64(3), learning_rate=np.float64(0.1), seed=np.int64(7)).epochs == 3


def test_no_argument_of_train_hides_one_of_the_recipe():
    assert not {field.name for field in fields(Recipe)} & set(inspect.signature(train).parameters)


def test_an_unchecked_attribute_would_show():
    for field in fields(Recipe):
        with pytest.raises((TypeError, ValueError), match=r"\bobject\b"):
            Recipe(**{field.name: object()})


BAD_RECIPES = [
    ({"epochs": 0}, ValueError, ["epochs", "at least 1", "0"]),
    ({"epochs": 2.0}, TypeError, ["epochs", "2.0", "float"]),
    ({"epochs": True}, TypeError, ["epochs", "bool"]),
    ({"learning_rate": 0}, ValueError, ["learning_rate", "greater than 0", "0", "1e-3"]),
    ({"learning_rate": -1e-3}, ValueError, ["learning_rate", "-0.001"]),
    ({"learning_rate": NAN}, ValueError, ["learning_rate", "finite", "nan"]),
    ({"learning_rate": INF}, ValueError, ["learning_rate", "finite", "inf"]),
    ({"learning_rate": "1e-3"}, TypeError, ["learning_rate", "'1e-3'", "str"]),
    ({"weight_decay": -0.1}, ValueError, ["weight_decay", "-0.1", "0 for none"]),
    ({"weight_decay": NAN}, ValueError, ["weight_decay", "nan"]),
    ({"weight_decay": None}, TypeError, ["weight_decay", "None"]),
    ({"schedule": "linear"}, ValueError, ["schedule", "'linear'", "'cosine'", "'constant'"]),
    ({"warmup": 1}, ValueError, ["warmup", "[0, 1)", "share of all steps", "1", "0.1"]),
    ({"warmup": -0.1}, ValueError, ["warmup", "-0.1"]),
    ({"warmup": NAN}, ValueError, ["warmup", "nan"]),
    ({"warmup": 500}, ValueError, ["warmup", "500", "share"]),
    ({"clip": 0}, ValueError, ["clip", "0", "None for no clipping"]),
    ({"clip": INF}, ValueError, ["clip", "inf", "None"]),
    ({"clip": "1"}, TypeError, ["clip", "'1'"]),
    ({"label_smoothing": 1.0}, ValueError, ["label_smoothing", "[0, 1)", "1.0", "0.0 for none"]),
    ({"label_smoothing": None}, TypeError, ["label_smoothing", "None"]),
    ({"accumulate": 0}, ValueError, ["accumulate", "at least 1", "0"]),
    ({"accumulate": 1.5}, TypeError, ["accumulate", "1.5"]),
    ({"precision": "fp16"}, ValueError, ["precision", "'fp16'", "'float32'", "'bfloat16'", "'float16'"]),
    ({"precision": torch.bfloat16}, ValueError, ["precision", "torch.bfloat16", "'bfloat16'"]),
    ({"seed": -1}, ValueError, ["seed", "[0, 2**32)", "-1"]),
    ({"seed": 2**32}, ValueError, ["seed", "4294967296"]),
    ({"seed": 0.5}, TypeError, ["seed", "0.5"]),
    ({"seed": True}, TypeError, ["seed", "True"]),
    ({"seed": None}, TypeError, ["seed", "None"]),
]


@pytest.mark.parametrize(("changes", "error", "words"), BAD_RECIPES)
def test_bad_recipes_are_named(changes, error, words):
    assert_error_names(lambda: Recipe(**changes), error, words)


def history(*accuracies: float) -> History:
    third = [1 / 3] * len(accuracies)
    return History(
        third, third, [0.1 + 0.2] * len(accuracies), list(accuracies), [1e-300, 5e-324], [0.1], [7.0]
    )


@pytest.mark.parametrize(
    ("accuracies", "best"), [((), None), ((0.0,), 1), ((0.1, 0.5, 0.5), 2), ((0.2, 0.1), 1), ((0.1, 0.2), 2)]
)
def test_best_epoch_is_the_first_of_equals(accuracies, best):
    assert history(*accuracies).best_epoch == best
    assert history(*accuracies).epochs == len(accuracies)


def test_of_equally_accurate_epochs_the_one_of_the_lowest_loss_is_best():
    """Twenty photos for validation tell accuracies apart by steps of 5 %: ties are the rule."""
    assert History(val_accuracy=[0.9, 0.95, 0.95, 0.95], val_loss=[0.1, 0.8, 0.3, 0.5]).best_epoch == 3
    assert History(val_accuracy=[0.9, 0.95, 0.95]).best_epoch == 2


def test_a_history_survives_json_to_the_last_digit():
    written = history(0.1, 1 / 7)
    read = History.from_dict(json.loads(json.dumps(written.to_dict())))
    assert read == written
    read.step_loss.append(1.0)
    assert len(written.step_loss) == 2  # its own lists
    copied = written.to_dict()
    copied["step_loss"].append(1.0)
    assert len(written.step_loss) == 2
    assert History().to_dict() == {field.name: [] for field in fields(History)}


def test_a_foreign_history_is_named():
    for values in ({}, {**History().to_dict(), "speed": []}):
        assert_error_names(lambda v=values: History.from_dict(v), ValueError, ["train_loss", "step_loss"])


def test_a_seed_repeats_all_random_numbers():
    drawn = []
    for seed in (3, 3, np.int64(3), 4, 0, 2**32 - 1):
        set_seed(seed)
        drawn.append((torch.rand(1).item(), np.random.rand(), random.random(), torch.initial_seed()))
    assert drawn[0] == drawn[1] == drawn[2]
    assert len({numbers[:3] for numbers in drawn}) == 4
    assert [numbers[3] for numbers in drawn[3:]] == [4, 0, 2**32 - 1]


@pytest.mark.parametrize(
    ("seed", "error"),
    [(-1, ValueError), (2**32, ValueError), (1.0, TypeError), ("1", TypeError), (True, TypeError)],
)
def test_bad_seeds_are_named(seed, error):
    state = torch.get_rng_state()
    assert_error_names(lambda: set_seed(seed), error, ["seed", repr(seed)])
    assert torch.get_rng_state().equal(state)
