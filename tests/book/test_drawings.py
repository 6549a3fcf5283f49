"""A figure's drawing is what its picture shows, takes the page's colours, and speaks the edition's language."""

from __future__ import annotations

import base64
import re
from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np
import pytest
import yaml
from drawings import (
    LEAST,
    WORDS,
    for_page,
    notebook_drawings,
    read_words,
    sized,
    with_light_photos,
    words_in,
)
from PIL import Image
from places import BOOK

from vit_tutorial.plots.style import DARK, PIXELS, picture_and_drawing

pytestmark = pytest.mark.usefixtures("book_style")
NOTEBOOKS = sorted((BOOK / "en").glob("*.ipynb"))


@pytest.fixture
def drawing():
    figure, ax = plt.subplots()
    ax.plot([0, 1], [1, 0], "k:", marker="o", markerfacecolor="white")
    ax.imshow([[0.1, 0.9], [0.5, 0.3]], cmap="viridis")
    ax.text(0, 0, "on data", color=DARK)
    ax.set(xlabel="step", ylabel="$D_h$")
    return picture_and_drawing(figure, "png")[1]


def test_black_becomes_ink_white_paper_and_data_keep_their_colours(drawing):
    page = for_page(drawing, "A plot.", {})
    assert "#000000" not in page and "#ffffff" not in page
    assert "stroke: currentColor" in page and "fill: var(--book-paper, #fff)" in page
    assert f"fill: {DARK}" in page
    [data] = re.findall(r'base64,\s*([^"]+)"', page)
    assert data == re.findall(r'base64,\s*([^"]+)"', drawing["svg"])[0]


def test_letters_are_the_pages_and_symbols_those_of_formulas(drawing):
    page = for_page(drawing, "A plot.", {})
    assert "DejaVu" not in page and "STIX" not in page
    assert re.search(r"<text[^>]*var\(--book-font\)[^>]*>step</text>", page)
    assert re.search(r"<tspan[^>]*var\(--book-font-math-italic\)[^>]*>D</tspan>", page)


def test_words_are_translated_and_nothing_else(drawing):
    page = for_page(drawing, "A plot.", {"step": "步", "data": "数据"})
    assert ">步</text>" in page and ">step<" not in page and ">on data</text>" in page


def test_every_id_is_referred_to_and_two_drawings_share_none(drawing):
    other = {**drawing, "svg": drawing["svg"].replace("step", "epoch")}
    ids = [re.findall(r' id="([^"]+)"', for_page(each, "", {})) for each in (drawing, other)]
    assert ids[0] and not set(ids[0]) & set(ids[1])
    page = for_page(drawing, "", {})
    assert set(ids[0]) == set(re.findall(r"(?:url\(|href=\")#([^)\"]+)", page))


def test_the_size_is_in_pixels_of_the_page_and_the_description_is_said(drawing):
    page = for_page(drawing, 'A "plot".', {})
    width, points = drawing["width"], float(re.search(r'width="([\d.]+)pt"', drawing["svg"])[1])
    assert width == round(points / 72 * PIXELS)
    assert f' width="{width}"' in page and f"min-width: {round(LEAST * width)}px" in page
    assert 'role="img" aria-label="A &quot;plot&quot;."' in page
    assert sized(drawing).startswith("<svg") and 'pt"' not in sized(drawing).split(">")[0]


def test_the_same_figure_is_the_same_drawing(drawing):
    again = plt.gcf()
    assert picture_and_drawing(again, "png")[1] == drawing  # no date, no random ids
    assert not re.search(r"<dc:|matplotlib v|20\d\d-", drawing["svg"])


def test_an_empty_figure_shows_nothing():
    assert picture_and_drawing(plt.figure(), "png") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_word_of_a_figure_has_its_chinese(path):
    known = yaml.safe_load(WORDS.read_text("utf8"))
    found = {word for _, drawing in notebook_drawings(path) for word in words_in(drawing)}
    missing = sorted(found - set(known))
    assert missing == [], f"say in book/figure_words.yml what stands for them in Chinese: {missing}"


def test_terms_in_figures_are_those_of_the_book():
    words, terms = read_words("zh_CN"), yaml.safe_load((BOOK / "terms.yml").read_text("utf8"))
    assert read_words("en") == {}
    for term in terms:
        assert words.get(term["en"], term["zh"]) == term["zh"]
        for avoided in term.get("avoid", []):
            assert not [chinese for chinese in words.values() if avoided in chinese]


def test_a_photo_is_light_and_keeps_its_gaps_and_data_keep_every_value():
    photo = np.random.default_rng(0).random((100, 100, 4))
    photo[:50, :, 3] = 0
    figure, axes = plt.subplots(1, 2)
    axes[0].imshow(photo)
    axes[1].imshow(photo[:14, :14, 0])
    drawing = picture_and_drawing(figure, "png")[1]
    light = re.findall(r'data:image/(\w+);base64,\s*([^"]+)"', with_light_photos(drawing)["svg"])
    heavy = re.findall(r'data:image/(\w+);base64,\s*([^"]+)"', drawing["svg"])
    assert [kind for kind, _ in light] == ["webp", "png"] and light[1] == heavy[1]
    assert len(light[0][1]) < len(heavy[0][1]) / 2
    alpha = Image.open(BytesIO(base64.b64decode(light[0][1]))).getchannel("A")
    assert alpha.getpixel((50, 10)) == 0 and alpha.getpixel((50, 90)) > 0
