"""Fashion-MNIST's bundled subset: the pixels that were drawn, balanced, beside the right labels."""

import hashlib
import lzma
from importlib.resources import files

import numpy as np
import pytest
import torch
from small_fashion_mnist import keys, pixels
from torchvision.datasets import FashionMNIST

from vit_tutorial.data import FASHION_CLASSES, FASHION_SPLITS, Splits, fashion_mnist
from vit_tutorial.data.fashion import DEBIAN

ASSET = files("vit_tutorial") / "assets" / "fashion_mnist"
SHA256 = "622ef1ee99f3490ce116d5db6add51194c402eeab3d41a3c70f74f1e08e80338"


@pytest.fixture(scope="module")
def subset() -> Splits:
    return fashion_mnist()


def test_bundled_file_has_the_pixels_that_its_readme_says():
    with lzma.open(ASSET / "images.npy.xz") as file:
        stored = np.load(file)
    assert stored.shape == (14_000, 28, 28) and stored.dtype == np.uint8
    assert hashlib.sha256(stored.tobytes()).hexdigest() == SHA256
    assert (ASSET / "images.npy.xz").stat().st_size < 6e6
    readme = (ASSET / "README.md").read_text("utf8")
    assert SHA256 in readme and all(f"{n:,}" in readme for n in FASHION_SPLITS.values())
    assert "Zalando SE" in (ASSET / "LICENSE").read_text("utf8")


def test_splits_are_the_stored_images_in_order(subset):
    with lzma.open(ASSET / "images.npy.xz") as file:
        stored = np.load(file)
    assert np.array_equal(np.concatenate([pixels(part.images) for part in subset]), stored)
    assert torch.equal(subset.val.images[:, 0], torch.from_numpy(stored[10_000:12_000]) / 127.5 - 1)
    assert {name: len(part) for name, part in subset._asdict().items()} == FASHION_SPLITS
    for part in subset:
        assert part.images.dtype == torch.float32 and part.images.shape[1:] == (1, 28, 28)
        assert part.images.min() == -1 and part.images.max() == 1


def test_subset_is_balanced_from_its_first_image_on(subset):
    for part, each in zip(subset, (1_000, 200, 200), strict=True):
        assert part.counts == dict.fromkeys(FASHION_CLASSES, each)
        assert part.take(50).counts == dict.fromkeys(FASHION_CLASSES, 5)


def test_class_names_are_torchvision_s(subset):
    assert list(FASHION_CLASSES) == FashionMNIST.classes
    assert subset.classes == FASHION_CLASSES


def test_no_image_is_in_two_splits(subset):
    everything = [key for part in subset for key in keys(part.images)]
    assert len(set(everything)) == len(everything) == 14_000


def test_labels_belong_to_the_images(subset):
    """The published mean and deviation are 0.2860 and 0.3530; the nearest class mean finds 68 % of labels."""
    levels = (subset.train.images + 1) / 2
    assert levels.mean().item() == pytest.approx(0.2860, abs=0.003)
    assert levels.std().item() == pytest.approx(0.3530, abs=0.003)
    means = torch.stack([subset.train.images[subset.train.labels == k].mean(0) for k in range(10)])
    for part in (subset.val, subset.test):
        nearest = torch.cdist(part.images.flatten(1), means.flatten(1)).argmin(1)
        assert (nearest == part.labels).float().mean() > 0.65


@pytest.mark.skipif(
    not DEBIAN.is_dir(),
    reason="needs Debian's package dataset-fashion-mnist; the script is tested on a small set",
)
def test_every_image_is_in_the_originals_with_its_label(subset, tmp_path):
    full = fashion_mnist(full=True, root=tmp_path)
    assert [len(part) for part in full] == [55_000, 5_000, 10_000]
    assert full.val.counts == dict.fromkeys(FASHION_CLASSES, 500)
    train, test = FashionMNIST(tmp_path), FashionMNIST(tmp_path, train=False)
    for original, parts in ((train, (subset.train, subset.val)), (test, (subset.test,))):
        images = [image.tobytes() for image in original.data.numpy()]
        labelled = set(zip(images, original.targets.tolist(), strict=True))
        for part in parts:
            assert labelled.issuperset(zip(keys(part.images), part.labels.tolist(), strict=True))
    both = torch.cat([full.train.images, full.val.images])
    assert sorted(keys(both)) == sorted(image.tobytes() for image in train.data.numpy())


def test_root_is_for_the_full_set():
    with pytest.raises(ValueError, match="root 'somewhere' is for the full set"):
        fashion_mnist(root="somewhere")
