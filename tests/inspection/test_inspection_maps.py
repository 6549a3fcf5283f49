"""Distance, rollout and relevance: by hand, and against timm's attention, captum's gradients and NumPy."""

import numpy as np
import pytest
import torch
from captum.attr import LayerGradientXActivation
from foreign_models import of_timm
from reference import assert_close, randomise
from timm.utils import AttentionExtract

from vit_tutorial import VisionTransformer, ViTConfig, pretrained
from vit_tutorial.inspection import attention_distance, patch_scores, relevance, rollout

CONFIG = ViTConfig((12, 8), 4, in_channels=2, embed_dim=12, depth=3, num_heads=3, mlp_dim=20, num_classes=5)


def model_and_images(**changes):
    config = ViTConfig(**{**vars(CONFIG), **changes})
    model = randomise(VisionTransformer(config).double()).eval()
    images = torch.randn(3, 2, 12, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    return model, images


def test_distance_by_hand_on_two_by_two_patches():
    straight = torch.tensor([[0, 1, 0, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 1, 0]]).float()
    across = torch.eye(4).flip(0)
    both = torch.stack([straight, across, torch.full((4, 4), 0.25)])
    even = (0 + 1 + 1 + 2**0.5) / 4
    torch.testing.assert_close(attention_distance(both, 2), torch.tensor([1.0, 2**0.5, even]))
    torch.testing.assert_close(attention_distance(both, 2, patch_size=16)[0], torch.tensor(16.0))


def test_distance_leaves_the_class_token_out_and_knows_rows_from_columns():
    weights = torch.zeros(7, 7)  # a class token and 2 rows of 3 patches
    weights[:, 0] = 0.75  # most of it goes to the class token
    weights[1:, 1] = 0.25  # the rest to the first patch
    distances = [0, 1, 2, 1, 2**0.5, 5**0.5]
    torch.testing.assert_close(attention_distance(weights, (2, 3)), torch.tensor(sum(distances) / 6))
    distances = [0, 1, 1, 2**0.5, 2, 5**0.5]  # 3 rows of 2
    torch.testing.assert_close(attention_distance(weights, (3, 2)), torch.tensor(sum(distances) / 6))


@pytest.mark.parametrize("shape", [(6, 6), (5, 4), (4,), (1, 8, 8)])
def test_weights_that_do_not_fit_the_grid(shape):
    with pytest.raises(ValueError, match=r"\(\.\.\., 4, 4\).*grid of 2×2 patches, got"):
        attention_distance(torch.ones(shape), 2)


def test_weights_of_another_type():
    with pytest.raises(TypeError, match=r"weights must be a torch\.Tensor, got list"):
        attention_distance([[1.0]], 1)


def test_rollout_of_two_blocks_by_hand():
    first = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    second = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    heads = torch.stack([torch.stack([first, first]), torch.stack([second, 2 * second - second])])
    # (A1 + I) / 2 = [[.5, .5], [.5, .5]]; (A2 + I) / 2 = [[1, 0], [.5, .5]]; the product is all .5
    torch.testing.assert_close(rollout(heads[:, None])[0], torch.full((2, 2), 0.5))
    swapped = heads.flip(0)[:, None]  # [[.5, .5], [.5, .5]] @ [[1, 0], [.5, .5]]
    torch.testing.assert_close(rollout(swapped)[0], torch.tensor([[0.75, 0.25], [0.75, 0.25]]))


def test_rollout_equals_numpy_over_timms_attention():
    theirs = of_timm()
    for block in theirs.blocks:
        block.attn.fused_attn = False
    images = torch.randn(2, 3, *theirs.patch_embed.img_size, dtype=torch.float64)
    with torch.no_grad():
        maps = [each.numpy() for each in AttentionExtract(theirs, method="fx")(images).values()]
        weights = pretrained.from_timm(theirs).eval().attention_maps(images)
    np.testing.assert_allclose(weights.numpy(), np.stack(maps), atol=1e-12)
    for i in range(len(images)):
        parts = [0.5 * layer[i].mean(0) + 0.5 * np.eye(layer.shape[-1]) for layer in maps]
        expected = np.linalg.multi_dot(parts[::-1]) if len(parts) > 1 else parts[0]
        np.testing.assert_allclose(rollout(weights)[i].numpy(), expected, atol=1e-12)
    torch.testing.assert_close(rollout(weights).sum(-1), torch.ones_like(weights[0, :, 0, :, 0]))


def test_relevance_equals_captums_gradients_of_timms_model():
    theirs = of_timm()
    for block in theirs.blocks:
        block.attn.fused_attn = False
    ours = pretrained.from_timm(theirs).eval()
    images = torch.randn(2, 3, *theirs.patch_embed.img_size, dtype=torch.float64)
    targets = theirs(images).argmax(-1)
    related = np.stack([np.eye(ours.config.num_tokens)] * 2)
    for block in theirs.blocks:  # what goes through this module are the weights
        product = LayerGradientXActivation(theirs, block.attn.attn_drop).attribute(images, target=targets)
        related = related + product.detach().clamp(min=0).mean(1).numpy() @ related
    np.testing.assert_allclose(relevance(ours, images).numpy(), related, atol=1e-12)
    np.testing.assert_allclose(relevance(ours, images, targets).numpy(), related, atol=1e-12)


def test_relevance_leaves_the_model_as_it_was():
    model, images = model_and_images(dropout=0.5)
    model.train()
    model.encoder.norm.eval()
    model.requires_grad_(False)
    with torch.inference_mode():
        first, again = relevance(model, images), relevance(model, images)
    assert torch.equal(first, again)  # no dropout
    assert model.training and not model.encoder.norm.training
    assert not any(p.requires_grad or p.grad is not None for p in model.parameters())


def test_relevance_of_an_unlearned_head_is_the_identity():
    model, images = model_and_images()
    torch.nn.init.zeros_(model.head.weight)
    assert_close(relevance(model, images), torch.eye(7, dtype=torch.float64).expand(3, -1, -1), 1e-12)


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_relevance_with_either_read_out(pooling):
    model, images = model_and_images(pooling=pooling, position="sincos2d")
    scores = patch_scores(relevance(model, images), pooling)
    assert scores.shape == (3, 6) and (scores >= 0).all() and (scores.std(dim=1) > 0).all()


def test_patch_scores_read_the_row_of_the_read_out():
    mixed = torch.arange(16.0).reshape(1, 4, 4)
    assert patch_scores(mixed).tolist() == [[1, 2, 3]]
    assert patch_scores(mixed, "mean").tolist() == [[6, 7, 8, 9]]
    with pytest.raises(ValueError, match="pooling must be one of 'cls', 'mean', got 'max'"):
        patch_scores(mixed, "max")
