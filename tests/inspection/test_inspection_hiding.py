"""Hidden patches, occlusion and deletion curves: by hand, by a model that looks at one patch, and against captum."""

import pytest
import torch
from captum.attr import Occlusion
from reference import randomise
from torch import nn

from vit_tutorial import VisionTransformer, ViTConfig
from vit_tutorial.inspection import deletion_curve, hide_patches, occlusion

CONFIG = ViTConfig((4, 6), 2, in_channels=2, embed_dim=8, depth=1, num_heads=2, mlp_dim=8, num_classes=3)


class LooksAtOnePatch(nn.Module):
    """Says class 1 where the patch in the given rows and columns is bright, else class 0."""

    def __init__(self, rows, columns):
        super().__init__()
        self.config, self.place = CONFIG, (slice(None), slice(None), rows, columns)

    def forward(self, images):
        mean = images[self.place].mean(dim=(1, 2, 3))
        return torch.stack([torch.zeros_like(mean), mean, torch.full_like(mean, -9)], dim=1)


IMAGES = torch.ones(2, 2, 4, 6)
LAST_OF_FIRST_ROW = LooksAtOnePatch(slice(0, 2), slice(4, 6))  # patch 2 of 6


def test_hidden_patches_by_hand():
    images = torch.arange(24.0).reshape(1, 1, 4, 6)
    hidden = torch.tensor([[False, False, True, True, False, False]])  # the last of row 0, the first of row 1
    expected = images.clone()
    expected[..., 0:2, 4:6] = -1
    expected[..., 2:4, 0:2] = -1
    assert torch.equal(hide_patches(images, hidden, 2), expected)
    by_another = hide_patches(images, hidden, 2, images.flip(-1))
    expected[..., 0:2, 4:6] = images.flip(-1)[..., 0:2, 4:6]
    expected[..., 2:4, 0:2] = images.flip(-1)[..., 2:4, 0:2]
    assert torch.equal(by_another, expected)
    assert torch.equal(hide_patches(images, ~hidden, 2, images), images)


@pytest.mark.parametrize("hidden", [torch.zeros(1, 5, dtype=torch.bool), torch.zeros(1, 6)])
def test_what_is_hidden_must_fit(hidden):
    with pytest.raises(ValueError, match=r"hidden must be boolean, of shape \(1, 6\)"):
        hide_patches(torch.zeros(1, 1, 4, 6), hidden, 2)


def test_occlusion_finds_the_only_patch_that_is_looked_at():
    falls = occlusion(LAST_OF_FIRST_ROW, IMAGES)
    assert (falls[:, [0, 1, 3, 4, 5]] == 0).all()
    before, after = (LAST_OF_FIRST_ROW(x).softmax(-1)[:, 1] for x in (IMAGES, -IMAGES))
    torch.testing.assert_close(falls[:, 2], before - after)


def test_occlusion_equals_captums():
    model = randomise(VisionTransformer(CONFIG).double()).eval()
    images = torch.randn(3, 2, 4, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([2, 0, 1])
    theirs = Occlusion(lambda x: model(x).softmax(-1)).attribute(
        images, sliding_window_shapes=(2, 2, 2), strides=(2, 2, 2), baselines=0.5, target=targets
    )
    torch.testing.assert_close(
        occlusion(model, images, 0.5, targets),
        theirs[:, 0, ::2, ::2].flatten(1),
        atol=1e-6,
        rtol=0,
        check_dtype=False,
    )


def test_curves_by_hand():
    scores = torch.tensor([[0.0, 0.0, 9.0, 0.0, 0.0, 0.0], [0.9, 0.8, 0.1, 0.7, 0.1, 0.0]])
    deletion = deletion_curve(LAST_OF_FIRST_ROW, IMAGES, scores, (0, 1, 3, 4, 6))
    # the first image's patch goes first; the second's goes fourth: of two that are worth 0.1, the earlier one
    assert deletion.tolist() == [[True, True], [False, True], [False, True], [False, False], [False, False]]
    insertion = deletion_curve(LAST_OF_FIRST_ROW, IMAGES, scores, range(7), insertion=True)
    assert insertion.T.tolist() == [[False] + [True] * 6, [False] * 4 + [True] * 3]


def test_the_answer_is_compared_with_the_models_own():
    assert deletion_curve(LAST_OF_FIRST_ROW, -IMAGES, torch.zeros(2, 6), (0, 6), fill=-1.0).all()


def test_counts_and_scores_must_fit():
    with pytest.raises(ValueError, match=r"scores must have shape \(2, 6\).*got \(2, 5\)"):
        deletion_curve(LAST_OF_FIRST_ROW, IMAGES, torch.zeros(2, 5), (1,))
    with pytest.raises(ValueError, match="a count must be at most 6, all patches there are, got 7"):
        deletion_curve(LAST_OF_FIRST_ROW, IMAGES, torch.zeros(2, 6), (7,))
    with pytest.raises(ValueError, match="a count must be at least 0, got -1"):
        deletion_curve(LAST_OF_FIRST_ROW, IMAGES, torch.zeros(2, 6), (-1,))
