"""Exercise 07.5: its run is broken as the book says, and a mended one is known by what it does, not by how."""

import inspect
import math

import pytest
import torch
import torch.nn.functional as F
from changed_runs import reseeded, with_changes
from torch import nn
from verdicts import verdict

from vit_tutorial import check, freeze, replace_head
from vit_tutorial.exercises import all_exercises
from vit_tutorial.exercises.transfer.broken_tuning import diagnose, observe, sick_tune, watch_tuning
from vit_tutorial.exercises.transfer.fine_tune import fine_tune
from vit_tutorial.transfer import parameter_groups

MISTAKES = all_exercises()["07.5"].mistakes
BUILT = "    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003)\n"


def variant(*changes):
    """The solution with some of its source replaced."""
    scope = {"torch": torch, "F": F, "nn": nn, "freeze": freeze, "parameter_groups": parameter_groups}
    exec(with_changes(inspect.getsource(fine_tune), changes), scope)
    return scope["fine_tune"]


def test_the_broken_run_has_the_faults_that_the_book_says():
    seen = observe(sick_tune)
    assert seen.loss == pytest.approx(math.log(3), abs=1e-6)
    assert seen.pixels == (0, 1)
    source = inspect.getsource(sick_tune)
    built = BUILT.replace("0.003", "0.1")
    assert built in source
    mended = source.replace(built, "").replace("    model.train()\n", BUILT + "    model.train()\n")
    mended = mended.replace("images / 255", "images / 127.5 - 1").replace("sick_tune", "fine_tune")
    assert mended == inspect.getsource(fine_tune)


@pytest.mark.parametrize("seed", range(1, 4))
def test_what_is_seen_of_a_run_does_not_hang_on_its_random_numbers(seed):
    assert diagnose(reseeded(fine_tune, seed)) == diagnose(fine_tune)
    for m in MISTAKES:
        assert diagnose(reseeded(m.function, seed)) == diagnose(m.function)


def in_batches(model, images, labels, steps):
    replace_head(model, 3).train()
    optimizer = torch.optim.AdamW(parameter_groups(model, 0.03))
    for _ in range(steps):
        rows = torch.randperm(len(images))[:12]
        loss = F.cross_entropy(model(images[rows].float().div(127.5).sub(1)), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


@pytest.mark.parametrize(
    "tune",
    [
        in_batches,
        variant(("lr=0.003", "lr=0.001")),
        variant(("lr=0.003", "lr=0.01")),
        variant(("model.parameters(), lr=0.003", "parameter_groups(model, 0.01)")),
        variant(("(images / 127.5 - 1)", "((images / 255 - 0.5) / 0.5)")),
    ],
)
@pytest.mark.parametrize("seed", range(2))
def test_a_run_may_be_mended_in_other_ways(tune, seed):
    check("07.5", reseeded(tune, seed))


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ([("lr=0.003", "lr=0.1"), ("model.train()", "model.eval()")], "torn to pieces"),
        ([("lr=0.003", "lr=0.1"), ("127.5 - 1", "255")], "one of three is mended"),
        ([("model.parameters()", "model.head.parameters()"), ("0.003", "0.05")], "did not move at all"),
        ([("loss.backward()", "pass")], "the new head is still zero"),
        ([("127.5 - 1", "128 - 1")], "0 has to become -1"),
        ([("127.5 - 1", "255"), ("model.train()", "model.eval()")], "from 0 to 1"),
        ([("features, 3)", "features, 4)")], "to three classes"),
        ([("lr=0.003", "lr=1e-5")], "the rate is now too low"),
    ],
)
def test_what_a_run_that_is_not_mended_is_told(changes, part):
    assert part in verdict("07.5", variant(*changes))


def test_watch_prints_what_the_run_did(capsys):
    watch_tuning(sick_tune)
    assert capsys.readouterr().out.splitlines() == [
        "loss at the end: 1.10 (knowing nothing: ln 3 = 1.10)",
        "pixels: from 0.00 to 1.00 (pre-training: from -1.00 to 1.00)",
        "backbone: moved by 0.04 of its length",
        "dropout: on",
    ]
    watch_tuning(lambda *_: ...)
    assert capsys.readouterr().out.splitlines()[1] == "the model was never called"
