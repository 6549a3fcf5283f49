"""Freezing, new heads and gentle rates: exactly the right parameters change, and the others not in one bit."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from reference import assert_error_names, random_tensor
from tiny_training import CLASSES, assert_same_weights, fit, loader, new_model
from torch import nn
from torch.optim import SGD, AdamW

from vit_tutorial import freeze, replace_head
from vit_tutorial.cnn import SmallCNN
from vit_tutorial.saving import load_model, save_model

BACKBONE = ("embeddings", "encoder")


def learning(model: nn.Module) -> set[str]:
    return {name for name, parameter in model.named_parameters() if parameter.requires_grad}


def inside(model: nn.Module, *modules: str) -> set[str]:
    """The parameters of modules, as PyTorch itself finds them."""
    return {f"{name}.{own}" for name in modules for own, _ in model.get_submodule(name).named_parameters()}


def changed(model: nn.Module, before: nn.Module) -> set[str]:
    old = before.state_dict()
    return {name for name, value in model.state_dict().items() if not torch.equal(value, old[name])}


def loss_of(model: nn.Module, n: int = 6) -> torch.Tensor:
    images = random_tensor(n, 1, 8, 8, seed=9, dtype=next(model.parameters()).dtype)
    return F.cross_entropy(model(images), torch.arange(n) % model.config.num_classes)


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
    network = SmallCNN(3)
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


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_a_new_head_starts_from_zero(dtype):
    model = new_model().to(dtype).eval()
    model.classes, model.preprocessing = CLASSES, "vit-fashion"
    before = copy.deepcopy(model)
    names = ["one", "two", "three", "four", "five"]
    assert replace_head(model, 5, names) is model
    assert model.config.num_classes == 5 and model.classes == tuple(names)
    assert before.config.num_classes == 3  # the configuration is not shared
    assert model.head.weight.dtype == model.head.bias.dtype == dtype
    logits = model(random_tensor(2, 1, 8, 8, dtype=dtype))
    assert logits.shape == (2, 5) and logits.dtype == dtype and not logits.any()
    for name in BACKBONE:
        assert_same_weights(model.get_submodule(name), before.get_submodule(name))
    assert model.preprocessing == "vit-fashion"
    assert not any(module.training for module in model.modules())  # the new head is in eval mode, too


def test_a_new_head_lies_where_the_old_one_lay():
    model = replace_head(new_model().to("meta"), 2)
    assert model.head.weight.device.type == model.head.bias.device.type == "meta"


def test_without_names_the_old_ones_are_gone():
    model = new_model()
    model.classes = CLASSES
    assert replace_head(model, 3).classes is None


@pytest.mark.parametrize("k", [1, np.int64(4)])
def test_a_new_head_is_saved_with_its_model(tmp_path, k):
    model = replace_head(new_model(), k, [f"class {i}" for i in range(k)])
    nn.init.normal_(model.head.weight)
    loaded = load_model(save_model(model, tmp_path / "m"))
    assert_same_weights(loaded, model)
    assert loaded.config == model.config and loaded.classes == model.classes


def test_a_new_head_learns_even_where_the_old_one_was_frozen():
    model = replace_head(freeze(new_model()), 3, CLASSES)
    assert learning(model) == {"head.weight", "head.bias"}
    before = copy.deepcopy(model)
    history = fit(model, epochs=3, learning_rate=0.05)
    assert changed(model, before) == {"head.weight", "head.bias"}
    assert history.step_loss[0] == pytest.approx(math.log(3), rel=1e-6)  # all classes are equally likely
    assert history.train_loss[-1] < history.train_loss[0]


def test_the_backbones_first_gradient_is_zero_and_its_second_is_not():
    model = replace_head(new_model().double(), 4)
    loss_of(model).backward()
    backbone = [p for name in BACKBONE for p in model.get_submodule(name).parameters()]
    assert all(p.grad is not None and not p.grad.any() for p in backbone)
    assert model.head.weight.grad.any() and model.head.bias.grad.any()
    SGD(model.parameters(), 0.1).step()
    model.zero_grad()
    loss_of(model).backward()
    assert all(p.grad.any() for p in backbone)


REFUSED = [
    (lambda: replace_head(nn.Linear(2, 2), 3), TypeError, ["Linear", "last linear layer"]),
    (lambda: replace_head(SmallCNN(3), 3), TypeError, ["SmallCNN"]),
    (lambda: replace_head(new_model(), 0), ValueError, ["num_classes", "at least 1", "0"]),
    (lambda: replace_head(new_model(), -2), ValueError, ["-2"]),
    (lambda: replace_head(new_model(), 2.0), TypeError, ["whole number", "2.0"]),
    (lambda: replace_head(new_model(), True), TypeError, ["True"]),
    (lambda: replace_head(new_model(), 4, CLASSES), ValueError, ["4", "3 names", "one name for each"]),
    (lambda: replace_head(new_model(), 1, ()), ValueError, ["1", "0 names"]),
]


@pytest.mark.parametrize(("call", "error", "words"), REFUSED)
def test_wrong_heads_are_named(call, error, words):
    assert_error_names(call, error, words)


def test_a_refused_head_leaves_the_model_as_it_was():
    model = new_model()
    model.classes = CLASSES
    with pytest.raises(ValueError, match="3 names"):
        replace_head(model, 4, CLASSES)
    assert_same_weights(model, new_model())
    assert model.config.num_classes == 3 and model.classes == CLASSES


def test_an_optimizer_from_before_is_refused():
    model = new_model()
    optimizer = AdamW(model.parameters(), 0.01)
    replace_head(model, 3)
    words = ["lacks 2 trainable", "has 2 that are not the model's", "after the model is complete"]
    assert_error_names(lambda: fit(model, optimizer=optimizer), ValueError, words)


def test_one_word_is_no_list_of_names():
    with pytest.raises(TypeError, match=r"list of names, got the text 'pizza'"):
        replace_head(new_model(), 5, "pizza")
