"""What both editions have alike lies once, and every link still finds its file."""

from __future__ import annotations

from pathlib import Path

import pytest
from shared_files import share

PAGE = """<link href="_static/a.css?v=1"/><script src="_static/own.js"></script>
<img src="_images/same.png"><img alt="" src="_images/words.png"><a href="x.html">_static/a.css</a>"""
DEEP = '<link href="../_static/a.css"/>'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for edition in ("en", "zh"):
        files = {
            "index.html": PAGE,
            "deep/page.html": DEEP,
            "_static/a.css": "a",
            "_static/own.js": edition,
            "_images/same.png": "same",
            "_images/words.png": edition,
        }
        if edition == "zh":
            files["_static/more/translations.js"] = "zh"
        for name, text in files.items():
            path = tmp_path / edition / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf8")
    share(tmp_path, ["en", "zh"])
    return tmp_path


def test_what_is_alike_moves_and_what_differs_stays(site: Path) -> None:
    files = {
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if path.suffix != ".html" and path.is_file()
    }
    own = {
        f"{edition}/{name}" for edition in ("en", "zh") for name in ("_static/own.js", "_images/words.png")
    }
    assert files == {"_static/a.css", "_images/same.png", "zh/_static/more/translations.js"} | own


@pytest.mark.parametrize("edition", ["en", "zh"])
def test_links_follow(site: Path, edition: str) -> None:
    assert (site / edition / "index.html").read_text("utf8") == (
        '<link href="../_static/a.css?v=1"/><script src="_static/own.js"></script>\n'
        '<img src="../_images/same.png"><img alt="" src="_images/words.png"><a href="x.html">_static/a.css</a>'
    )
    assert (site / edition / "deep" / "page.html").read_text("utf8") == '<link href="../../_static/a.css"/>'
