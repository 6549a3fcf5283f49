"""Exercise 06.5: its run is broken as the book says, and a mended one is known by what it does, not by how."""

import inspect
import math

import pytest
import torch
import torch.nn.functional as F

from vit_tutorial import check
from vit_tutorial.exercises import WrongAnswer, all_exercises
from vit_tutorial.exercises import training as solutions
from vit_tutorial.exercises.training_runs import diagnose, observe, sick_fit, watch

MISTAKES = all_exercises()["06.5"].mistakes


def verdict(answer) -> str:
    with pytest.raises(WrongAnswer) as caught:
        check("06.5", answer)
    return str(caught.value)


def reseeded(fit, seed):
    """The fit with other random numbers: a learner may draw them in another order."""

    def seeded(*args):
        torch.manual_seed(seed)
        return fit(*args)

    return seeded


def test_the_broken_run_has_the_two_faults_that_the_book_says():
    chart = observe(sick_fit)
    assert chart.rates[12:] == [0.0] * 48
    assert chart.losses[0] == pytest.approx(math.log(4), abs=0.05)
    assert chart.losses[-1] > 1.3


def test_the_mended_run_differs_in_the_shuffle_and_the_place_of_the_schedule():
    sick = inspect.getsource(sick_fit).replace("sick_fit", "fit")
    shuffled = "order = torch.randperm(len(images))\n        images, labels = images[order], labels[order]"
    mended = sick.replace("images = images[torch.randperm(len(images))]", shuffled)
    mended = mended.replace("    fall.step()", "fall.step()")
    assert mended == inspect.getsource(solutions.fit)


@pytest.mark.parametrize("seed", range(1, 4))
def test_what_is_seen_of_a_run_does_not_hang_on_its_random_numbers(seed):
    assert diagnose(reseeded(solutions.fit, seed)) == diagnose(solutions.fit)
    for m in MISTAKES:
        assert diagnose(reseeded(m.function, seed)) == diagnose(m.function)


def variant(*changes):
    """The solution with some of its source replaced."""
    source = inspect.getsource(solutions.fit)
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    scope = {"torch": torch, "F": F}
    exec(source, scope)
    return scope["fit"]


BATCHWISE = ("        fall.step()", "            fall.step()")


@pytest.mark.parametrize(
    "changes",
    [
        [("=epochs", "=epochs * len(images.split(8))"), BATCHWISE],
        [("LinearLR(optimizer, 1.0, 0.0, total_iters=", "CosineAnnealingLR(optimizer, T_max=")],
        [("images[order], labels[order]", "images[order.sort().values][order], labels[order]")],
    ],
)
def test_a_run_may_be_mended_in_other_ways(changes):
    check("06.5", variant(*changes))


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ([("labels[order]", "labels")], "one of the two is mended: the learning rate lasts"),
        ([("labels[order]", "labels.flip(0)[order]")], "one of the two is mended: the learning rate lasts"),
        ([BATCHWISE], "one of the two is mended: every label stays"),
        ([BATCHWISE, ("=epochs", "=2 * epochs")], "one of the two is mended: every label stays"),
        ([BATCHWISE, ("=epochs", "=8 * epochs")], "not down to zero when the run ends"),
        ([("torch.randperm(len(images))", "torch.arange(len(images))")], "you took the shuffle out"),
        ([("optimizer.step()", "pass")], "made no step that changed anything"),
        ([("loss.backward()", "pass")], "made no step that changed anything"),
        ([(".split(8)", ".split(40)")], "A healthy run takes the loss below 0.3"),
    ],
)
@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step:UserWarning")  # a step is missing
def test_what_a_run_that_is_not_mended_is_told(changes, part):
    assert part in verdict(variant(*changes))


def test_own_optimizer_is_told():
    own = ("    fall =", "    optimizer = torch.optim.AdamW(model.parameters(), 0.02)\n    fall =")
    assert "that you were given" in verdict(variant(own))


def test_watch_prints_rate_and_loss(capsys):
    watch(sick_fit)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "knowing nothing: loss ln 4 = 1.39"
    assert lines[1].startswith("step  1: learning rate 0.0200, then loss 1.4")
    assert lines[3].startswith("step 20: learning rate 0.0000, then loss 1.4")
    assert len(lines) == 8
    watch(lambda *_: ...)
    assert capsys.readouterr().out.splitlines()[1] == "no step was made"


def test_the_random_numbers_are_left_alone():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    check("06.5", solutions.fit)
    assert torch.equal(torch.get_rng_state(), before)
