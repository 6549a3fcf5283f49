"""The photo of chapter 1; sets of images in memory, their splits and loaders."""

import pickle

import numpy as np
import pytest
import torch
from matplotlib import cbook
from PIL import Image
from torch.utils.data import DataLoader, TensorDataset

from vit_tutorial import data
from vit_tutorial.data import ImageSet, Loaders, Splits
from vit_tutorial.data.sets import take_turns


def numbered(n: int = 12, classes: tuple[str, ...] = ("a", "b", "c")) -> ImageSet:
    """Images of one channel; all pixels of image i are i / 100, and its class is i % 3."""
    values = torch.arange(n) / 100
    return ImageSet(values.view(n, 1, 1, 1).expand(n, 1, 2, 3).clone(), torch.arange(n) % 3, classes)


def test_whole_photo_is_the_file_itself():
    with cbook.get_sample_data("grace_hopper.jpg") as file:
        pixels = np.array(Image.open(file))
    photo = data.sample_photo(size=None)
    assert photo.shape == (3, 600, 512) and photo.dtype == torch.float32
    assert np.array_equal((photo * 255).round().byte().permute(1, 2, 0).numpy(), pixels)


def test_square_photo_is_the_upper_square_undistorted():
    small, upper = data.sample_photo(64), data.sample_photo(size=None)[:, :512]
    assert small.shape == (3, 64, 64)
    assert small.min() >= 0 and small.max() <= 1
    means = torch.nn.functional.avg_pool2d(upper, 8)  # 512 / 64
    assert (small - means).abs().mean() < 0.02


def test_an_item_is_an_image_and_its_label():
    image, label = numbered()[7]
    assert image.shape == (1, 2, 3) and (image == 0.07).all()
    assert label == 1 and type(label) is int
    assert numbered()[-1][1] == 11 % 3 and numbered()[torch.tensor(5)][1] == 2
    with pytest.raises(IndexError):
        numbered()[12]


def test_counts_and_repr():
    images = ImageSet(torch.zeros(4, 1, 2, 3), [0, 2, 2, 0], ["a", "b", "c"])
    assert images.counts == {"a": 2, "b": 0, "c": 2} and len(images) == 4
    assert images.classes == ("a", "b", "c") and images.labels.dtype == torch.int64
    assert images.take(1).counts == {"a": 1, "b": 0, "c": 0}
    assert repr(images) == "ImageSet(4 images of 1×2×3, 3 classes)"


def test_take_is_the_first_images():
    few = numbered().take(6)
    assert torch.equal(few.images, numbered().images[:6]) and few.labels.tolist() == [0, 1, 2, 0, 1, 2]
    assert few.counts == {"a": 2, "b": 2, "c": 2} and few.classes == ("a", "b", "c")
    assert len(numbered().take(12)) == 12


@pytest.mark.parametrize(("n", "error", "words"), [(0, ValueError, "at least 1, got 0"), (-1, ValueError, "-1"),
                                                   (13, ValueError, "at most 12"), (1.5, TypeError, "1.5")])  # fmt: skip
def test_take_refuses_other_numbers(n, error, words):
    with pytest.raises(error, match=words):
        numbered().take(n)


@pytest.mark.parametrize(
    ("images", "labels", "error", "words"),
    [
        (torch.zeros(3, 2, 2), [0, 1, 0], ValueError, r"\(B, C, H, W\), got \(3, 2, 2\)"),
        (np.zeros((3, 1, 2, 2)), [0, 1, 0], TypeError, "ndarray"),
        (torch.zeros(3, 1, 2, 2, dtype=torch.uint8), [0, 1, 0], ValueError, "127.5"),
        (torch.zeros(3, 1, 2, 2), [0, 1], ValueError, r"\(3,\), one for each image, got \(2,\)"),
        (torch.zeros(3, 1, 2, 2), [[0], [1], [0]], ValueError, r"\(3, 1\)"),
        (torch.zeros(3, 1, 2, 2), [0, 2, 1], ValueError, "label 2 names none of the 2 classes"),
        (torch.zeros(3, 1, 2, 2), [0, -1, 1], ValueError, "label -1"),
        (torch.zeros(3, 1, 2, 2), [0.0, 0.5, 1.0], ValueError, "whole numbers"),
    ],
)
def test_refuses_images_and_labels_that_do_not_fit(images, labels, error, words):
    with pytest.raises(error, match=words):
        ImageSet(images, labels, ["a", "b"])


