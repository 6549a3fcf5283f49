"""The live model on the site: its weights are one file for both editions, loaded when a reader comes near."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser
from safetensors.torch import load
from site_server import EDITIONS, SITE

from vit_tutorial import pretrained

PAGE = "08_looking_inside.html"
FILE = re.compile(r'class="live-vit-weights" src="([^"]+/live-vit-[0-9a-f]{12}\.js)"')


def weights_file(edition: str) -> Path:
    page = SITE / edition / PAGE
    text = page.read_text("utf8")
    assert '"weights": null' in text and '"weights": "' not in text
    return (page.parent / FILE.search(text)[1]).resolve()


def test_both_editions_share_one_file_with_the_bundled_weights():
    [path] = {weights_file(edition) for edition in EDITIONS}
    assert path.parent == (SITE / "_static").resolve()
    name, text = re.fullmatch(r'vitTutorial\.provide\("(.+)", "(.+)"\);\n', path.read_text("utf8")).groups()
    assert name == path.name
    found = load(base64.b64decode(text))
    expected = pretrained.load("vit-fashion").state_dict()
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[key], expected[key].half()) for key in expected)


@pytest.mark.parametrize("edition", EDITIONS)
def test_it_starts_when_the_reader_comes_near(server: Any, browser: Browser, edition: str) -> None:
    page, asked, errors = browser.new_page(viewport={"width": 1000, "height": 600}), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{server.url}/{edition}/{PAGE}", wait_until="networkidle")
    assert not any("live-vit-" in url for url in asked)
    page.locator(".live-vit").scroll_into_view_if_needed()
    page.locator(".live-vit-answer").wait_for()
    assert sum("live-vit-" in url for url in asked) == 1 and errors == []
    page.close()
