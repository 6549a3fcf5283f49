"""What `train` does with the model and the optimizer that it is given, and what it leaves alone."""

import copy

import numpy as np
import pytest
import torch
from tiny_training import assert_same_weights, fit, loader, new_model
from torch import nn

from vit_tutorial.training.recipe import Recipe


def test_what_is_frozen_stays_and_what_an_earlier_run_left_in_it_has_no_influence():
    model = new_model()
    fit(model, epochs=1)
    fresh = new_model()
    fresh.load_state_dict(model.state_dict())
    for one in (model, fresh):
        one.embeddings.requires_grad_(False)
        one.encoder.requires_grad_(False)
    assert model.embeddings.class_token.grad is not None
    before = copy.deepcopy(model.state_dict())
    history = fit(model, epochs=1)
    assert history.step_gradient_norm == fit(fresh, epochs=1).step_gradient_norm
    assert_same_weights(model, fresh)
    moved = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert moved == {"head.weight", "head.bias"}


@pytest.mark.parametrize("schedule", ["cosine", "constant"])
def test_an_optimizer_with_groups_keeps_their_proportion(schedule):
    model, rates = new_model(), []
    groups = [{"params": model.head.parameters(), "lr": 0.2}]
    groups += [{"params": [*model.embeddings.parameters(), *model.encoder.parameters()]}]
    optimizer = torch.optim.SGD(groups, lr=0.05)
    optimizer.register_step_pre_hook(lambda o, *_: rates.append([g["lr"] for g in o.param_groups]))
    history = fit(model, epochs=2, optimizer=optimizer, schedule=schedule, learning_rate=9.0)
    assert history.step_learning_rate == [head for head, _ in rates]
    assert [head / rest for head, rest in rates] == pytest.approx([4.0] * 12)
    assert max(rates) == [0.2, 0.05]
    assert (min(rates) == [0.2, 0.05]) == (schedule == "constant")


def test_numbers_of_numpy_and_tensors_are_numbers(tmp_path):
    recipe = Recipe(epochs=np.int64(1), learning_rate=np.float64(1), seed=np.int64(3))
    for number in (np.float64, torch.tensor):
        for resume in (False, True):
            model = new_model(depth=np.int64(1))
            optimizer = torch.optim.Adam(model.parameters(), lr=number(0.1))
            out = tmp_path / number.__name__
            history = fit(model, recipe=recipe, out=out, resume=resume, optimizer=optimizer)
            assert {type(value) for values in history.to_dict().values() for value in values} == {float}


def test_a_model_in_eval_mode_is_trained_all_the_same():
    sleeping, awake = new_model(dropout=0.3).eval(), new_model(dropout=0.3)
    fit(sleeping, epochs=1)
    fit(awake, epochs=1)
    assert_same_weights(sleeping, awake)


def test_nothing_else_is_changed(capfd):
    """No output; the gradients' switches stay; without validation its lists stay empty."""
    model = new_model()
    history = fit(model, epochs=2)
    assert capfd.readouterr() == ("", "")
    assert all(p.requires_grad for p in model.parameters())
    assert history.val_loss == history.val_accuracy == [] and history.best_epoch is None
    assert history.epochs == 2 and len(history.step_loss) == 12


def test_a_model_that_is_no_vit_learns_too():
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    history = fit(model, loader(shuffle=True), epochs=10, learning_rate=0.1)
    assert history.train_loss[-1] < 0.5 * history.train_loss[0]
