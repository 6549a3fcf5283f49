"""Which transform prepares an image: the given one, that of the model's weights, or the package's own."""

from __future__ import annotations

import pytest
import torch
from PIL import Image
from probe_model import Probe, expected, pixels
from reference import assert_error_names
from torchvision.models import ViT_L_16_Weights
from torchvision.transforms import v2

from vit_tutorial import data
from vit_tutorial.prediction import predict


def test_another_transform_is_used_for_pictures_and_lifts_the_range_of_tensors(tmp_path):
    """As for torchvision's weights: their values reach from -2.1 to 2.6."""
    scale = v2.Compose(
        [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.0] * 3, [0.25] * 3)]
    )
    model = Probe()
    first = predict(model, pixels(), transform=scale)
    torch.testing.assert_close(model.given[0], 2 * (expected(pixels()) + 1), rtol=0, atol=1e-5)
    second = predict(model, model.given, transform=scale)
    assert torch.equal(first.probabilities, second.probabilities)


def test_the_transform_of_the_models_weights(tmp_path):
    Image.fromarray(pixels(300, 260)).save(tmp_path / "a.png")
    model = Probe(224)
    model.preprocessing = "torchvision/vit_l_16"
    first = predict(model, tmp_path / "a.png")
    expected = ViT_L_16_Weights.IMAGENET1K_V1.transforms()(Image.open(tmp_path / "a.png"))
    assert torch.equal(model.given[0], expected) and expected.max() > 2
    for prepared in (expected, expected[None]):  # its values are right, although they are beyond 1
        assert torch.equal(predict(model, prepared).probabilities, first.probabilities)
    predict(model, tmp_path / "a.png", transform=data.image_transform(224))  # what is given goes first
    assert torch.equal(model.given[0], data.image_transform(224)(Image.open(tmp_path / "a.png")))


@pytest.mark.parametrize("name", [None, "vit-fashion"])
def test_the_packages_own_models_keep_the_range_of_values(name):
    model = Probe()
    model.preprocessing = name
    predict(model, pixels())
    torch.testing.assert_close(model.given[0], expected(pixels()), rtol=0, atol=1e-6)
    words = ["-1 (black) and 1 (white)", "1.5"]
    assert_error_names(lambda: predict(model, torch.full((3, 4, 4), 1.5)), ValueError, words)


def test_a_prepared_tensor_needs_no_transform():
    """torchvision's makes squares alone, yet the model may have been resized."""
    model = Probe((4, 6))
    model.preprocessing = "torchvision/vit_b_16"
    image = torch.full((3, 4, 6), 2.5)
    predict(model, image)
    assert torch.equal(model.given[0], image)
    assert_error_names(
        lambda: predict(model, pixels()), ValueError, ["square", "4×6", "transform of your own"]
    )
    predict(model, pixels(4, 6), transform=data.image_transform((4, 6)))
    torch.testing.assert_close(model.given[0], expected(pixels(4, 6)), rtol=0, atol=1e-6)


def test_bytes_are_not_to_be_scaled_by_the_wrong_formula():
    model = Probe()
    model.preprocessing = "torchvision/vit_b_16"
    with pytest.raises(ValueError, match=r"torch\.uint8.*image itself") as caught:
        predict(model, torch.zeros(3, 4, 4, dtype=torch.uint8))
    assert "127.5" not in str(caught.value)


def test_an_unknown_preprocessing_is_named():
    model = Probe()
    model.preprocessing = "timm/x"
    words = ["preprocessing", "'timm/x'", "'torchvision/vit_b_16'", "transform of your own"]
    assert_error_names(lambda: predict(model, pixels()), ValueError, words)
    predict(model, pixels(), transform=data.image_transform(4))
    predict(model, torch.full((3, 4, 4), 2.5))  # who prepared it knows
