"""Weights on disk: a round trip to the bit, with names and preprocessing; others can read them."""

import json

import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image
from reference import assert_error_names
from safetensors import safe_open
from tiny_training import assert_same_weights, fit, loader, new_model
from torch import nn

from vit_tutorial import pretrained
from vit_tutorial.prediction import predict
from vit_tutorial.saving import CheckpointError, load_model, load_weights, save_model

NAMES = ("猫", 'a "dog"', "Fuß\n")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"image_size": (8, 12), "position": "sincos2d", "pooling": "mean"},
        {"dropout": 0.25, "attention_dropout": 0.5, "layer_norm_eps": 1e-5},
        {"depth": np.int64(2), "dropout": np.float64(0.5)},
    ],
)
def test_round_trip(tmp_path, changes):
    model = new_model(**changes)
    path = save_model(model, tmp_path / "new" / "model.safetensors", NAMES)
    loaded = load_model(path)
    assert path == tmp_path / "new" / "model.safetensors"
    assert_same_weights(loaded, model)
    assert loaded.config == model.config and loaded.classes == NAMES
    assert not loaded.training and model.training
    again = load_model(save_model(loaded, str(tmp_path / "again")))
    assert again.classes == NAMES  # they stay with the model


def test_without_names(tmp_path):
    assert load_model(save_model(new_model(), tmp_path / "m")).classes is None


@pytest.mark.parametrize("name", ["torchvision/vit_b_16", "vit-fashion"])
def test_the_preprocessing_stays_with_the_model(tmp_path, name):
    model = new_model()
    model.preprocessing = name
    loaded = load_model(save_model(model, tmp_path / "m"))
    assert loaded.preprocessing == name
    assert load_model(save_model(loaded, tmp_path / "again")).preprocessing == name
    model.preprocessing = None  # it has been trained anew on other images
    assert load_model(save_model(model, tmp_path / "m")).preprocessing is None
    assert load_model(save_model(new_model(), tmp_path / "m")).preprocessing is None  # it never had one


def test_the_checkpoints_of_a_run_know_it_too(tmp_path):
    model = new_model()
    model.preprocessing = "vit-fashion"
    fit(model, loader(), loader(), epochs=1, out=tmp_path)
    files = sorted(tmp_path.glob("*.safetensors"))
    assert [load_model(file).preprocessing for file in files] == ["vit-fashion"] * len(files) != []


def test_a_preprocessing_of_another_package_is_named_when_it_is_needed(tmp_path):
    """Its weights are read all the same."""
    model = new_model()
    model.preprocessing = "timm/x"
    loaded = load_model(save_model(model, tmp_path / "m"))
    assert_same_weights(loaded, model)
    assert_error_names(lambda: predict(loaded, np.zeros((8, 8))), ValueError, ["'timm/x'", "transform"])


def test_the_prediction_of_a_loaded_model(tmp_path):
    """What reaches the weights of torchvision is torchvision's transform, before and after saving."""
    model = new_model(in_channels=3)
    model.preprocessing = "torchvision/vit_b_32"
    loaded = load_model(save_model(model, tmp_path / "m", NAMES))
    image = np.random.default_rng(0).integers(200, 256, (20, 30, 3), dtype=np.uint8)
    prepared = pretrained.transform("torchvision/vit_b_32", 8)(Image.fromarray(image))
    assert prepared.abs().max() > 1.5
    probabilities = [predict(loaded, x).probabilities for x in (image, prepared)]
    probabilities.append(predict(model, image).probabilities)
    assert all(torch.equal(probabilities[0], other) for other in probabilities)
    model.preprocessing = None
    assert not torch.allclose(predict(model, image).probabilities, probabilities[0])


def test_others_can_read_the_file(tmp_path):
    model = new_model()
    path = save_model(model, tmp_path / "m", NAMES)
    tensors = safetensors.torch.load_file(path)
    assert tensors.keys() == model.state_dict().keys()
    assert all(torch.equal(tensors[name], value) for name, value in model.state_dict().items())
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    assert json.loads(metadata["config"])["embed_dim"] == 8
    assert json.loads(metadata["classes"]) == list(NAMES)


def network() -> nn.Module:
    """Of everything that a state can hold: statistics, a counter, shared and transposed weights."""
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 4), nn.Linear(4, 4))
    model[3].weight = model[2].weight
    model[0].weight = nn.Parameter(torch.rand(4, 1, 3, 3).transpose(2, 3))
    return model.bfloat16()


def test_any_module_can_be_saved_and_filled(tmp_path):
    model, other = network(), network()
    model(torch.rand(2, 1, 6, 6, dtype=torch.bfloat16).expand(2, 1, 6, 6))
    path = save_model(model, tmp_path / "m")
    load_weights(other, path)
    assert_same_weights(other, model)
    assert other[1].num_batches_tracked == 1 and other[3].weight is other[2].weight
    words = [str(path), "not the sizes", "load_weights(model, path)"]
    assert_error_names(lambda: load_model(path), CheckpointError, words)


def test_dropout_may_differ(tmp_path):
    model, path = new_model(dropout=0.5), save_model(new_model(), tmp_path / "m")
    with torch.no_grad():
        model.head.bias.add_(1)
    load_weights(model, path)
    assert_same_weights(model, new_model())
