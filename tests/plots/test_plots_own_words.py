"""People's own words in figures: dollars, Chinese, both."""

import warnings

import matplotlib.pyplot as plt
import pytest
import torch

from vit_tutorial.plots import confusion_matrix, image_grid, top_classes
from vit_tutorial.plots.style import as_written

NAMES = ["$5 or $6", "a_b^c $", "猫咪"]


@pytest.mark.parametrize("draw", ["image_grid", "confusion_matrix", "top_classes"])
def test_names_are_drawn_as_they_are_written(draw):
    images = torch.zeros(3, 1, 8, 8)
    if draw == "image_grid":
        image_grid(images, NAMES)
    elif draw == "confusion_matrix":
        confusion_matrix(torch.arange(3), torch.arange(3), NAMES)
    else:
        top_classes(images[0], torch.tensor([0.5, 0.3, 0.2]), NAMES)
    figure = plt.gcf()
    with warnings.catch_warnings():
        if len(as_written("猫")["family"]) > 1:  # a font that has it is installed
            warnings.simplefilter("error")
        figure.canvas.draw()  # "$5 or $6" as a formula would raise or lose its spaces
    texts = {
        text.get_text(): text.get_parse_math()
        for text in figure.findobj(plt.Text)
        if text.get_text() in NAMES
    }
    assert texts == dict.fromkeys(NAMES, False)
    plt.close(figure)
