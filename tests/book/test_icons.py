"""Of the theme's icons, the site has those that its pages show."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from places import BOOK, ROOT
from site_server import EDITIONS, SITE
from small_tree import book_python, run

CSS = (
    '.fa-bars:before,.fa-navicon:before{content:"\\f0c9"}.fa-0:before{content:"\\30 "}'
    '.x:after{content:"\\f107"}.y{--z:"\uf0f3"}'
)
RULES = """
import json, sys
from _ext.icons import signs, without_unused
css, *used = sys.argv[1:]
left = without_unused(css, set(used))
print(json.dumps([left, sorted(signs(left))]))
"""
DRAWN = """
import json, sys
from pathlib import Path
from fontTools.ttLib import TTFont
from _ext.icons import shrink_font
path = Path(sys.argv[1])
for code in map(int, sys.argv[2:]):
    shrink_font(path, {code})
print(json.dumps(sorted(TTFont(path).getBestCmap())))
"""


def told(script: str, *arguments: str) -> list:
    """What a script says in the book's environment, which has fontTools' compression and Sphinx."""
    ran = run(ROOT, book_python(), "-c", script, *arguments, PYTHONPATH=str(BOOK))
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def solid_font() -> Path:
    fonts = list(SITE.rglob("fa-solid-900.woff2"))
    assert len(fonts) == 1, "both editions show the same icons: one file for both; is the book built?"
    return fonts[0]


def test_rules_of_unused_icons_go_and_their_signs_with_them() -> None:
    assert told(RULES, CSS, "fa-navicon", "fa-sun") == [
        CSS.replace('.fa-0:before{content:"\\30 "}', ""),
        [0xF0C9, 0xF0F3, 0xF107],
    ]
    assert told(RULES, CSS)[1] == [0xF0F3, 0xF107]


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_icon_of_a_page_is_drawn(edition: str) -> None:
    page = (SITE / edition / "01_patches.html").read_text("utf8")
    named = set(
        re.findall(r"(?<=[\" ])fa-[a-z-]+", " ".join(re.findall(r'class="[^"]*fa-solid[^"]*"', page)))
    )
    named -= {"fa-solid", "fa-lg"}
    assert {"fa-bars", "fa-list", "fa-moon", "fa-magnifying-glass"} <= named
    css = next(SITE.rglob("pydata-sphinx-theme.css")).read_text("utf8")
    drawn = told(DRAWN, str(solid_font()))
    for name in named:
        [code] = re.findall(rf'\.{name}:before[^{{}}]*\{{content:"\\([0-9a-f]+)"', css)
        assert int(code, 16) in drawn, name
    assert solid_font().stat().st_size < 10_000


def test_a_font_keeps_what_is_asked_for_and_comes_out_the_same(tmp_path: Path) -> None:
    made = []
    for name in ("once.woff2", "again.woff2"):
        copy = tmp_path / name
        copy.write_bytes(solid_font().read_bytes())
        assert told(DRAWN, str(copy), str(0xF0C9)) == [0xF0C9]
        made.append(copy.read_bytes())
    assert made[0] == made[1]
