"""What the figures of images and of the surest mistakes hold, read back from the axes."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from vit_tutorial import evaluate, plots
from vit_tutorial.data import ImageSet
from vit_tutorial.training import Evaluation

CLASSES = ("cat", "dog", "a bird of paradise")


pytestmark = pytest.mark.usefixtures("book_style")


def evaluation(probabilities, labels) -> Evaluation:
    logits, labels = torch.tensor(probabilities).log(), torch.tensor(labels)
    return Evaluation(0.0, 0.0, logits, labels)


def shades(n: int) -> torch.Tensor:
    """Images of shape (n, 1, 2, 3), each of one grey, from -1 to 1."""
    return torch.linspace(-1, 1, n).reshape(n, 1, 1, 1).expand(n, 1, 2, 3)


def drawn(ax) -> np.ndarray:
    [image] = ax.images
    assert image.get_clim() == (0, 1)
    return np.asarray(image.get_array())


# images: 0 right; 1, 2 and 4 equally sure of a wrong class; 3 surer; 5 wrong without being sure
SURE = evaluation(
    [[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.2, 0.8, 0.0], [0.0, 0.1, 0.9], [0.8, 0.2, 0.0], [0.3, 0.4, 0.3]],
    [0, 0, 2, 1, 1, 0],
)


@pytest.mark.parametrize(
    ("count", "expected"), [(1, [3]), (3, [3, 1, 2]), (5, [3, 1, 2, 4, 5]), (8, [3, 1, 2, 4, 5])]
)
def test_the_surest_mistakes_come_first_and_equals_in_their_order(count, expected):
    chosen = plots.most_confident_mistakes(SURE, count)
    assert chosen.dtype == torch.int64 and chosen.tolist() == expected


def test_without_mistakes_there_are_none():
    right = evaluation([[0.9, 0.1], [0.2, 0.8]], [0, 1])
    assert plots.most_confident_mistakes(right).shape == (0,)
    [ax] = plots.confident_mistakes(shades(2), right, CLASSES[:2])
    assert [text.get_text() for text in ax.texts] == ["No mistakes: all 2 predictions are right."]
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        plots.most_confident_mistakes(right, 0)


def test_mistakes_are_drawn_with_true_class_predicted_class_and_probability():
    axes = plots.confident_mistakes(shades(6), SURE, CLASSES, count=3, columns=2)
    assert [ax.get_title() for ax in axes] == [
        "dog\n→ a bird of par…\np = 0.900",
        "cat\n→ dog\np = 0.800",
        "a bird of par…\n→ dog\np = 0.800",
    ]
    for ax, i in zip(axes, (3, 1, 2), strict=True):
        np.testing.assert_allclose(drawn(ax), i / 5, atol=1e-6)  # -1 is black, 1 is white
    assert [ax.get_subplotspec().num1 for ax in axes] == [0, 1, 2]
    assert len(axes[0].figure.axes) == 4 and not axes[0].figure.axes[3].axison


def test_mistakes_of_what_evaluate_returns_are_read_from_the_dataset():
    model = nn.Sequential(nn.Flatten(), nn.Linear(6, 3))
    dataset = ImageSet(shades(9), torch.arange(9) % 3, CLASSES)
    result = evaluate(model, DataLoader(dataset, 4))
    chosen = plots.most_confident_mistakes(result, 3)
    axes = plots.confident_mistakes(dataset, result, CLASSES, count=3)
    for ax, i in zip(axes, chosen.tolist(), strict=True):
        np.testing.assert_allclose(drawn(ax), (dataset[i][0][0] + 1) / 2, atol=1e-6)
        assert ax.get_title().startswith(plots.confusion_matrix([0], [0], CLASSES).display_labels[i % 3])


def test_a_shuffled_loader_is_noticed():
    dataset = ImageSet(shades(6), [0, 0, 2, 2, 1, 0], CLASSES)  # image 3 has another label than in SURE
    with pytest.raises(ValueError, match=r"image 3 has label 2, but label 1 in the evaluation.*not shuffle"):
        plots.confident_mistakes(dataset, SURE, CLASSES)


@pytest.mark.parametrize(
    ("images", "classes", "words"),
    [
        (shades(5), CLASSES, "images are 5, but the evaluation is of 6"),
        (shades(6), CLASSES[:2], "classes must be 3 names.*got 2"),
        ((shades(6) + 1) * 127.5, CLASSES, r"from -1 to 1, got torch.float32 from 153 to 153.*/ 127.5 - 1"),
        (((shades(6) + 1) * 127.5).byte(), CLASSES, "floating-point values from -1 to 1, got torch.uint8"),
        (shades(6).expand(6, 2, 2, 3), CLASSES, r"shape \(1 or 3, H, W\), got \(2, 2, 3\)"),
    ],
)
def test_mistakes_that_do_not_fit_are_named(images, classes, words):
    with pytest.raises(ValueError, match=words):
        plots.confident_mistakes(images, SURE, classes)


def test_a_grid_is_filled_row_by_row():
    colours = torch.rand(5, 3, 4, 6) * 2 - 1
    axes = plots.image_grid(colours, ["a", "b", "c", "d", "e"], columns=3)
    assert [ax.get_title() for ax in axes] == ["a", "b", "c", "d", "e"]
    assert [(ax.get_subplotspec().rowspan.start, ax.get_subplotspec().colspan.start) for ax in axes] == [
        (0, 0), (0, 1), (0, 2), (1, 0), (1, 1),
    ]  # fmt: skip
    for ax, image in zip(axes, colours, strict=True):
        np.testing.assert_allclose(drawn(ax), (image.permute(1, 2, 0) + 1) / 2, atol=1e-6)
    assert axes[0].figure.get_size_inches()[0] == 4.8
    assert [ax.get_title() for ax in plots.image_grid(colours[:2])] == ["", ""]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((shades(3), ["a", "b"]), ValueError, "labels must be 3, one for each image, got 2"),
        ((shades(3), None, 0), ValueError, "columns must be at least 1, got 0"),
        ((shades(3)[:0],), ValueError, "there is no image"),
        ((shades(3)[0],), ValueError, r"shape \(B, C, H, W\), got \(1, 2, 3\)"),
        (([1, 2],), TypeError, "must be a torch.Tensor"),
        ((shades(2) * torch.nan,), ValueError, "from -1 to 1, got .* nan to nan"),
    ],
)
def test_a_grid_that_can_not_be_drawn_is_named(arguments, error, words):
    with pytest.raises(error, match=words):
        plots.image_grid(*arguments)
