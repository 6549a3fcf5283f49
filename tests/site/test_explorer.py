"""The patch explorer as its users meet it: in the book, in a sandboxed frame, by keyboard, in both languages."""

from __future__ import annotations

import base64
import html
import re
from typing import Any

import pytest
import torch
from matplotlib import cbook
from playwright.sync_api import Browser, FrameLocator, Locator, Page
from site_visit import Visit, serious_findings, watch
from torch.utils.flop_counter import FlopCounterMode

from vit_tutorial import VisionTransformer, ViTConfig, plots

OUTPUT = plots.patch_explorer().data
SIZES = [4, 7, 8, 14, 16, 28, 32, 56]  # the divisors of 224 from 4 to 56
# As Colab and other hosts of notebooks show an output: a frame that may run scripts and nothing else.
FRAME = '<iframe sandbox="allow-scripts" width="600" height="900" srcdoc="{}"></iframe>'
DOCUMENT = "<!doctype html><html{}><meta charset='utf-8'><title>output</title><body>{}</body></html>"


def in_frame(page: Page, lang: str = ' lang="en"', output: str = OUTPUT) -> FrameLocator:
    page.set_content(FRAME.format(html.escape(DOCUMENT.format(lang, output))))
    frame = page.frame_locator("iframe")
    frame.locator(".patch-explorer[data-ready]").last.wait_for()
    return frame


@pytest.fixture
def page(browser: Browser) -> Any:
    """A page whose errors and requests fail the test."""
    context, visit = browser.new_context(), Visit()
    page = context.new_page()
    watch(page, "about:", visit)
    yield page
    assert visit.errors == []
    here = ("about:", "http://127.0.0.1:")
    assert [url for url in visit.foreign if not url.startswith(here)] == []
    context.close()


def value(explorer: Any, name: str) -> str:
    return explorer.locator(f"[data-value={name}]").inner_text()


def grid_lines(explorer: Any) -> list[int]:
    path = explorer.locator("path").last.get_attribute("d")
    return [int(x) for x in re.findall(r"M(\d+) 0V224", path)]


def flops(patch_size: int) -> int:
    """What PyTorch counts in one forward pass of ViT-B, without computing it."""
    sizes = {"embed_dim": 768, "depth": 12, "num_heads": 12, "mlp_dim": 3072}
    with torch.device("meta"), torch.no_grad(), FlopCounterMode(display=False) as counter:
        VisionTransformer(ViTConfig(224, patch_size, **sizes))(torch.empty(1, 3, 224, 224))
    return counter.get_total_flops()


def test_every_size(page: Page) -> None:
    explorer = in_frame(page)
    slider = explorer.get_by_role("slider")
    usual = flops(16)
    for i, p in enumerate(SIZES):
        slider.fill(str(i))
        n = (224 // p) ** 2
        assert explorer.locator("output").inner_text() == str(p)
        assert value(explorer, "count").endswith(f" = {n:,}")
        assert value(explorer, "length").endswith(f" = {p * p * 3:,}")
        assert float(value(explorer, "cost").split()[0]) == pytest.approx((n / 196) ** 2, rel=5e-3)
        assert float(value(explorer, "model").split()[0]) == pytest.approx(flops(p) / usual, rel=5e-3)
        assert grid_lines(explorer) == list(range(0, 225, p))


def test_keyboard_and_names(page: Page) -> None:
    explorer = in_frame(page)
    slider: Locator = explorer.get_by_role("slider", name="Patch size P")
    slider.focus()
    slider.press("ArrowRight")
    assert explorer.locator("output").inner_text() == "28"
    assert slider.get_attribute("aria-valuetext").startswith("28 pixels: 64 patches")
    slider.press("Home")
    assert explorer.locator("output").inner_text() == "4"
    picture = explorer.get_by_role("img").get_attribute("aria-label")
    assert picture.endswith("grid of 56 by 56 patches, each 4 by 4 pixels")


@pytest.mark.parametrize(
    ("lang", "browser_language", "label"),
    [
        (' lang="en"', "zh-CN", "Patch size P"),
        (' lang="zh-CN"', "en-US", "图像块边长 P"),
        ("", "zh-CN", "图像块边长 P"),
        ("", "fr-FR", "Patch size P"),
    ],
)
def test_labels_follow_the_page_then_the_browser(
    browser: Browser, lang: str, browser_language: str, label: str
) -> None:
    context = browser.new_context(locale=browser_language)
    explorer = context.new_page()  # not in a frame: Chromium tells a frame's language late
    explorer.set_content(DOCUMENT.format(lang, OUTPUT))
    assert explorer.get_by_role("slider", name=label).count() == 1
    context.close()


@pytest.mark.parametrize(
    ("text", "label"), [("图像块", "图像块边长 P"), ("A patch", "Patch size P")], ids=["zh", "en"]
)
def test_labels_follow_the_notebook_in_jupyterlab(page: Page, text: str, label: str) -> None:
    cells = f'<div class="jp-Notebook"><div class="jp-MarkdownCell">{text}</div>{OUTPUT}尚未作答</div>'
    assert in_frame(page, output=cells).get_by_role("slider", name=label).count() == 1


def test_two_of_them_do_not_disturb_each_other(page: Page) -> None:
    explorer = in_frame(page, output=OUTPUT + OUTPUT)
    explorer.get_by_role("slider").first.fill("0")
    assert explorer.locator("output").all_inner_texts() == ["4", "16"]


def test_without_scripts_the_start_is_shown(browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(DOCUMENT.format("", OUTPUT))
    assert grid_lines(page) == list(range(0, 225, 16))
    assert value(page, "count") == "14 × 14 = 196"
    context.close()


@pytest.mark.parametrize("width", [390, 1360])
def test_accessible_and_not_wider_than_the_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.set_content(DOCUMENT.format(' lang="en"', f"<main><h1>Output</h1>{OUTPUT}</main>"))
    assert serious_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("edition", "label"), [("en", "Patch size P"), ("zh", "图像块边长 P")])
def test_in_the_built_page(server: Any, page: Page, edition: str, label: str) -> None:
    page.goto(f"{server.url}/{edition}/01_patches.html")
    slider = page.get_by_role("slider", name=label)
    slider.fill("0")
    assert page.locator(".patch-explorer [data-value=cost]").inner_text().startswith("256 ")


def test_photo_is_the_one_that_matplotlib_ships() -> None:
    with cbook.get_sample_data("grace_hopper.jpg") as file:
        assert base64.b64encode(file.read()).decode() in OUTPUT
    assert "{{" not in OUTPUT
