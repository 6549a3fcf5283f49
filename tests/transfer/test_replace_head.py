"""A new head starts from zero and learns; the rest of the model stays."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import torch
from frozen_parts import BACKBONE, changed, learning, loss_of
from reference import assert_error_names, random_tensor
from tiny_training import CLASSES, assert_same_weights, fit, new_model
from torch import nn
from torch.optim import SGD, AdamW

from vit_tutorial import freeze, replace_head
from vit_tutorial.saving import load_model, save_model


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
    (lambda: replace_head(nn.ModuleDict({"head": nn.Linear(2, 2)}), 3), TypeError, ["ModuleDict"]),
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
