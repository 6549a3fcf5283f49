"""Drawings of attention, of heads and of an image's way: the numbers in them are the model's own."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from torch.nn import functional as F

from vit_tutorial import VisionTransformer, ViTConfig, plots, set_seed


def numbers(ax):
    """The table that is written into the cells."""
    written = {(int(t.get_position()[1]), int(t.get_position()[0])): float(t.get_text()) for t in ax.texts}
    rows, columns = (max(each) + 1 for each in zip(*written, strict=True))
    return np.array([[written[row, column] for column in range(columns)] for row in range(rows)])


def test_the_steps_of_attention_are_those_of_pytorch():
    query, key, value = torch.randn(3, 3, 4, generator=torch.Generator().manual_seed(0)).mul(2).round()
    tables = [numbers(ax) for ax in plots.attention_steps(query, key, value, ["a", "b", "c"])]
    expected = F.scaled_dot_product_attention(query, key, value)
    scores = query @ key.T / 2
    for table, right in zip(tables, (query, key.T, scores, scores.softmax(-1), value, expected), strict=True):
        assert_allclose(table, right, atol=0.0501)
    framed = [len(ax.patches) for ax in plt.gcf().axes]
    assert framed == [1, 0, 1, 1, 0, 1]  # the first token's row, where tokens have rows
    plt.close("all")


@pytest.mark.parametrize(
    "shape, names", [((3, 4), ["a", "b"]), ((1, 3, 4), ["a"]), ((4,), ["a", "b", "c", "d"])]
)
def test_tables_that_do_not_fit_are_named(shape, names):
    with pytest.raises(ValueError, match=r"\(T, D_h\).*got \[\("):
        plots.attention_steps(*torch.zeros(3, *shape), names)


def test_each_head_has_its_own_columns_of_all_tokens():
    x = torch.arange(24.0).view(3, 8)
    whole, *heads = plots.split_heads(x, num_heads=4)
    assert_allclose(numbers(whole), x)
    for i, ax in enumerate(heads):
        assert_allclose(numbers(ax), x.view(3, 4, 2).transpose(0, 1)[i])
        assert ax.get_title() == f"head {i}"
        assert_allclose(ax.images[0].get_array(), whole.images[0].get_array()[:, 2 * i : 2 * i + 2])
    plt.close("all")
    for x, h in ((torch.zeros(3, 8), 3), (torch.zeros(8), 2), (torch.zeros(3, 8), 0)):
        with pytest.raises(ValueError, match=f"num_heads = {h}"):
            plots.split_heads(x, h)


@pytest.mark.parametrize("channels", [1, 3])
def test_an_images_way_is_the_models(channels):
    set_seed(1)
    model = VisionTransformer(ViTConfig((8, 12), 4, channels, 16, 2, 4, 32, num_classes=5)).eval()
    torch.nn.init.normal_(model.head.weight)
    image = torch.rand(1, channels, 8, 12) * 2 - 1
    axes = plots.model_journey(model, image)
    tokens = model.embeddings(image)[0].detach()
    assert_allclose(axes["tokens"].images[0].get_array(), tokens.T)
    assert_allclose(axes["output"].images[0].get_array(), model.encoder(tokens[None])[0].detach().T)
    bars = [bar.get_width() for bar in axes["logits"].patches]
    assert_allclose(bars, model(image)[0].detach(), rtol=1e-5)
    assert "(1, 5)" not in axes["logits"].get_title() and "(5,)" in axes["logits"].get_title()
    assert f"{(6, 16 * channels)}" in axes["patches"].get_title()
    plt.close("all")


def test_the_patches_stand_a_pixel_apart_and_the_gaps_are_clear():
    set_seed(1)
    model = VisionTransformer(ViTConfig((8, 12), 4, 3, 16, 1, 4, 32, num_classes=2)).eval()
    image = torch.rand(1, 3, 8, 12) * 2 - 1
    apart = np.asarray(plots.model_journey(model, image)["patches"].images[0].get_array())
    assert apart.shape == (9, 14, 4)
    assert not apart[4].any() and not apart[:, 4].any() and not apart[:, 9].any()
    together = np.delete(np.delete(apart, 4, axis=0), [4, 9], axis=1)
    assert_allclose(together[..., :3], ((image[0] + 1) / 2).permute(1, 2, 0), atol=1e-6)
    assert (together[..., 3] == 1).all()
    plt.close("all")


def test_a_model_without_a_class_token_and_two_images_are_refused():
    mean = VisionTransformer(ViTConfig(8, 4, 3, 16, 1, 4, 32, num_classes=2, pooling="mean"))
    with pytest.raises(ValueError, match="pooling='mean'"):
        plots.model_journey(mean, torch.zeros(1, 3, 8, 8))
    with pytest.raises(ValueError, match="got 2 images"):
        plots.model_journey(mean, torch.zeros(2, 3, 8, 8))
