"""Copies of the model: by Python, through saved weights, and for another image size."""

import copy
import io
import pickle
from dataclasses import replace

import pytest
import torch
from reference import random_tensor
from small_model import CHOICES, images, model

from vit_tutorial import VisionTransformer, interpolate_position_embedding


@pytest.mark.parametrize("position", ["learned", "sincos2d", "none"])
def test_copies_and_saved_weights(position):
    built, x = model(position=position), images()
    assert torch.equal(copy.deepcopy(built)(x), built(x))
    assert torch.equal(pickle.loads(pickle.dumps(built))(x), built(x))
    file = io.BytesIO()
    torch.save(built.state_dict(), file)
    file.seek(0)
    fresh = VisionTransformer(built.config).double()
    fresh.load_state_dict(torch.load(file, weights_only=True))
    assert torch.equal(fresh(x), built(x))


@pytest.mark.parametrize(("position", "pooling"), CHOICES)
def test_resized(position, pooling):
    built = model(position=position, pooling=pooling).eval()
    built.embeddings.patch_embedding.requires_grad_(False)
    before = copy.deepcopy(built.state_dict())
    other = built.resized((16, 8))
    assert other.config == replace(built.config, image_size=(16, 8))
    assert other(random_tensor(2, 3, 16, 8)).shape == (2, 5)
    assert not other.training and not other.embeddings.patch_embedding.projection.weight.requires_grad
    for name, value in other.state_dict().items():
        if name == "embeddings.position_embedding":
            if position == "learned":
                assert torch.equal(value, interpolate_position_embedding(before[name], (2, 3), (4, 2)))
        else:
            assert torch.equal(value, before[name])
        value += 1  # its own memory
    for name, value in built.state_dict().items():
        assert torch.equal(value, before[name])
    assert torch.equal(built.resized((8, 12))(images()), built(images()))
