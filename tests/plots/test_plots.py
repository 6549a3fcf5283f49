"""What the figures hold, read back from the axes."""

import re

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from vit_tutorial import plots


@pytest.fixture(autouse=True)
def fresh_figure():
    with matplotlib.rc_context():
        yield plt.figure()
    plt.close("all")


def drawn(ax) -> np.ndarray:
    [image] = ax.images
    return np.asarray(image.get_array())


def test_image_is_drawn_as_height_width_channels():
    image = torch.rand(3, 5, 7)
    np.testing.assert_allclose(drawn(plots.show_image(image)), image.permute(1, 2, 0).numpy())


def test_grey_image_is_drawn_from_black_to_white():
    ax = plots.show_image(torch.full((4, 6), 0.5))
    assert ax.images[0].get_clim() == (0, 1)
    assert drawn(ax).shape == (4, 6)


def test_values_outside_the_range_are_cut_off():
    assert drawn(plots.show_image(torch.tensor([[[-1.0]], [[0.5]], [[2.0]]]))).tolist() == [[[0, 0.5, 1]]]


def test_patches_stand_in_their_places_with_the_ground_between_them():
    patches = torch.arange(6.0).reshape(6, 1, 1, 1).expand(6, 3, 8, 8) / 10
    picture = drawn(plots.show_patches(patches, columns=3))
    assert picture.shape == (2 * 9 - 1, 3 * 9 - 1, 4)  # with opacity
    for i in range(6):
        row, column = divmod(i, 3)
        patch = picture[row * 9 : row * 9 + 8, column * 9 : column * 9 + 8]
        np.testing.assert_allclose(patch[..., :3], i / 10)
        assert (patch[..., 3] == 1).all()
    assert not any(gap[..., 3].any() for gap in (picture[8], picture[:, 8], picture[:, 17]))


def test_labels_count_rows_and_columns_from_zero():
    ax = plots.show_patches(torch.rand(12, 3, 8, 8), columns=4, labels=True)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "1", "2", "3"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0", "1", "2"]
    assert list(ax.get_xticks()) == [4, 13, 22, 31]  # the middles of the patches


@pytest.mark.parametrize(
    ("patches", "columns", "words"),
    [
        (torch.zeros(6, 3, 8, 8), 4, ["6 patches", "rows of 4"]),
        (torch.zeros(6, 3, 8, 8), 0, ["rows of 0"]),
        (torch.zeros(6, 192), 3, ["(6, 192)", "(N, 1 or 3, P, P)"]),
        (torch.zeros(6, 4, 8, 8), 3, ["(6, 4, 8, 8)"]),
    ],
)
def test_bad_patches_are_named(patches, columns, words):
    with pytest.raises(ValueError) as caught:
        plots.show_patches(patches, columns)
    assert all(word in str(caught.value) for word in words)


def test_book_style_has_one_size_of_letters_and_a_white_ground_in_notebooks():
    plots.use_book_style()
    assert plt.rcParams["figure.facecolor"] == "white"  # a notebook's ground may be dark
    assert plt.rcParams["axes.prop_cycle"].by_key()["color"] == list(plots.COLORS)
    ax = plots.show_weights(torch.eye(2), ["ear", "eye"], plt.figure().gca())
    ax.set_title("title")
    texts = [*ax.texts, ax.title, ax.xaxis.label, *ax.get_xticklabels()]
    assert {text.get_fontsize() for text in texts} == {11}


def test_images_are_drawn_with_their_own_pixels():
    plots.use_book_style()
    assert plots.show_image(torch.rand(3, 5, 7)).images[0].get_interpolation() == "none"
    assert plt.figure().gca().imshow([[0, 1]]).get_interpolation() == "none"


def test_the_diagram_of_a_block_draws_in_the_pages_colours_and_says_what_it_shows():
    svg = plots.encoder_block_diagram().data
    assert not re.search("#[0-9a-f]{3}", svg) and svg.count("currentColor") > 10
    assert 'role="img"' in svg and "One encoder block" in svg and "一个编码器块" in svg


def test_weights_are_written_into_their_cells_rows_being_queries():
    ax = plots.show_weights(torch.tensor([[0.75, 0.25], [0.0, 1.0]]), ["ear", "eye"], plt.figure().gca())
    cells = {text.get_position(): text.get_text() for text in ax.texts}  # (column, row)
    assert cells == {(0, 0): "0.75", (1, 0): "0.25", (0, 1): "0.00", (1, 1): "1.00"}
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("query", "key")
    with pytest.raises(ValueError, match=r"\(2, 2\).*got \(2, 3\)"):
        plots.show_weights(torch.zeros(2, 3), ["ear", "eye"])
