"""Images and models that are not fit for a prediction are named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from probe_model import Probe, pixels
from reference import assert_error_names
from torch import nn

from vit_tutorial.prediction import predict

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
