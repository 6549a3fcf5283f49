"""Two rates in one optimizer: each parameter in one group, and both groups on the schedule."""

from __future__ import annotations

import copy

import pytest
import torch
from reference import assert_error_names
from tiny_training import fit, loader, new_model
from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR

from vit_tutorial import freeze, replace_head
from vit_tutorial.transfer import parameter_groups


def ids(parameters: object) -> list[int]:
    return sorted(map(id, parameters))


def test_the_head_comes_first_and_the_rest_learns_more_slowly():
    model = new_model(depth=2)
    head, rest = parameter_groups(model, 0.01)
    assert head.keys() == rest.keys() == {"params", "lr"}
    assert (head["lr"], rest["lr"]) == (0.01, pytest.approx(0.001))
    assert [id(p) for p in head["params"]] == [id(model.head.weight), id(model.head.bias)]
    together = [*head["params"], *rest["params"]]
    assert ids(together) == ids(model.parameters())  # all of them, none twice
    assert parameter_groups(model, 2, 3)[1]["lr"] == 6  # whole numbers, and a faster backbone, are numbers


@pytest.mark.parametrize(
    ("except_", "sizes"),
    [
        ("head", [2]),
        (("head", "encoder.norm"), [2, 2]),
        ("encoder.norm", [2]),
        ("head.bias", [1]),
        (("head.bias", "embeddings.class_token", "encoder.blocks.1"), [1, 13]),
    ],
)
def test_what_is_frozen_is_left_out(except_, sizes):
    model = freeze(new_model(depth=2), except_=except_)
    groups = parameter_groups(model, 0.01, backbone=0.5)
    assert [len(group["params"]) for group in groups] == sizes
    found = [p for group in groups for p in group["params"]]
    assert ids(found) == ids(p for p in model.parameters() if p.requires_grad)
    for group in groups:
        of_head = group["params"][0] in set(model.head.parameters())
        assert group["lr"] == (0.01 if of_head else 0.005)


class Recording(AdamW):
    """It notes the rates of each step."""

    def step(self, *arguments: object) -> object:
        self.__dict__.setdefault("rates", []).append([group["lr"] for group in self.param_groups])
        return super().step(*arguments)


def test_the_schedule_scales_both_rates():
    model = replace_head(new_model(), 3)
    optimizer = Recording(parameter_groups(model, 0.02, backbone=0.25))
    history = fit(model, loader(), epochs=3, optimizer=optimizer, warmup=0.0)
    assert [rates[0] for rates in optimizer.rates] == history.step_learning_rate
    plain = torch.optim.SGD(nn.Linear(1, 1).parameters(), 0.02)
    schedule = CosineAnnealingLR(plain, len(optimizer.rates))
    for head, rest in optimizer.rates:
        assert head == pytest.approx(schedule.get_last_lr()[0])
        assert rest == pytest.approx(head / 4)
        plain.step()
        schedule.step()
    assert optimizer.rates[-1][0] < 0.001


def test_each_part_moves_by_its_own_rate():
    """The first step of Adam without weight decay is the rate, for every gradient that is not tiny."""
    model = new_model()
    before = copy.deepcopy(model)
    optimizer = AdamW(parameter_groups(model, 0.01, backbone=0.1), weight_decay=0.0)
    fit(model, loader(22, 22), epochs=1, optimizer=optimizer, schedule="constant", warmup=0.0, clip=None)
    moved = {
        name: (value - before.state_dict()[name]).abs().max().item()
        for name, value in model.state_dict().items()
    }
    for name, distance in moved.items():
        assert distance == pytest.approx(0.01 if name.startswith("head.") else 0.001, rel=0.02), name


REFUSED = [
    ((0.0,), ValueError, ["learning_rate", "greater than 0", "0.0", "1e-3"]),
    ((-1.0,), ValueError, ["learning_rate", "-1.0"]),
    ((float("nan"),), ValueError, ["learning_rate", "nan"]),
    ((float("inf"),), ValueError, ["learning_rate", "inf"]),
    (("0.1",), TypeError, ["learning_rate", "'0.1'"]),
    ((True,), TypeError, ["learning_rate", "True"]),
    ((0.1, 0), ValueError, ["backbone", "greater than 0", "freeze(model, except_='head')"]),
    ((0.1, -0.1), ValueError, ["backbone", "-0.1"]),
    ((0.1, None), TypeError, ["backbone", "None"]),
]


@pytest.mark.parametrize(("rates", "error", "words"), REFUSED)
def test_wrong_rates_are_named(rates, error, words):
    assert_error_names(lambda: parameter_groups(new_model(), *rates), error, words)


def test_a_model_in_which_nothing_learns_is_named():
    model = freeze(new_model())
    words = ["no parameter", "freeze(model, except_='head')", "requires_grad_(True)"]
    assert_error_names(lambda: parameter_groups(model, 0.1), ValueError, words)


def test_a_model_without_a_head_is_named():
    """All of it would learn at the backbone's rate, in silence."""
    assert_error_names(lambda: parameter_groups(nn.Linear(2, 2), 0.1), ValueError, ["head", "Linear"])
