"""Exercises 06.1 to 06.4: solutions agree with PyTorch and scikit-learn, right answers of other kinds pass, and
wrong ones get no wrong name."""

import math

import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import accuracy_score
from torch import nn
from torch.optim import Adam, AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

from vit_tutorial import check
from vit_tutorial.exercises import WrongAnswer, all_exercises
from vit_tutorial.exercises import training as solutions
from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.training_adamw_mistakes import coupled
from vit_tutorial.training.schedule import warmup_cosine

EXERCISES = all_exercises()


def verdict(number, answer) -> str:
    with pytest.raises(WrongAnswer) as caught:
        check(number, answer)
    return str(caught.value)


# 06.1


@pytest.mark.parametrize("case", EXERCISES["06.1"].cases())
def test_accuracy_is_that_of_scikit_learn(case):
    (batches,) = case
    answers = torch.cat([logits.argmax(1) for logits, _ in batches])
    labels = torch.cat([labels for _, labels in batches])
    assert solutions.accuracy(batches) == pytest.approx(accuracy_score(labels, answers))


def test_accuracy_in_float32_passes():
    def accuracy(batches):
        logits, labels = (torch.cat(parts) for parts in zip(*batches, strict=True))
        return (logits.argmax(1) == labels).float().mean().item()

    check("06.1", accuracy)


@pytest.mark.parametrize("value", [torch.tensor(0.5), [0.5], "50 %", math.nan])
def test_accuracy_has_to_be_a_number(value):
    assert "return one number (float)" in verdict("06.1", lambda batches: value)


@pytest.mark.parametrize("number", ["06.1", "06.2"])
def test_another_error_of_the_same_kind_is_not_taken_for_a_known_mistake(number):
    def raises(*_):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
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
    assert solutions.training_step(model, images, labels, optimizer, 0.2) == loss.item()
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
    check("06.2", solutions.training_step)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("value", [torch.tensor(0.5), (0.5, 1)])
def test_loss_has_to_be_a_number(value):
    def training_step(*args):
        solutions.training_step(*args)
        return value

    assert "loss.item()" in verdict("06.2", training_step)


# 06.3


def torchs_rates(total, warmup, peak):
    optimizer = AdamW([nn.Parameter(torch.zeros(1))], lr=peak)
    rise = LinearLR(optimizer, start_factor=1 / warmup, total_iters=max(1, warmup - 1))
    fall = CosineAnnealingLR(optimizer, T_max=total - warmup)
    schedule = SequentialLR(optimizer, [rise, fall], milestones=[warmup])
    return rates(optimizer, schedule, total)


def rates(optimizer, schedule, total):
    found = []
    for _ in range(total):
        found.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return found


@pytest.mark.parametrize(("total", "warmup"), [(11, 4), (17, 3), (40, 1), (7, 6), (300, 30)])
def test_learning_rate_is_that_of_pytorch_in_every_step(total, warmup):
    ours = [solutions.learning_rate(s, total, warmup, 0.7) for s in range(total)]
    assert ours == pytest.approx(torchs_rates(total, warmup, 0.7), abs=1e-6)
    optimizer = AdamW([nn.Parameter(torch.zeros(1))], lr=0.7)
    assert ours == pytest.approx(rates(optimizer, warmup_cosine(optimizer, total, warmup), total), abs=1e-6)


def test_learning_rate_as_float_or_tensor_passes():
    def learning_rate(step, total_steps, warmup_steps, peak):
        if step < warmup_steps:
            return (step + 1) / warmup_steps * peak
        share = (step - warmup_steps) / (total_steps - warmup_steps)
        return peak * torch.cos(torch.tensor(math.pi / 2 * share)) ** 2

    check("06.3", learning_rate)
    check("06.3", lambda *args: float(learning_rate(*args)))


def test_half_an_answer_is_not_attempted_and_half_a_return_is_told(capsys):
    check("06.3", lambda step, total, warmup, peak: peak if step < warmup else ...)
    assert "not attempted" in capsys.readouterr().out
    assert "`return` missing" in verdict("06.3", lambda step, total, warmup, peak: None if step else peak)


# 06.4


def by_hand(function, weight, gradients, rate, decay):
    mean, square = torch.zeros_like(weight), torch.zeros_like(weight)
    for t, gradient in enumerate(gradients, 1):
        weight, mean, square = function(weight, gradient, mean, square, t, rate, decay)
    return weight


def by_torch(kind, weight, gradients, rate, decay):
    weight = nn.Parameter(weight.clone())
    optimizer = kind([weight], lr=rate, weight_decay=decay)
    for gradient in gradients:
        weight.grad = gradient.clone()
        optimizer.step()
    return weight.detach()


@pytest.mark.parametrize("case", EXERCISES["06.4"].cases())
def test_adamw_is_pytorchs_and_the_coupled_mistake_is_its_adam(case):
    for function, kind in ((solutions.adamw_step, AdamW), (coupled, Adam)):
        assert torch.allclose(by_hand(function, *case), by_torch(kind, *case), rtol=1e-12, atol=1e-12)


def test_adamw_in_place_passes():
    def adamw_step(weight, gradient, mean, square, t, rate, decay):
        weight.mul_(1 - rate * decay)
        mean.lerp_(gradient, 0.1)
        square.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
        size = square.sqrt() / (1 - 0.999**t) ** 0.5 + 1e-8
        return weight.sub_(rate / (1 - 0.9**t) * mean / size), mean, square

    check("06.4", adamw_step)


def test_one_value_for_three_is_told():
    assert "expected 3 values" in verdict("06.4", lambda weight, *_: weight)
