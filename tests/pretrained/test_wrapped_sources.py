"""Weights as people have them: compiled, in parallel, averaged, in a trainer's dictionary, with another head."""

import pytest
import timm
import torch
from foreign_models import SMALL, images, of_torchvision
from reference import assert_error_names
from tiny_training import assert_same_weights, new_model
from torch import nn
from torch.nn.parallel import DataParallel
from torch.optim.swa_utils import AveragedModel

from vit_tutorial import pretrained
from vit_tutorial.saving import load_model, load_weights, save_model
from vit_tutorial.wrapped import unwrap

WRAPPERS = [torch.compile, DataParallel, AveragedModel, lambda model: torch.compile(DataParallel(model))]


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_a_wrapped_model_is_saved_and_filled_as_what_it_is(wrap, tmp_path):
    model = new_model()
    path = save_model(wrap(model), tmp_path / "m")
    assert_same_weights(load_model(path), model)
    other = new_model()
    nn.init.ones_(other.head.weight)
    wrapped = wrap(other)
    load_weights(wrapped, path)
    assert_same_weights(unwrap(wrapped), model)


@pytest.mark.parametrize("wrap", WRAPPERS)
@pytest.mark.parametrize("library", SMALL)
def test_wrapped_models_and_their_state_dicts_are_poured(library, wrap):
    make, pour = SMALL[library]
    source, x = make(), images(16, 16)
    expected = source(x)
    state = wrap(source).state_dict()
    for given in (wrap(source), state, {"model": state, "epoch": 3}, {"state_dict": state}):
        poured = pour(given, None if isinstance(given, nn.Module) else 3)
        torch.testing.assert_close(poured(x), expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("wrapping", ["bare", "sequential", "dropout"])
def test_torchvisions_head_may_be_one_layer_in_any_wrapping(wrapping):
    source = of_torchvision()
    layer = nn.Linear(12, 4).double()
    source.heads = {
        "bare": layer,
        "sequential": nn.Sequential(layer),
        "dropout": nn.Sequential(nn.Dropout(0.1), layer),
    }[wrapping]
    x = images(16, 16)
    torch.testing.assert_close(pretrained.from_torchvision(source)(x), source.eval()(x), rtol=0, atol=1e-4)


def test_a_backbone_without_head_says_which_line_to_write():
    source = timm.create_model("vit_tiny_patch16_224", num_classes=0, img_size=32, depth=1)
    words = ["has no head", "state['head.weight'] = torch.zeros(", "state['head.bias']"]
    assert_error_names(lambda: pretrained.from_timm(source), ValueError, words)
    state = source.state_dict() | {"head.weight": torch.zeros(5, 192), "head.bias": torch.zeros(5)}
    assert pretrained.from_timm(state).config.num_classes == 5
