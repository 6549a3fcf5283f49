"""Chapter 7 from end to end at full size, without a connection: a ViT-B/16, a folder of photos, a prediction."""

from __future__ import annotations

import copy
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt
from PIL import Image
from tiny_training import assert_same_weights, fit
from torchvision.models import ViT_B_16_Weights
from torchvision_files import photo_folder

from vit_tutorial import data, evaluate, freeze, plots, pretrained, replace_head
from vit_tutorial.prediction import predict
from vit_tutorial.saving import load_model, save_model

pytest_plugins = ["torchvision_cache"]


@pytest.mark.filterwarnings("ignore:.*checksum")
def test_from_the_cache_to_a_prediction(filled, tmp_path, monkeypatch, book_style):
    monkeypatch.setenv("TORCH_HOME", str(filled))
    model = pretrained.load("torchvision/vit_b_16")
    before = copy.deepcopy(model)
    freeze(replace_head(model, 3), except_="head")
    transform = pretrained.transform(model)
    loaders = data.image_folder(photo_folder(tmp_path / "photos"), transform=transform, batch_size=4)
    assert loaders.classes == ("pizza", "steak", "sushi")
    history = fit(model, loaders.train, epochs=2, learning_rate=0.01, warmup=0.0)
    assert history.step_loss[0] == pytest.approx(math.log(3), rel=1e-6)
    assert history.train_loss[1] < history.train_loss[0] and history.train_accuracy[1] > 0.8
    assert evaluate(model, loaders.val).accuracy > 0.8
    assert_same_weights(model.embeddings, before.embeddings)
    assert_same_weights(model.encoder, before.encoder)

    path = save_model(model, tmp_path / "food.safetensors", loaders.classes)
    assert path.stat().st_size == pytest.approx(4 * sum(p.numel() for p in model.parameters()), rel=1e-3)
    assert path.stat().st_size / 1e6 == pytest.approx(343, abs=1)
    loaded = load_model(path)
    path.unlink()
    assert_same_weights(loaded, model)
    assert loaded.classes == loaders.classes and loaded.preprocessing == "torchvision/vit_b_16"
    assert loaded.config == model.config
    assert_predicts(loaded, model, tmp_path / "photos" / "sushi" / "turned.jpg")


@torch.no_grad()
def assert_predicts(loaded: torch.nn.Module, model: torch.nn.Module, photo: Path) -> None:
    """All forms of a photo get the probabilities of what torchvision's own transform makes of it."""
    upright = data.read_image(photo)
    assert upright.size == Image.open(photo).size[::-1]
    prepared = ViT_B_16_Weights.IMAGENET1K_V1.transforms()(upright)[None]
    logits = model.eval()(prepared)
    assert torch.equal(loaded(prepared), logits)
    for image in (photo, Image.open(photo), np.array(upright), prepared[0]):
        prediction = predict(loaded, image)
        torch.testing.assert_close(prediction.probabilities, logits[0].softmax(-1), rtol=0, atol=1e-6)
    assert prediction.top(1)[0][0] == "sushi"
    picture = data.image_transform(224)(upright)
    _, bars = plots.top_classes(picture, prediction.probabilities, prediction.classes)
    assert bars.get_yticklabels()[0].get_text() == "sushi"
    plt.gcf().canvas.draw()
