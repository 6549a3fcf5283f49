"""scikit-learn's digits as images: the right pixels beside the right labels, split alike for everybody."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from vit_tutorial.data import ImageSet, digits


def levels(images: torch.Tensor) -> np.ndarray:
    """(N, 1, 8, 8) of -1 to 1 as (N, 64) of 0 to 16."""
    return ((images + 1) * 8).flatten(1).numpy()


def test_splits_are_all_digits_once_with_their_labels():
    splits, original = digits(8), load_digits()
    assert [len(part) for part in splits] == [800, 200, 797]
    ours = np.concatenate([np.c_[levels(part.images), part.labels] for part in splits])
    theirs = np.c_[original.data, original.target]
    assert sorted(map(tuple, ours)) == sorted(map(tuple, theirs))
    assert len({row.tobytes() for row in original.data}) == 1797  # so that no digit is in two splits


def test_training_and_validation_take_turns():
    splits = digits()
    assert splits.classes == tuple("0123456789")
    assert splits.train.counts == dict.fromkeys("0123456789", 80)
    assert splits.val.counts == dict.fromkeys("0123456789", 20)
    assert set(splits.test.counts.values()) <= set(range(74, 84))
    assert splits.train.take(750).counts == dict.fromkeys("0123456789", 75)


def test_test_digits_are_in_the_original_order():
    test, data = digits(8).test, load_digits().data
    rows = {row.tobytes(): i for i, row in enumerate(data)}
    order = [rows[row.astype(float).tobytes()] for row in levels(test.images)]
    assert order == sorted(order)


def test_the_same_split_for_everybody():
    torch.manual_seed(1)
    np.random.seed(1)
    first = digits()
    torch.manual_seed(2)
    np.random.seed(2)
    for a, b in zip(first, digits(), strict=True):
        assert torch.equal(a.images, b.images) and torch.equal(a.labels, b.labels)


@pytest.mark.parametrize(("size", "shape"), [(28, (28, 28)), (8, (8, 8)), ((12, 20), (12, 20)), (4, (4, 4))])
def test_enlarged_as_pillow_does(size, shape):
    part = digits(size).val
    small = digits(8).val
    assert isinstance(part, ImageSet) and part.images.shape == (200, 1, *shape)
    assert part.images.dtype == torch.float32
    assert part.images.min() >= -1 and part.images.max() <= 1
    for i in range(5):
        pixels = Image.fromarray(small.images[i, 0].numpy())
        pixels = pixels.resize(shape[::-1], Image.Resampling.BILINEAR)
        assert np.allclose(np.array(pixels), part.images[i, 0].numpy(), atol=1e-5)


def test_a_classifier_learns_them():
    splits = digits(8)
    model = LogisticRegression(max_iter=1000).fit(levels(splits.train.images), splits.train.labels)
    assert model.score(levels(splits.test.images), splits.test.labels) > 0.92


@pytest.mark.parametrize(
    ("size", "error"), [(0, ValueError), ((8, 0), ValueError), ("8", TypeError), (2.5, TypeError)]
)
def test_other_sizes_are_refused(size, error):
    with pytest.raises(error, match="image_size"):
        digits(size)


def test_scikit_learn_is_imported_when_it_is_needed():
    code = "import sys, vit_tutorial.data; sys.exit('sklearn' in sys.modules or 'torchvision' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
