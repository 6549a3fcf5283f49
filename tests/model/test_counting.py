"""What `counting` says by formula is what PyTorch counts: FLOPs, and bytes kept for the backward pass."""

from dataclasses import replace

import pytest
import timm
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from vit_tutorial import VisionTransformer, ViTConfig, counting
from vit_tutorial.config import VARIANTS

TINY = ViTConfig(28, 7, 1, embed_dim=64, depth=2, num_heads=4, mlp_dim=96, num_classes=10)
CHOICES = [
    {},
    {"pooling": "mean"},
    {"position": "sincos2d"},
    {"position": "none", "pooling": "mean"},
    {"depth": 3, "num_heads": 8},
    {"image_size": (28, 56), "in_channels": 3},
    {"patch_size": 14, "num_classes": 3, "mlp_dim": 32},
]


def counted(model: nn.Module, images: torch.Tensor, backward: bool, fused: bool = False) -> int:
    kernel = SDPBackend.FLASH_ATTENTION if fused else SDPBackend.MATH
    with sdpa_kernel(kernel), FlopCounterMode(display=False) as counter:
        logits = model(images)
        if backward:
            logits.sum().backward()
    return counter.get_total_flops()


def written_out(config: ViTConfig, batch_size: int) -> int:
    """A training step where attention keeps its weights and computes nothing once more."""
    flops, attention = counting.training_flops(config, batch_size), counting.forward_flops(config, batch_size)
    return sum(flops.values()) - flops["attention"] + 3 * attention["attention"]


def counts_fused() -> bool:
    """Whether this PyTorch counts the CPU's fused attention (2.9 does not)."""
    with FlopCounterMode(display=False) as counter:
        nn.functional.scaled_dot_product_attention(*torch.randn(3, 1, 1, 4, 8))
    return counter.get_total_flops() > 0


def by_name(name: str, **changes) -> VisionTransformer:
    with torch.device("meta"):  # shapes without numbers
        return VisionTransformer(replace(ViTConfig.named(name), **changes))


@pytest.mark.parametrize("name", VARIANTS)
def test_the_named_variants_to_the_unit(name):
    model = by_name(name)
    images = torch.empty(2, 3, 224, 224, device="meta")
    assert sum(counting.forward_flops(model.config, 2).values()) == counted(model, images, backward=False)


@pytest.mark.parametrize("name", ["ViT-Ti/16", "ViT-B/32", "ViT-H/14"])
def test_a_training_step_of_the_named_variants_to_the_unit(name):
    config = replace(ViTConfig.named(name), depth=1)  # all blocks are alike
    model = VisionTransformer(config)
    images = torch.randn(2, 3, 224, 224)
    assert written_out(config, 2) == counted(model, images, backward=True)
    if counts_fused():
        expected = sum(counting.training_flops(config, 2).values())
        assert expected == counted(model, images, backward=True, fused=True)


@pytest.mark.parametrize("choices", CHOICES, ids=str)
@pytest.mark.parametrize("batch_size", [1, 3])
def test_all_choices_to_the_unit(choices, batch_size):
    config = replace(TINY, **choices)
    model = VisionTransformer(config)
    images = torch.randn(batch_size, config.in_channels, *model.embeddings.image_size)
    assert sum(counting.forward_flops(config, batch_size).values()) == counted(model, images, backward=False)
    assert written_out(config, batch_size) == counted(model, images, backward=True)
    if counts_fused():
        expected = sum(counting.training_flops(config, batch_size).values())
        assert expected == counted(model, images, backward=True, fused=True)
    assert sum(counting.kept_bytes(config, batch_size).values()) == kept(model, images)


def kept(model: nn.Module, images: torch.Tensor) -> int:
    """Bytes of the memory that autograd holds after a forward pass, each block of memory once, without parameters."""
    own, found, alive = {p.untyped_storage().data_ptr() for p in model.parameters()}, {}, []

    def note(tensor: torch.Tensor) -> torch.Tensor:
        memory = tensor.untyped_storage()
        if memory.data_ptr() not in own:
            found[memory.data_ptr()] = memory.nbytes()
            alive.append(tensor)  # so that no address is given out twice
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        logits = model(images)
    assert logits.requires_grad
    return sum(found.values())


def test_each_part_by_hand():
    """Four patches and a class token of width 8, one block, MLP of 16, three classes; one image."""
    config = ViTConfig(8, 4, 1, embed_dim=8, depth=1, num_heads=2, mlp_dim=16, num_classes=3)
    assert (config.num_patches, config.num_tokens) == (4, 5)
    assert counting.forward_flops(config) == {
        "patch embedding": 2 * 4 * 16 * 8,
        "projections": 2 * 5 * (3 * 8 * 8 + 8 * 8),
        "attention": 2 * 2 * 5 * 5 * 8,
        "mlp": 2 * 5 * 8 * 16 * 2,
        "head": 2 * 8 * 3,
    }
    ratios = {
        part: counting.training_flops(config)[part] / n for part, n in counting.forward_flops(config).items()
    }
    assert ratios == {"patch embedding": 2, "projections": 3, "attention": 3.5, "mlp": 3, "head": 3}


def test_what_others_publish():
    """DeiT's table 5 (Touvron et al. 2021): 1.3, 4.6 and 17.6 billion multiplications; torchvision says 17.56."""
    for name, giga in (("ViT-Ti/16", 1.3), ("ViT-S/16", 4.6), ("ViT-B/16", 17.6)):
        multiplications = sum(counting.forward_flops(ViTConfig.named(name)).values()) / 2
        assert multiplications / 1e9 == pytest.approx(giga, abs=0.05)


@pytest.mark.parametrize("size", [224, 384])
def test_timm_s_model_costs_the_same(size):
    with torch.device("meta"):
        theirs = timm.create_model("vit_small_patch16_224", img_size=size)
    flops = counted(theirs, torch.empty(1, 3, size, size, device="meta"), backward=False)
    config = ViTConfig.named("ViT-S/16", image_size=size)
    assert sum(counting.forward_flops(config).values()) == flops


@pytest.mark.parametrize("function", [counting.forward_flops, counting.training_flops, counting.kept_bytes])
def test_no_images_cost_nothing_and_are_refused(function):
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        function(TINY, 0)
