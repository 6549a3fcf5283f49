"""One image, however it comes, is read as validation reads it, and the right names get the probabilities."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest
import scipy.special
import torch
from PIL import Image
from reference import assert_error_names, randomise
from torch import Tensor, nn
from torchvision.models import ViT_L_16_Weights
from torchvision.transforms import v2

from vit_tutorial import VisionTransformer, ViTConfig, data
from vit_tutorial.data import image_folder
from vit_tutorial.prediction import Prediction, predict
from vit_tutorial.training import evaluating


class Probe(nn.Module):
    """Its logits are three pixels of the first channel; it keeps what it was given."""

    def __init__(self, image_size: int | tuple[int, int] = 4, channels: int = 3) -> None:
        super().__init__()
        self.config = ViTConfig(image_size, 2, channels, num_classes=3)
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.dropout = nn.Dropout(0.5)

    def forward(self, images: Tensor) -> Tensor:
        self.given = images
        return self.dropout(self.scale * images[:, 0, 0, :3])


def pixels(height: int = 4, width: int = 4, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, channels), dtype=np.uint8)


def given(image: object, channels: int = 3, size: int | tuple[int, int] = 4) -> Tensor:
    """What the model is given for an image, without the batch axis."""
    model = Probe(size, channels)
    predict(model, image)
    return model.given[0]


def expected(array: np.ndarray) -> Tensor:
    """Pixels (H, W, C) as a model wants them, by the formula."""
    return torch.from_numpy(array.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)


def test_probabilities_of_known_pixels():
    image = np.zeros((4, 4, 3), np.uint8)
    image[0, :3, 0] = (255, 0, 51)  # values 1, -1, -0.6
    prediction = predict(Probe(), image)
    np.testing.assert_allclose(prediction.probabilities, scipy.special.softmax([2, -2, -1.2]), rtol=1e-6)
    assert [name for name, _ in prediction.top()] == ["class 0", "class 2", "class 1"]


def test_every_form_of_a_picture_gives_the_same(tmp_path):
    array = pixels()
    picture = Image.fromarray(array)
    picture.save(tmp_path / "a.png")
    tensor = expected(array)
    forms = [str(tmp_path / "a.png"), tmp_path / "a.png", Image.open(tmp_path / "a.png"), picture, array]
    forms += [array / 255, (array / 255).astype(np.float32), array[:, ::-1][:, ::-1], tensor, tensor[None]]
    for form in forms:
        torch.testing.assert_close(given(form), tensor, rtol=0, atol=1e-6)


def test_floats_are_rounded_to_eight_bits():
    image = np.full((4, 4), 0.999)  # 254.7 of 255
    image[0, :2] = (0.001, 0.5)
    torch.testing.assert_close(
        given(image, channels=1)[0, 0], torch.tensor([0, 128, 255, 255]) / 127.5 - 1, rtol=0, atol=1e-6
    )


def test_grey_pictures_and_grey_models(tmp_path):
    array = pixels(channels=1)
    grey = expected(array)
    for form in (array, array[:, :, 0], array[:, :, 0] / 255, Image.fromarray(array[:, :, 0])):
        torch.testing.assert_close(given(form, channels=1), grey, rtol=0, atol=1e-6)
        torch.testing.assert_close(given(form), grey.expand(3, 4, 4), rtol=0, atol=1e-6)
    luma = np.rint(pixels() @ [0.299, 0.587, 0.114])[:, :, None]  # ITU-R 601
    assert (given(pixels(), channels=1) - expected(luma)).abs().max() <= 1.01 / 127.5


def test_transparent_pixels_lie_over_white():
    array = pixels(channels=4)
    alpha = array[:, :, 3:] / 255
    over_white = array[:, :, :3] * alpha + 255 * (1 - alpha)
    for form in (array, Image.fromarray(array), array / 255):
        assert (given(form) - expected(over_white)).abs().max() <= 1.01 / 127.5


def test_a_rotated_photo_is_upright(tmp_path):
    array = pixels()
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to see it upright
    Image.fromarray(array).save(tmp_path / "a.png", exif=exif)
    upright = expected(np.rot90(array, k=-1).copy())
    for form in (tmp_path / "a.png", Image.open(tmp_path / "a.png")):
        torch.testing.assert_close(given(form), upright, rtol=0, atol=1e-6)


def test_cropped_to_the_centre(tmp_path):
    array = pixels(4, 10)
    torch.testing.assert_close(given(array), expected(array[:, 3:7]), rtol=0, atol=1e-6)
    torch.testing.assert_close(given(array, size=(4, 6)), expected(array[:, 2:8]), rtol=0, atol=1e-6)


@pytest.mark.parametrize(("mode", "channels"), [("RGB", 3), ("L", 1)])
def test_the_same_bits_as_in_validation(tmp_path, mode, channels):
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for i in range(3):
            array = pixels(31 + i, 47)
            Image.fromarray(array).save(tmp_path / name / f"{i}.jpg")
    folder = image_folder(tmp_path, image_size=16, mode=mode).val.dataset
    for i, (path, _) in enumerate(folder.samples):
        for form in (path, Image.open(path)):
            assert torch.equal(given(form, channels, 16), folder[i][0])


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


def test_a_whole_model_and_its_names():
    model = randomise(VisionTransformer(ViTConfig(8, 4, 3, 8, 1, 2, 16, num_classes=3, dropout=0.5)))
    model.classes = ["cat", "dog", "猫头鹰"]
    image = expected(pixels(8, 8))
    prediction = predict(model.train(), image)
    with torch.no_grad():
        logits = model.eval()(image[None])[0]
    np.testing.assert_allclose(prediction.probabilities, scipy.special.softmax(logits.numpy()), rtol=1e-5)
    assert prediction.classes == ("cat", "dog", "猫头鹰")
    assert not prediction.probabilities.requires_grad
    half = predict(model.bfloat16(), image)
    assert half.probabilities.dtype == torch.float32
    torch.testing.assert_close(half.probabilities, prediction.probabilities, rtol=0.1, atol=0.01)


def test_the_most_likely_ones():
    prediction = Prediction(("a", "b", "c"), torch.tensor([0.25, 0.125, 0.625]))
    assert prediction.top(2) == [("c", 0.625), ("a", 0.25)]
    assert prediction.top() == [("c", 0.625), ("a", 0.25), ("b", 0.125)]
    assert_error_names(lambda: prediction.top(0), ValueError, ["k must be at least 1"])
    with pytest.raises(FrozenInstanceError):
        prediction.classes = ()


def test_every_part_keeps_its_mode():
    model = Probe().train()
    model.dropout.eval()  # as for a part that is frozen
    for _ in range(2):
        predict(model, pixels())
        assert (model.training, model.dropout.training) == (True, False)
    with pytest.raises(ZeroDivisionError), evaluating(model):
        assert not model.training
        _ = 1 / 0
    assert (model.training, model.dropout.training) == (True, False)
    assert torch.equal(
        predict(Probe().train(), pixels()).probabilities, predict(model, pixels()).probabilities
    )


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


WRONG = [
    (np.zeros((3, 4, 5)), ["(3, 4, 5)", "(H, W, 3)", "transpose(1, 2, 0)"]),
    (np.zeros((1, 4, 4, 3)), ["(1, 4, 4, 3)"]),
    (np.zeros((0, 4)), ["(0, 4)"]),
    (np.zeros(4), ["(4,)"]),
    (np.full((4, 4), 255.0), ["0 to 1", "255", "Divide"]),
    (np.full((4, 4), -0.1), ["0 to 1", "-0.1"]),
    (np.full((4, 4), np.nan), ["0 to 1", "nan"]),
    (np.zeros((4, 4), np.int64), ["uint8", "int64"]),
    (torch.zeros(3, 4, 5), ["(3, 4, 4)", "(1, 3, 4, 4)", "(3, 4, 5)"]),
    (torch.zeros(2, 3, 4, 4), ["(2, 3, 4, 4)"]),
    (torch.zeros(4, 4, 3), ["(4, 4, 3)"]),
    (torch.zeros(3, 4, 4, dtype=torch.uint8), ["torch.uint8", "image / 127.5 - 1"]),
    (torch.full((3, 4, 4), 255.0), ["-1 (black) and 1 (white)", "255", "image / 127.5 - 1"]),
    (torch.full((3, 4, 4), torch.nan), ["nan"]),
]


@pytest.mark.parametrize(("image", "words"), WRONG)
def test_wrong_shapes_and_values_are_named(image, words):
    assert_error_names(lambda: predict(Probe(), image), ValueError, words)


def test_what_is_no_image_is_named(tmp_path):
    (tmp_path / "a.png").write_text("text")
    assert_error_names(lambda: predict(Probe(), tmp_path / "a.png"), ValueError, ["a.png", "no image"])
    with pytest.raises(FileNotFoundError, match=r"b\.png"):
        predict(Probe(), tmp_path / "b.png")
    for image in (None, [Path("a.png")]):
        assert_error_names(lambda image=image: predict(Probe(), image), TypeError, [type(image).__name__])


def test_models_that_are_not_fit_for_it_are_named():
    assert_error_names(lambda: predict(nn.Linear(2, 2), pixels()), TypeError, ["Linear", "ViTConfig"])
    assert_error_names(lambda: predict(Probe(channels=2), pixels()), ValueError, ["2", "tensor"])
    assert (
        predict(Probe(channels=2), torch.zeros(2, 4, 4)).probabilities.tolist() == [pytest.approx(1 / 3)] * 3
    )
