"""Weights that do not fit our model: what is missing, left over or of another shape is named."""

import pytest
import torch
import torchvision
from foreign_models import SMALL, of_timm
from timm.models import vision_transformer as timm_vit
from torch import nn

from vit_tutorial import VisionTransformer, ViTConfig, pretrained


@pytest.mark.parametrize("library", SMALL)
def test_entries_that_do_not_fit_are_all_listed(library):
    build, pour = SMALL[library]
    state = dict(build().state_dict())
    names = list(state)
    state.pop(names[4])
    state.pop(names[-1])
    state["extra.one"] = state["extra.two"] = torch.zeros(3)
    state[names[5]] = torch.zeros(2, 2)
    state[names[9]] = torch.zeros(13)
    state[names[10]] = "not a tensor"
    with pytest.raises(ValueError) as caught:
        pour(state, num_heads=3)
    message = str(caught.value)
    assert f"missing entries: {names[4]}, {names[-1]}" in message
    assert "unexpected entries: extra.one, extra.two" in message
    assert f"{names[5]} is (2, 2), expected" in message
    assert f"{names[9]} is (13,), expected (D = 12)" in message
    assert f"{names[10]} is ('no tensor',)" in message


@pytest.mark.parametrize("pour", [pretrained.from_timm, pretrained.from_torchvision])
def test_foreign_sources(pour):
    for source in ({}, {"a": torch.zeros(2)}, nn.Linear(2, 3)):
        with pytest.raises(ValueError, match="missing entries"):
            pour(source)
    with pytest.raises(TypeError, match="str"):
        pour("vit_b_16.pth")
    with pytest.raises(ValueError, match="missing entries"):
        pour(VisionTransformer(ViTConfig(embed_dim=12, num_heads=3, depth=1)))


def test_number_of_heads_of_a_state_dict():
    state = of_timm().state_dict()
    with pytest.raises(ValueError, match="width 12 does not tell it"):
        pretrained.from_timm(state)
    with pytest.raises(ValueError, match="num_heads 5"):
        pretrained.from_timm(state, num_heads=5)
    usual = of_timm(embed_dim=128, num_heads=2)
    assert pretrained.from_timm(usual.state_dict()).config.num_heads == 2
    with torch.device("meta"):
        huge = torchvision.models.vit_h_14()
        assert pretrained.from_torchvision(huge.state_dict()).config == ViTConfig.named("ViT-H/14")
        shallow = timm_vit.VisionTransformer(embed_dim=1280, depth=2, num_heads=16)
        with pytest.raises(ValueError, match="width 1280"):
            pretrained.from_timm(shallow.state_dict())


def test_image_size_that_does_not_fit():
    state = of_timm(img_size=(8, 20)).state_dict()
    with pytest.raises(ValueError, match=r"table of 11 positions.*image_size"):
        pretrained.from_timm(state, num_heads=3)
    with pytest.raises(ValueError, match=r"8×16 have 2×4 = 8 patches, but there are positions for 10"):
        pretrained.from_timm(state, num_heads=3, image_size=(8, 16))
