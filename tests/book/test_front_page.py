"""The front page shows what the book has: the model's own answer, and the chapters' figures of now."""

import re

import numpy as np
import pytest
import torch
from front_page import FIGURES, GARMENT, SIZE, STEPS, TARGET, chapter_picture, look_inside
from PIL import Image

from vit_tutorial import data, pretrained

TEST = data.fashion_mnist().test


@pytest.mark.parametrize("edition", STEPS)
def test_the_bars_are_the_answer_of_the_books_weights(edition):
    shown = re.findall(r"--share:(\d+)%", (TARGET / f"journey-{edition}.html").read_text("utf8"))
    with torch.inference_mode():
        answer = pretrained.load("vit-fashion").eval()(TEST.images[[GARMENT]]).softmax(dim=-1)[0]
    assert np.abs(np.array(shown, dtype=float) - 100 * answer.numpy()).max() < 0.6
    assert max(map(int, shown)) == int(shown[TEST.labels[GARMENT]])  # and it is right


def test_the_attention_is_that_of_the_last_block():
    tokens, attention, _ = look_inside(TEST.images[GARMENT])
    model = pretrained.load("vit-fashion").eval()
    x = model.embeddings(TEST.images[[GARMENT]])
    assert torch.equal(tokens, x[0]) and tokens.shape == (50, 64)
    for block in model.encoder.blocks[:-1]:
        x = block(x)
    _, weights = model.encoder.blocks[-1].attention(model.encoder.blocks[-1].norm1(x), return_weights=True)
    assert torch.allclose(attention.flatten(), weights[0].mean(dim=0)[0, 1:], atol=1e-5)


@pytest.mark.parametrize("edition", STEPS)
def test_both_editions_show_the_same_pictures_with_their_own_words(edition):
    fragments = {name: (TARGET / f"journey-{name}.html").read_text("utf8") for name in STEPS}
    pictures = {name: re.findall(r"data:image/png;base64,[^\"]+", text) for name, text in fragments.items()}
    assert len(pictures[edition]) == 4 and pictures["en"] == pictures["zh"]
    assert all(f"<figcaption>{words}</figcaption>" in fragments[edition] for words in STEPS[edition])


@pytest.mark.parametrize("chapter", FIGURES)
def test_a_chapters_picture_is_cut_from_its_figure_of_now(chapter):
    shown = np.asarray(Image.open(TARGET / f"{chapter}.png").convert("RGB"), dtype=float)
    now = np.asarray(chapter_picture(chapter), dtype=float)
    assert shown.shape == (SIZE[1], SIZE[0], 3)
    assert np.abs(shown - now).mean() < 4, "an old figure: make pictures"
