"""Exercises 06.1 and 06.2, accuracy and a training step: solutions agree with scikit-learn and with the formula,
right answers of other kinds pass, and wrong ones get no wrong name."""

import math

import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import accuracy_score
from torch import nn
from verdicts import verdict

from vit_tutorial import check
from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.training import accuracy as measuring
from vit_tutorial.exercises.training import training_step as stepping

# 06.1


@pytest.mark.parametrize("case", measuring.exercise.cases())
def test_accuracy_is_that_of_scikit_learn(case):
    (batches,) = case
    answers = torch.cat([logits.argmax(1) for logits, _ in batches])
    labels = torch.cat([labels for _, labels in batches])
    assert measuring.accuracy(batches) == pytest.approx(accuracy_score(labels, answers))


def test_accuracy_in_float32_passes():
    def accuracy(batches):
        logits, labels = (torch.cat(parts) for parts in zip(*batches, strict=True))
        return (logits.argmax(1) == labels).float().mean().item()

    check("06.1", accuracy)


@pytest.mark.parametrize("value", [torch.tensor(0.5), [0.5], "50 %", math.nan])
def test_accuracy_has_to_be_a_number(value):
    assert "return one number (float)" in verdict("06.1", lambda batches: value)


@pytest.mark.parametrize(
    ("number", "kind"), [("06.1", RuntimeError), ("06.2", RuntimeError), ("06.2", TypeError)]
)
def test_another_error_of_the_same_kind_is_not_taken_for_a_known_mistake(number, kind):
    def raises(*_):
        raise kind("mine")

    with pytest.raises(kind, match="mine"):
        check(number, raises)


# 06.2


def test_step_moves_along_the_clipped_gradient():
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 7)).double()
    images, labels = random_tensor(5, 1, 3, 4), torch.arange(5)
    before = [p.detach().clone() for p in model.parameters()]
    loss = F.cross_entropy(model(images), labels)
    gradients = torch.autograd.grad(loss, list(model.parameters()))
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    assert norm > 0.2
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    assert stepping.training_step(model, images, labels, optimizer, 0.2) == loss.item()
    for old, new, gradient in zip(before, model.parameters(), gradients, strict=True):
        assert torch.allclose(new, old - 0.5 * gradient * 0.2 / norm, atol=1e-6)


def step(zero: str, mode=True):
    """A training step that clips by hand, with `zero_grad` before or after."""

    def training_step(model, images, labels, optimizer, clip):
        model.train(mode)
        if zero == "before":
            optimizer.zero_grad(set_to_none=False)
        loss = F.nll_loss(F.log_softmax(model(images), dim=-1), labels)
        loss.backward()
        gradients = [p.grad for p in model.parameters()]
        norm = torch.cat([g.flatten() for g in gradients]).norm()
        for gradient in gradients:
            gradient *= min(1, clip / norm)
        optimizer.step()
        if zero == "after":
            optimizer.zero_grad()
        return loss.item()

    return training_step


@pytest.mark.parametrize("zero", ["before", "after"])
def test_other_right_steps_pass_and_eval_mode_is_told(zero):
    check("06.2", step(zero))
    assert "begin with model.train()" in verdict("06.2", step(zero, mode=False))


def test_step_leaves_the_random_numbers_alone():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    check("06.2", stepping.training_step)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("value", [torch.tensor(0.5), (0.5, 1)])
def test_loss_has_to_be_a_number(value):
    def training_step(*args):
        stepping.training_step(*args)
        return value

    assert "loss.item()" in verdict("06.2", training_step)
