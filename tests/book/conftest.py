"""A tiny book for each test that plants a fault in it."""

from pathlib import Path

import pytest
from tiny_book import make_book


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make_book(tmp_path)
