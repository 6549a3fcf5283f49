"""Freezing: exactly the right parameters change, and the others not in one bit."""

from __future__ import annotations

import copy
from collections import OrderedDict

import pytest
import torch
from frozen_parts import BACKBONE, changed, learning, loss_of
from reference import assert_error_names
from tiny_training import fit, loader, new_model
from torch import nn
from torch.optim import SGD, AdamW

from vit_tutorial import freeze


def inside(model: nn.Module, *modules: str) -> set[str]:
    """The parameters of modules, as PyTorch itself finds them."""
    return {f"{name}.{own}" for name in modules for own, _ in model.get_submodule(name).named_parameters()}


PARTS = [
    ((), ()),
    ("head", ("head",)),
    (["head"], ("head",)),
    (("head", "encoder.norm"), ("head", "encoder.norm")),
    ("encoder.blocks.1", ("encoder.blocks.1",)),  # not blocks 10 and 11
    (("encoder.blocks.10", "encoder.blocks.1.mlp"), ("encoder.blocks.10", "encoder.blocks.1.mlp")),
    (("encoder", "encoder.blocks.1"), ("encoder",)),
    (("embeddings", "encoder", "head"), ("embeddings", "encoder", "head")),
]


@pytest.mark.parametrize("before", [(), "encoder.blocks.10", "head"])
@pytest.mark.parametrize(("except_", "modules"), PARTS)
def test_exactly_the_named_parts_learn(except_, modules, before):
    model = new_model(depth=12)
    assert freeze(freeze(model, except_=before), except_=except_) is model
    assert learning(model) == inside(model, *modules)


def test_a_single_parameter_may_be_named():
    model = freeze(new_model(), except_=("embeddings.class_token", "head.bias"))
    assert learning(model) == {"embeddings.class_token", "head.bias"}


@pytest.mark.parametrize(
    "name", ["heads", "hea", "", "head.", ".head", "encoder.blocks.1", "encoder.blocks.0.mlp.w", "Head"]
)
def test_an_unknown_name_changes_nothing(name):
    model = freeze(new_model(), except_="encoder.norm")
    words = [repr(name), "Parts of the model: embeddings, encoder, head", "named_parameters()"]
    for names in (name, ("head", name)):
        assert_error_names(lambda names=names: freeze(model, except_=names), ValueError, words)
    assert learning(model) == inside(model, "encoder.norm")


def test_any_module_can_be_frozen():
    parts = {"features": nn.Conv2d(1, 4, 3), "norm": nn.BatchNorm2d(4), "flat": nn.Flatten()}
    network = nn.Sequential(OrderedDict(parts, head=nn.Linear(4 * 6 * 6, 3)))
    assert learning(freeze(network, except_="head")) == {"head.weight", "head.bias"}
    before = copy.deepcopy(network)
    network.train()(torch.rand(4, 1, 8, 8))  # BatchNorm gathers its averages all the same, as is said
    assert {name.split(".")[-1] for name in changed(network, before)} == {
        "running_mean",
        "running_var",
        "num_batches_tracked",
    }


def test_modes_stay():
    model = new_model(dropout=0.5)
    model.encoder.eval()
    modes = [module.training for module in model.modules()]
    freeze(model, except_="head")
    assert [module.training for module in model.modules()] == modes


@pytest.mark.parametrize(
    "make",
    [
        lambda parameters: SGD(parameters, 0.1, momentum=0.9, weight_decay=0.1),
        lambda parameters: AdamW(parameters, 0.1, weight_decay=0.1),
    ],
)
def test_an_earlier_optimizer_leaves_frozen_parameters_alone(make):
    model = new_model()
    optimizer = make(model.parameters())
    for _ in range(2):  # it has momentum for all of them, and they have gradients
        loss_of(model).backward()
        optimizer.step()
    head_gradient = model.head.weight.grad.clone()
    freeze(model, except_="head")
    assert [
        p.grad for name in BACKBONE for p in model.get_submodule(name).parameters() if p.grad is not None
    ] == []
    assert torch.equal(model.head.weight.grad, head_gradient)
    before = copy.deepcopy(model)
    optimizer.step()
    for _ in range(2):
        optimizer.zero_grad()
        loss_of(model).backward()
        optimizer.step()
    assert changed(model, before) == {"head.weight", "head.bias"}


@pytest.mark.parametrize("except_", ["head", ("encoder.blocks.1", "encoder.norm.bias")])
def test_train_changes_the_named_parts_alone(except_):
    model = freeze(new_model(depth=2), except_=except_)
    before, names = copy.deepcopy(model), learning(model)
    fit(model, loader(), loader(), epochs=2, learning_rate=0.1, weight_decay=0.5)
    assert changed(model, before) == names


def test_train_says_what_to_do_where_all_is_frozen():
    assert_error_names(lambda: fit(freeze(new_model())), ValueError, ["trainable", "Unfreeze"])
