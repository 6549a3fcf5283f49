"""Weights of timm and torchvision in our model: equal logits and gradients."""

import copy

import pytest
import timm
import torch
import torchvision
from foreign_models import SMALL, images, of_timm, of_torchvision
from reference import PRECISION, assert_close, random_tensor, randomise
from torch import nn

from vit_tutorial import ViTConfig, pretrained


@pytest.mark.parametrize(("dtype", "relative"), PRECISION)
@pytest.mark.parametrize("library", SMALL)
def test_small_models_with_gradients(library, dtype, relative):
    build, pour = SMALL[library]
    theirs = build(dtype).train()  # without torchvision's fast path of evaluation, which has no gradients
    x = images(16, 16, dtype=dtype)
    for ours in (pour(theirs), pour(theirs.state_dict(), num_heads=3)):
        assert theirs.training
        a, b = x.clone().requires_grad_(), x.clone().requires_grad_()
        assert_close(ours(a), theirs(b), relative)
        theirs.zero_grad()
        ours(a).pow(2).sum().backward()
        theirs(b).pow(2).sum().backward()
        assert_close(a.grad, b.grad, relative)
        gradients = sorted(p.grad.abs().sum().item() for p in ours.parameters())
        expected = sorted(p.grad.abs().sum().item() for p in theirs.parameters())
        assert gradients == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("build", "pour", "name"),
    [
        (torchvision.models.vit_b_16, pretrained.from_torchvision, "ViT-B/16"),
        (lambda: timm.create_model("vit_tiny_patch16_224"), pretrained.from_timm, "ViT-Ti/16"),
        (lambda: timm.create_model("vit_base_patch16_224"), pretrained.from_timm, "ViT-B/16"),
    ],
)
@torch.no_grad()
def test_full_size_models(build, pour, name):
    theirs, x = randomise(build()).eval(), images(224, 224, dtype=torch.float32)
    ours = pour(theirs)
    assert ours.config == ViTConfig.named(name)
    assert_close(ours(x), theirs(x), 1e-5)
    assert pour(theirs.state_dict()).config == ours.config


def test_the_copy_is_our_own():
    theirs = of_timm()
    ours = pretrained.from_timm(theirs)
    before = copy.deepcopy(theirs.state_dict())
    with torch.no_grad():
        for parameter in ours.parameters():
            assert parameter.requires_grad
            parameter.zero_()
    for name, value in theirs.state_dict().items():
        assert torch.equal(value, before[name])


def test_every_entry_of_theirs_is_read():
    theirs, x = of_timm(), images(16, 16)
    before = pretrained.from_timm(theirs)(x)
    state = theirs.state_dict()
    for name, value in state.items():
        changed = state | {name: value + 0.1 * random_tensor(*value.shape, seed=3)}
        assert not torch.allclose(pretrained.from_timm(changed, num_heads=3)(x), before), name


@pytest.mark.parametrize("library", SMALL)
def test_eps_is_carried_over(library):
    def norm(width: int, **kwargs: object) -> nn.LayerNorm:
        return nn.LayerNorm(width, eps=0.2, **kwargs)

    build, pour = SMALL[library]
    theirs = build(norm_layer=norm)
    ours = pour(theirs)
    assert ours.config.layer_norm_eps == 0.2
    assert_close(ours(images(16, 16)), theirs(images(16, 16)), 1e-10)


def test_torchvisions_older_names():
    theirs = of_torchvision()
    older = {
        name.replace("mlp.0.", "mlp.linear_1.").replace("mlp.3.", "mlp.linear_2."): value
        for name, value in theirs.state_dict().items()
    }
    ours = pretrained.from_torchvision(older, num_heads=3)
    assert_close(ours(images(16, 16)), theirs(images(16, 16)), 1e-10)


def test_images_that_are_not_square():
    theirs, x = of_timm(img_size=(8, 20)), images(8, 20)
    assert_close(pretrained.from_timm(theirs)(x), theirs(x), 1e-10)
    ours = pretrained.from_timm(theirs.state_dict(), num_heads=3, image_size=(8, 20))
    assert ours.config.image_size == (8, 20)
    assert_close(ours(x), theirs(x), 1e-10)


def test_without_class_token():
    theirs = of_timm(class_token=False, global_pool="avg", fc_norm=False)
    ours = pretrained.from_timm(theirs)
    assert ours.config.pooling == "mean"
    assert_close(ours(images(16, 16)), theirs(images(16, 16)), 1e-10)
