"""What an image goes through before a pre-trained model sees it: what it went through in their training."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from matplotlib import cbook
from PIL import Image
from reference import assert_error_names
from tiny_training import new_model
from torch import nn
from torchvision.models import get_model_weights
from torchvision.transforms._presets import ImageClassification

from vit_tutorial import VisionTransformer, data, pretrained, replace_head
from vit_tutorial.saving import load_model, save_model

NAME = "torchvision/vit_b_16"
NAMES = [NAME, "torchvision/vit_b_32", "torchvision/vit_l_16", "torchvision/vit_l_32"]


def photo() -> Image.Image:
    with cbook.get_sample_data("grace_hopper.jpg") as file:
        return data.read_image(Path(file.name))


def labelled(name: str | None, **changes: object) -> VisionTransformer:
    model = new_model(image_size=32, in_channels=3, **changes)
    model.preprocessing = name
    return model


@pytest.mark.parametrize("name", NAMES)
def test_torchvisions_transform(name):
    original = get_model_weights(name.removeprefix("torchvision/")).IMAGENET1K_V1.transforms()
    expected = original(photo())
    assert expected.shape == (3, 224, 224) and expected.max() > 1.5
    for ours in (pretrained.transform(name), pretrained.transform(labelled(name), image_size=224)):
        assert torch.equal(ours(photo()), expected)


@pytest.mark.parametrize(("name", "resize"), list(zip(NAMES, (256, 256, 242, 256), strict=True)))
@pytest.mark.parametrize("size", [32, 96, 384])
def test_another_size_shows_the_same_part_of_the_image(name, resize, size):
    resized = pretrained.transform(labelled(name).resized(size))
    expected = ImageClassification(crop_size=size, resize_size=round(size * resize / 224))(photo())
    assert expected.shape == (3, size, size)
    assert torch.equal(resized(photo()), expected)
    assert torch.equal(pretrained.transform(name, size)(photo()), expected)


def test_the_transform_of_a_model_on_its_way(tmp_path):
    model = labelled(NAME)
    expected = pretrained.transform(NAME, 32)(photo())
    loaded = load_model(save_model(replace_head(model, 5), tmp_path / "m"))
    assert torch.equal(pretrained.transform(loaded)(photo()), expected)
    assert pretrained.transform(loaded.resized(64))(photo()).shape == (3, 64, 64)


def test_images_that_are_not_square():
    words = [NAME, "square", "32×64", "transform of your own"]
    assert_error_names(lambda: pretrained.transform(NAME, (32, 64)), ValueError, words)
    assert_error_names(lambda: pretrained.transform(labelled(NAME).resized((32, 64))), ValueError, words)
    assert torch.equal(pretrained.transform(NAME, (32, 32))(photo()), pretrained.transform(NAME, 32)(photo()))


def test_the_transform_of_the_bundled_model_and_of_others():
    grey = photo().convert("L")
    assert torch.equal(pretrained.transform("vit-fashion")(grey), data.image_transform(28)(grey))
    for name in ("vit-fashion", None):
        for size in (32, (16, 32)):
            ours = pretrained.transform(labelled(name).resized(size))(photo())
            assert torch.equal(ours, data.image_transform(size)(photo()))
    plain = new_model()  # it never heard of preprocessing
    assert torch.equal(pretrained.transform(plain)(grey), data.image_transform(8)(grey))


def test_what_has_no_transform():
    words = ["name must be one of", "'vit-fashion'", *map(repr, NAMES), "got 'vit_b_16'"]
    assert_error_names(lambda: pretrained.transform("vit_b_16"), ValueError, words)
    assert_error_names(lambda: pretrained.transform(nn.Linear(2, 2)), TypeError, ["Linear", "config"])
    words = ["'timm/x'", "'vit-fashion'", NAME, "transform"]
    assert_error_names(lambda: pretrained.transform(labelled("timm/x")), ValueError, words)
    for size, error in ((0, ValueError), (2.5, TypeError), ((1, 2, 3), ValueError)):
        assert_error_names(lambda s=size: pretrained.transform(NAME, s), error, ["image_size"])
