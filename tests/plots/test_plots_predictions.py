"""What the figures of predictions hold, read back from the axes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from sklearn import metrics

from vit_tutorial import plots
from vit_tutorial.plots.style import DARK, LIGHT

IMAGE = torch.zeros(1, 2, 3)
CLASSES = ("cat", "dog", "a bird of paradise")


pytestmark = pytest.mark.usefixtures("book_style")


TRUE, PREDICTED = torch.tensor([0, 0, 0, 1, 1, 1, 1]), torch.tensor([0, 2, 2, 1, 1, 1, 0])


@pytest.mark.parametrize("given", [False, True])
def test_the_confusion_matrix_has_a_row_for_each_true_class(given):
    ax = plt.figure().gca() if given else None
    display = plots.confusion_matrix(TRUE, PREDICTED, CLASSES, ax=ax)
    by_hand = [[1, 0, 2], [1, 3, 0], [0, 0, 0]]  # no image is a bird
    assert display.confusion_matrix.tolist() == by_hand
    assert display.confusion_matrix.tolist() == metrics.confusion_matrix(TRUE, PREDICTED).tolist()
    cells = {text.get_position(): int(text.get_text()) for text in display.ax_.texts}  # (column, row)
    assert cells == {(column, row): by_hand[row][column] for row in range(3) for column in range(3)}
    assert (display.ax_.get_ylabel(), display.ax_.get_xlabel()) == ("true class", "predicted class")
    for labels in (display.ax_.get_xticklabels(), display.ax_.get_yticklabels()):
        assert [label.get_text() for label in labels] == ["cat", "dog", "a bird of par…"]
    assert {label.get_rotation() for label in display.ax_.get_xticklabels()} == {90}
    assert display.ax_ is ax if given else display.figure_.get_size_inches().tolist() == [4.8, 4.8]


def test_a_class_that_does_not_occur_keeps_its_row_and_column():
    display = plots.confusion_matrix([0, 2], [0, 2], CLASSES)
    assert display.confusion_matrix.tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 1]]


def test_numbers_are_light_in_dark_cells_and_dark_in_light_ones():
    colors = {
        text.get_text(): text.get_color()
        for text in plots.confusion_matrix(TRUE, PREDICTED, CLASSES).ax_.texts
    }
    assert colors == {"3": LIGHT, "2": DARK, "1": DARK, "0": DARK}


@pytest.mark.parametrize(
    ("labels", "predictions", "words"),
    [
        (TRUE, PREDICTED[:5], "equally many, got 7 and 5"),
        (TRUE, torch.tensor([3] * 7), "predictions holds 3, but there are 3 class names"),
        (TRUE - 1, PREDICTED, "labels holds -1"),
        (TRUE, torch.rand(7, 3), r"predictions must have shape \(N,\).*got \(7, 3\)"),
        (TRUE, torch.rand(7), "predictions must be whole numbers, got torch.float32.*argmax"),
        ([], [], r"labels must have shape \(N,\), at least one image, got \(0,\)"),
    ],
)
def test_bad_labels_are_named(labels, predictions, words):
    with pytest.raises(ValueError, match=words):
        plots.confusion_matrix(labels, predictions, CLASSES)


def test_the_likeliest_class_has_the_top_bar():
    image, classes = torch.rand(3, 4, 6) * 2 - 1, [f"class {i}" for i in range(7)]
    probabilities = torch.tensor([0.05, 0.3, 0.1, 0.3, 0.2, 0.04, 0.01])
    picture, bars = plots.top_classes(image, probabilities, classes)
    np.testing.assert_allclose(picture.images[0].get_array(), (image.permute(1, 2, 0) + 1) / 2, atol=1e-6)
    names = [label.get_text() for label in bars.get_yticklabels()]
    assert names == [f"class {i}" for i in (1, 3, 4, 2, 0)]  # equals in their order
    np.testing.assert_allclose([bar.get_width() for bar in bars.patches], [0.3, 0.3, 0.2, 0.1, 0.05])
    assert [text.get_text() for text in bars.texts] == ["0.300", "0.300", "0.200", "0.100", "0.050"]
    assert bars.yaxis_inverted()


def test_few_classes_are_all_shown_and_axes_may_be_given():
    figure, given = plt.subplots(2, 1)
    axes = plots.top_classes(IMAGE, torch.tensor([0.5, 0.25, 0.25]), CLASSES, axes=given)
    assert list(axes) == list(given) and plt.get_fignums() == [figure.number]
    assert [label.get_text() for label in axes[1].get_yticklabels()] == ["cat", "dog", "a bird of par…"]
    _, bars = plots.top_classes(IMAGE, torch.tensor([0.5, 0.25, 0.25]), CLASSES, k=1)
    assert len(bars.patches) == 1


@pytest.mark.parametrize(
    ("image", "probabilities", "k", "words"),
    [
        (IMAGE, [0.5, 0.5, 0.0], 4, "k must be at most K = 3 classes, got 4"),
        (IMAGE, [0.5, 0.5, 0.0], 0, "k must be at least 1, got 0"),
        (IMAGE, [0.5, 0.5], None, "classes must be 2 names.*got 3"),
        (IMAGE, [0.5, 0.2, 0.1], None, "sum to 1, got a sum of 0.8 .*softmax"),
        (IMAGE, [1.5, -0.5, 0.0], None, "smallest value of -0.5"),
        (IMAGE, [[0.5, 0.5, 0.0]], None, r"probabilities must have shape \(K,\), got \(1, 3\)"),
        (IMAGE[None], [0.5, 0.5, 0.0], None, r"shape \(1 or 3, H, W\), got \(1, 1, 2, 3\)"),
    ],
)
def test_bad_probabilities_are_named(image, probabilities, k, words):
    with pytest.raises(ValueError, match=words):
        plots.top_classes(image, torch.tensor(probabilities), CLASSES, k=k)
    assert plt.get_fignums() == []  # no empty figure is left behind
