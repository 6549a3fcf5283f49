"""The right names get the probabilities, and the model is left as it was."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import scipy.special
import torch
from probe_model import Probe, expected, pixels
from reference import assert_error_names, randomise

from vit_tutorial import VisionTransformer, ViTConfig
from vit_tutorial.prediction import Prediction, predict
from vit_tutorial.training import evaluating


def test_probabilities_of_known_pixels():
    image = np.zeros((4, 4, 3), np.uint8)
    image[0, :3, 0] = (255, 0, 51)  # values 1, -1, -0.6
    prediction = predict(Probe(), image)
    np.testing.assert_allclose(prediction.probabilities, scipy.special.softmax([2, -2, -1.2]), rtol=1e-6)
    assert [name for name, _ in prediction.top()] == ["class 0", "class 2", "class 1"]


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
