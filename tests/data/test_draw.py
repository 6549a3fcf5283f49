"""A few labelled images of every class, drawn at random: `ImageSet.draw`."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from reference import assert_error_names

from vit_tutorial import data
from vit_tutorial.data import ImageSet

CLASSES = ("猫", "dog", "Fuß")
SIZES = (9, 5, 14)


def shuffled(transform=None) -> ImageSet:
    """Unevenly many images of each class in no order; all pixels of image i are i / 100."""
    labels = np.random.default_rng(3).permutation(np.repeat(np.arange(3), SIZES))
    values = torch.arange(len(labels)) / 100
    images = values.view(-1, 1, 1, 1).expand(-1, 1, 2, 3).clone()
    return ImageSet(images, torch.from_numpy(labels), CLASSES, transform)


def numbers(images: ImageSet) -> list[int]:
    """Which images of `shuffled` these are."""
    return (images.images[:, 0, 0, 0] * 100).round().int().tolist()


@pytest.mark.parametrize("each", [1, 2, 5, np.int64(3)])
@pytest.mark.parametrize("seed", range(5))
def test_as_many_of_each_class_taking_turns_none_twice(each, seed):
    whole = shuffled()
    drawn = whole.draw(each, seed)
    assert drawn.labels.tolist() == [0, 1, 2] * int(each)
    assert drawn.counts == dict.fromkeys(CLASSES, each) and drawn.classes == CLASSES
    found = numbers(drawn)
    assert len(set(found)) == len(found) == 3 * each
    assert whole.labels[found].tolist() == drawn.labels.tolist()  # each image has its own label still
    assert torch.equal(whole.images[found], drawn.images)


def test_the_seed_decides():
    whole = shuffled()
    assert numbers(whole.draw(3)) == numbers(whole.draw(3, seed=0)) == numbers(shuffled().draw(3))
    assert len({tuple(numbers(whole.draw(3, seed))) for seed in range(20)}) > 15
    state = torch.get_rng_state(), np.random.get_state()[1]
    whole.draw(3, seed=1)
    assert torch.equal(torch.get_rng_state(), state[0])
    assert np.array_equal(np.random.get_state()[1], state[1])


def test_every_image_may_be_drawn():
    found = {number for seed in range(60) for number in numbers(shuffled().draw(2, seed))}
    assert found == set(range(sum(SIZES)))


def test_the_whole_smallest_class():
    drawn = shuffled().draw(min(SIZES))
    whole = shuffled()
    dogs = torch.flatten((whole.labels == 1).nonzero()).tolist()
    assert sorted(numbers(drawn)[1::3]) == dogs


def test_the_transform_stays_and_the_images_are_copies():
    whole = shuffled(transform=torch.neg)
    before = whole.images.clone()
    drawn = whole.draw(2)
    assert drawn.transform is torch.neg
    assert torch.equal(drawn[0][0], -drawn.images[0])
    drawn.images.fill_(7)
    assert torch.equal(whole.images, before)


def test_a_drawn_set_can_be_drawn_from_and_taken_from():
    drawn = shuffled().draw(4, seed=2)
    assert set(numbers(drawn.draw(2))) <= set(numbers(drawn))
    assert drawn.take(3).counts == dict.fromkeys(CLASSES, 1)


def test_the_splits_take_a_drawn_set():
    splits = data.Splits(shuffled(), shuffled(), shuffled())._replace(train=shuffled().draw(2))
    loaders = splits.loaders(batch_size=4)
    assert loaders.counts["train"] == dict.fromkeys(CLASSES, 2)
    assert sum(len(labels) for _, labels in loaders.train) == 6


REFUSED = [
    ((6,), ValueError, ["each must be at most 5", "'dog'", "6"]),
    ((0,), ValueError, ["each must be at least 1", "0"]),
    ((-1,), ValueError, ["-1"]),
    ((1.5,), TypeError, ["each", "1.5"]),
    ((True,), TypeError, ["each", "True"]),
    ((1, -1), ValueError, ["seed", "-1"]),
    ((1, 2**32), ValueError, ["seed", str(2**32)]),
    ((1, None), TypeError, ["seed", "None"]),
]


@pytest.mark.parametrize(("arguments", "error", "words"), REFUSED)
def test_what_cannot_be_drawn_is_named(arguments, error, words):
    assert_error_names(lambda: shuffled().draw(*arguments), error, words)


@pytest.mark.parametrize("labels", [[0, 0, 2], [0, 1, 1]])
def test_a_class_without_images_is_named(labels):
    images = ImageSet(torch.zeros(3, 1, 2, 3), torch.tensor(labels), CLASSES)
    empty = CLASSES[({0, 1, 2} - set(labels)).pop()]
    assert_error_names(lambda: images.draw(1), ValueError, [repr(empty), "0", "1"])
