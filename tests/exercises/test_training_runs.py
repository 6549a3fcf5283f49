"""Exercise 06.5: its run is broken as the book says, and a mended one is known by what it does, not by how."""

import inspect
import math
import re

import nbformat
import pytest
import torch
import torch.nn.functional as F
from changed_runs import reseeded, with_changes
from places import BOOK
from verdicts import verdict

from vit_tutorial import check
from vit_tutorial.exercises.training import sick_fit, watch
from vit_tutorial.exercises.training.broken_run import diagnose, observe
from vit_tutorial.exercises.training.fit import exercise, fit

NOTEBOOK = BOOK / "en" / "06_training.ipynb"


def test_the_broken_run_has_the_two_faults_that_the_book_says():
    chart = observe(sick_fit)
    assert chart.rates[12:] == [0.0] * 48
    assert chart.losses[0] == pytest.approx(math.log(4), abs=0.05)
    assert chart.losses[-1] > 1.3


def starter() -> str:
    """The broken run as the book shows it, without the line that says that it is not attempted."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    source = next(cell.source for cell in cells if cell.id == "exercise-mend")
    return re.search(r"def fit.*(?=\n\n\ncheck)", source, re.S)[0].replace(
        "    return ...  # delete this line, then mend what follows\n", ""
    )


def test_the_mended_run_differs_in_the_shuffle_and_the_place_of_the_schedule():
    shuffled = "order = torch.randperm(len(images))\n        images, labels = images[order], labels[order]"
    mended = starter().replace("images = images[torch.randperm(len(images))]", shuffled)
    mended = mended.replace("    fall.step()", "fall.step()")
    assert mended == inspect.getsource(fit).rstrip()


def test_the_run_that_is_watched_is_the_one_that_the_book_shows():
    assert observe(run_of(starter())) == observe(sick_fit)


@pytest.mark.parametrize("seed", range(1, 4))
def test_what_is_seen_of_a_run_does_not_hang_on_its_random_numbers(seed):
    assert diagnose(reseeded(fit, seed)) == diagnose(fit)
    for m in exercise.mistakes:
        assert diagnose(reseeded(m.function, seed)) == diagnose(m.function)


def run_of(source):
    """The fit of this source."""
    scope = {"torch": torch, "F": F}
    exec(source, scope)
    return scope["fit"]


def variant(*changes):
    """The solution with some of its source replaced."""
    return run_of(with_changes(inspect.getsource(fit), changes))


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
    assert part in verdict("06.5", variant(*changes))


def test_own_optimizer_is_told():
    own = ("    fall =", "    optimizer = torch.optim.AdamW(model.parameters(), 0.02)\n    fall =")
    assert "that you were given" in verdict("06.5", variant(own))


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
    check("06.5", fit)
    assert torch.equal(torch.get_rng_state(), before)
