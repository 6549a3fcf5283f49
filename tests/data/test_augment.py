"""Random changes of training images: what they do, and that nothing else is touched."""

import pytest
import torch
from torch.utils.data import DataLoader

from vit_tutorial import ViTConfig, data, set_seed
from vit_tutorial.cli.settings import Images
from vit_tutorial.data import ImageSet, Splits


def frame(height: int = 5, width: int = 7) -> torch.Tensor:
    """Black, with one white pixel in the middle."""
    image = torch.full((1, height, width), -1.0)
    image[0, height // 2, width // 2] = 1.0
    return image


def places(transform, times: int = 400) -> set[tuple[int, int]]:
    """Where the white pixel goes."""
    set_seed(0)
    return {tuple(divmod(transform(frame()).argmax().item(), 7)) for _ in range(times)}


def test_shift_reaches_every_place_up_to_its_limit_and_no_other():
    found = places(data.augmentation((5, 7), shift=1))
    assert found == {(2 + down, 3 + right) for down in (-1, 0, 1) for right in (-1, 0, 1)}


def test_shift_keeps_size_and_values_and_repeats_the_edge():
    set_seed(1)
    image = torch.rand(3, 5, 7) * 2 - 1
    for _ in range(20):
        moved = data.augmentation((5, 7), shift=2)(image)
        assert moved.shape == image.shape and moved.dtype == image.dtype
        assert set(moved.flatten().tolist()) <= set(image.flatten().tolist())
    bright = torch.ones(1, 5, 7)
    assert torch.equal(data.augmentation((5, 7), shift=2)(bright), bright)  # nothing black comes in


def test_flip_mirrors_every_other_image_from_left_to_right():
    image = torch.arange(6.0).view(1, 2, 3)
    flip, mirrored = data.augmentation((2, 3), flip=True), image.flip(-1)
    set_seed(0)
    results = [flip(image) for _ in range(400)]
    number = sum(torch.equal(result, mirrored) for result in results)
    assert 150 < number < 250
    assert all(torch.equal(r, image) or torch.equal(r, mirrored) for r in results)


def test_rotate_turns_both_ways_within_its_limit_over_black():
    bar = torch.full((1, 29, 29), -1.0)
    bar[0, 14, 4:25] = 1.0  # a horizontal line through the centre
    set_seed(0)
    rises = []
    for _ in range(60):
        turned = data.augmentation(29, rotate=10.0)(bar)
        left, right = turned[0, :, 6].argmax().item(), turned[0, :, 22].argmax().item()
        rises.append(left - right)
    limit = 16 * torch.tan(torch.deg2rad(torch.tensor(10.0))).item()  # 2.8 pixels
    assert max(map(abs, rises)) <= limit + 1 and min(rises) < 0 < max(rises)
    corner = data.augmentation(29, rotate=180.0)(torch.ones(1, 29, 29))[0, 0, 0]
    assert corner in (-1.0, 1.0)


def test_without_a_change_an_image_stays_as_it_is():
    image = torch.rand(1, 28, 28)
    assert torch.equal(data.augmentation(28)(image), image)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"shift": -1}, ValueError, "shift must be at least 0, got -1. Use 0"),
        ({"shift": 28}, ValueError, "smaller than the image's shorter side, 28 pixels, got 28"),
        ({"shift": 1.5}, TypeError, "shift must be a whole number"),
        ({"rotate": -5}, ValueError, "between 0 and 180 degrees, got -5"),
        ({"rotate": float("nan")}, ValueError, "got nan"),
        ({"rotate": "10"}, TypeError, "number of degrees, got '10'"),
        ({"flip": 1}, TypeError, "True or False, got 1"),
    ],
)
def test_bad_values_are_refused(changes, error, words):
    with pytest.raises(error, match=words):
        data.augmentation(28, **changes)


def plus(number: float):
    return lambda image: image + number


def splits() -> Splits:
    return Splits(*(ImageSet(torch.zeros(6, 1, 2, 2), torch.arange(6) % 3, "abc") for _ in range(3)))


def test_only_training_images_are_changed():
    changed = splits().augmented(plus(1.0))
    train, val, test = (next(iter(loader))[0] for loader in changed.loaders(6))
    assert (train == 1).all() and (val == 0).all() and (test == 0).all()
    assert (changed.train[2][0] == 1).all() and changed.train[2][1] == 2
    assert (changed.train.images == 0).all()  # the pixels themselves stay
    assert (changed.train.take(3)[0][0] == 1).all()


def test_a_second_transform_comes_after_the_first():
    original = splits()
    double = original.augmented(plus(1.0)).augmented(lambda image: image * 3)
    assert (double.train[0][0] == 3).all() and (original.train[0][0] == 0).all()


def test_each_image_of_a_batch_has_its_own_change():
    images = ImageSet(frame()[None].repeat(64, 1, 1, 1), torch.zeros(64, dtype=torch.long), "a")
    moved = Splits(images, images, images).augmented(data.augmentation((5, 7), shift=2)).train
    set_seed(0)
    batch, _ = next(iter(DataLoader(moved, batch_size=64)))
    assert len({image.argmax().item() for image in batch}) > 10


def test_without_a_transform_images_come_as_they_lie():
    assert splits().augmented(None).train.transform is None
    assert (splits().augmented(plus(1.0)).augmented(None).train[0][0] == 1).all()


@pytest.mark.parametrize("name", ["fashion-mnist", "digits"])
def test_a_run_that_asks_for_no_change_pays_for_none(name):
    config = ViTConfig(28, 7, in_channels=1, num_classes=10)
    assert Images(name).load(config).train.dataset.transform is None
