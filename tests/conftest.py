"""What many tests share: one thread, the style of figures, a web server of the built site, a browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from chromium import BROWSER_FLAGS, NOT_FOUND, find_chromium
from places import ROOT
from site_server import SITE, serve

# As in `make test`, before anything imports torch: sums over several threads differ in their last bits.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["VIT_TUTORIAL_LEDGER"] = "off"  # whoever runs the tests has a ledger of their own
os.environ["VIT_TUTORIAL_LANGUAGE"] = "en"  # whatever the machine's locale


@pytest.fixture
def book_style() -> Iterator[None]:
    """The book's style for a test's figures, which are closed afterwards; no window is opened."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from vit_tutorial import plots

    with matplotlib.rc_context():
        plots.use_book_style("png")
        yield
    plt.close("all")


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """The built site, served; fails where there is none."""
    if not (SITE / "index.html").is_file():
        pytest.fail(
            f"there is no built site in {SITE.relative_to(ROOT)}; build it first: make book", pytrace=False
        )
    with serve(SITE) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for all tests of a module; fails where there is none."""
    from playwright.sync_api import sync_playwright  # only these tests need it

    chromium = find_chromium()
    if not chromium:
        pytest.fail(NOT_FOUND, pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
        yield started
        started.close()