@pytest.mark.parametrize("workers", [0, 2])
def test_loaders_hand_out_every_image_once(workers):
    loaders = Splits(numbered(), numbered(9), numbered(6)).loaders(batch_size=5, num_workers=workers)
    for loader, n in zip(loaders, (12, 9, 6), strict=True):
        batches = list(loader)
        images, labels = (torch.cat(parts) for parts in zip(*batches, strict=True))
        assert [len(batch[1]) for batch in batches] == [5] * (n // 5) + [n % 5]
        order = (images[:, 0, 0, 0] * 100).round().long()
        assert order.sort().values.tolist() == list(range(n))
        assert torch.equal(labels, order % 3) and labels.dtype == torch.int64
        assert images.shape == (n, 1, 2, 3) and images.dtype == torch.float32
        if loader is not loaders.train:
            assert order.tolist() == list(range(n))


def test_training_images_are_shuffled_anew_by_torch_s_seed():
    loader = Splits(numbered(), numbered(), numbered()).loaders(batch_size=12).train

    def order() -> list[float]:
        return next(iter(loader))[0][:, 0, 0, 0].tolist()

    torch.manual_seed(0)
    first, second = order(), order()
    torch.manual_seed(0)
    assert order() == first != second


def test_a_batch_is_what_torch_makes_of_single_items():
    class OneByOne(ImageSet):
        __getitems__ = None

    ours = numbered()
    singly = OneByOne(ours.images, ours.labels, ours.classes)
    batches = [next(iter(DataLoader(images, batch_size=7))) for images in (ours, singly)]
    plain = next(iter(DataLoader(TensorDataset(ours.images, ours.labels), batch_size=7)))
    for images, labels in batches:
        assert torch.equal(images, plain[0]) and torch.equal(labels, plain[1])


def test_classes_and_counts_of_splits_and_loaders():
    splits = Splits(numbered(), numbered(3), numbered(4))
    assert splits.classes == splits.loaders().classes == ("a", "b", "c")
    assert splits.loaders().counts == {
        "train": {"a": 4, "b": 4, "c": 4},
        "val": {"a": 1, "b": 1, "c": 1},
        "test": {"a": 2, "b": 1, "c": 1},
    }
    assert Splits._fields == Loaders._fields == ("train", "val", "test")
    assert splits.loaders().train.batch_size == 64


@pytest.mark.parametrize(("size", "error"), [(0, ValueError), (2.0, TypeError), (None, TypeError)])
def test_loaders_refuse_another_batch_size(size, error):
    with pytest.raises(error, match="batch_size"):
        Splits(numbered(), numbered(), numbered()).loaders(batch_size=size)


def test_a_set_can_be_pickled():
    again = pickle.loads(pickle.dumps(numbered()))
    assert torch.equal(again.images, numbered().images) and again.counts == numbered().counts


def test_classes_take_turns_and_no_index_comes_twice():
    labels = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2, 2])
    turns = take_turns(labels, 3, np.random.default_rng(0))
    assert labels[turns].tolist() == [0, 1, 2] * 3 and len(set(turns.tolist())) == 9
    assert turns.tolist() != take_turns(labels, 3, np.random.default_rng(1)).tolist()
    with pytest.raises(ValueError, match="larger sample"):
        take_turns(labels, 4, np.random.default_rng(0))
