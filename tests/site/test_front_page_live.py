"""The garments on the front page: the trained model answers for the one that is chosen, and nobody loads it unasked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from front_page import GARMENT, look_inside
from playwright.sync_api import Browser, Page
from site_server import EDITIONS

from vit_tutorial import data

TEST = data.fashion_mnist().test
LABELS = {"en": "The label says: {}.", "zh": "标签：{}。"}
SHARES = "() => [...document.querySelectorAll('.journey-step li')].map((bar) => parseFloat(bar.style.getPropertyValue('--share')))"
BRIGHTEST = """async () => {
  const image = document.querySelectorAll(".journey-step img")[3], canvas = document.createElement("canvas");
  await image.decode();
  Object.assign(canvas, {width: 7, height: 7}).getContext("2d").drawImage(image, 0, 0);
  const pixels = canvas.getContext("2d").getImageData(0, 0, 7, 7).data, reds = [...pixels].filter((_, i) => i % 4 === 0);
  return reds.indexOf(Math.max(...reds));
}"""


def front(page: Page, server: Any, edition: str) -> list[str]:
    """Open the front page; the addresses of the model's files that it asks for."""
    asked = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.goto(f"{server.url}/{edition}/index.html", wait_until="networkidle")
    return asked


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_model_answers_for_the_garment_that_is_chosen(
    server: Any, browser: Browser, edition: str
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    asked = front(page, server, edition)
    assert not [name for name in asked if name.startswith("live-vit")]
    garments = page.locator(".journey-tray input")
    assert garments.count() == 10 and garments.nth(int(TEST.labels[GARMENT])).is_checked()
    for label in (9, 8):  # by mouse, then by keyboard
        page.locator(".journey-tray label").nth(9).click() if label == 9 else page.keyboard.press("ArrowLeft")
        name = data.fashion_mnist().classes[label]
        page.get_by_text(LABELS[edition].format(name)).wait_for()
        image = TEST.images[int((TEST.labels == label).nonzero()[0])]
        _, attention, shares = look_inside(image)
        assert np.abs(np.array(page.evaluate(SHARES)) - 100 * shares.numpy()).max() < 0.1  # half precision
        assert page.evaluate(BRIGHTEST) == int(attention.argmax())
    assert sum(name.startswith("live-vit-") for name in asked) == 1
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.close()


def test_the_first_garment_is_the_one_that_was_drawn(server: Any, browser: Browser) -> None:
    page = browser.new_page()
    front(page, server, "en")
    drawn = page.evaluate(SHARES)
    page.locator(".journey-tray label").first.click()
    page.get_by_text(LABELS["en"].format("T-shirt/top")).wait_for()
    page.locator(".journey-tray label").nth(int(TEST.labels[GARMENT])).click()
    page.get_by_text(LABELS["en"].format("Pullover")).wait_for()
    assert np.abs(np.array(page.evaluate(SHARES)) - np.array(drawn)).max() <= 0.6  # drawn to whole per cent
    page.close()


def test_a_model_that_does_not_come_is_said_and_asked_for_again(server: Any, browser: Browser) -> None:
    page = browser.new_page()
    front(page, server, "en")
    page.route("**/live-vit-*.js", lambda route: route.abort())
    page.locator(".journey-tray label").first.click()
    page.get_by_text("The model could not be loaded").wait_for()
    page.unroute_all()
    page.locator(".journey-tray label").nth(1).click()
    page.get_by_text(LABELS["en"].format("Trouser")).wait_for()
    page.close()


@pytest.mark.parametrize("edition", EDITIONS)
def test_it_begins_in_the_first_screen_of_a_phone(server: Any, browser: Browser, edition: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    front(page, server, edition)
    for part in (".journey", ".journey-tray fieldset", ".start"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] + box["height"] <= 844, part
    shift = page.evaluate(
        "() => new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().reduce((sum, e) => sum + e.value, 0)))"
        ".observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 500))"
    )
    assert shift < 0.02
    page.close()


def test_without_scripts_there_is_no_empty_row(server: Any, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/en/index.html")
    assert page.locator(".journey").is_visible() and not page.locator(".journey-tray").is_visible()
    context.close()
