"""Building the book: in a copy of the tree, with the book's own environment, so that nothing here is touched."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml
from places import ROOT
from site_server import EDITIONS
from small_tree import FORK, REAL, build, external_links, make_tree, plain_build, set_address


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """This book with three tiny pages in each edition."""
    return make_tree(tmp_path)


def test_plain_jupyter_book_builds_this_book_cleanly(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns(".git", ".venv*", "_build", "__pycache__", "vit_tutorial", ".*_cache")
    copy = shutil.copytree(ROOT, tmp_path / "copy", ignore=ignored)
    built = plain_build(copy)
    assert built.returncode == 0, built.stdout + built.stderr
    assert "WARNING" not in built.stdout + built.stderr
    links = external_links(copy, "book/en/01_patches.html")
    assert not [link for link in links if "OWNER" in link]


def test_placeholder_leaves_out_every_link_to_it(tree: Path) -> None:
    built = build(tree)
    assert built.returncode == 0, built.stderr
    assert "make repository URL=" in built.stdout
    for path in (tree / "_build" / "html").rglob("*.html"):
        html = path.read_text("utf8")
        assert "colab.research" not in html and not re.search(r'href="[^"]*OWNER', html), path
    assert 'href="_sources/01_patches.ipynb"' in (tree / "_build/html/zh/01_patches.html").read_text("utf8")


def test_real_address_gives_each_edition_its_own_buttons(tree: Path) -> None:
    set_address(tree, REAL)
    built = build(tree, BOOK_URL="https://someone.example/my-vit/")
    assert built.returncode == 0, built.stderr
    assert "make repository" not in built.stdout
    for edition in EDITIONS:
        links = external_links(tree, f"{edition}/01_patches.html")
        path = f"blob/main/book/{edition}/01_patches.ipynb"
        assert f"https://colab.research.google.com/github/someone/my-vit/{path}" in links
        assert f"{REAL}/{path}" in links and REAL in links
        assert any(link.startswith(f"{REAL}/issues/new?title=") for link in links)
        assert f"https://someone.example/my-vit/{edition}/01_patches.html" in links  # hreflang, canonical
        assert 'href="_sources/01_patches.ipynb"' in (
            tree / f"_build/html/{edition}/01_patches.html"
        ).read_text("utf8")
    chinese = (tree / "_build/html/zh/01_patches.html").read_text("utf8")
    assert "打印为 PDF" in chinese and "列印" not in chinese, "our translation must win over the theme's"
    assert "在 Colab 中打开本笔记本" in chinese


def test_actions_link_to_the_fork_but_colab_waits_for_the_address(tree: Path) -> None:
    built = build(tree, **FORK)
    assert built.returncode == 0, built.stderr
    links = external_links(tree, "zh/01_patches.html")
    assert "https://github.com/fork/vit/blob/topic/book/zh/01_patches.ipynb" in links
    assert not [link for link in links if "colab" in link or "OWNER" in link]


def test_actions_win_over_the_configured_address_in_a_plain_build_too(tree: Path) -> None:
    set_address(tree, REAL)
    built = plain_build(tree, **FORK)
    assert built.returncode == 0, built.stdout + built.stderr
    links = external_links(tree, "book/en/01_patches.html")
    path = "fork/vit/blob/topic/book/en/01_patches.ipynb"
    assert f"https://github.com/{path}" in links
    assert f"https://colab.research.google.com/github/{path}" in links
    assert not [link for link in links if REAL in link]


def test_page_removed_from_the_toc_vanishes(tree: Path) -> None:
    assert build(tree).returncode == 0
    assert (tree / "_build/html/zh/extra.html").is_file()
    toc = yaml.safe_load((tree / "_toc.yml").read_text("utf8"))
    toc["chapters"].pop()
    (tree / "_toc.yml").write_text(yaml.safe_dump(toc), "utf8")
    assert build(tree).returncode == 0
    assert not list((tree / "_build/html").rglob("extra*"))


def test_warning_fails_every_time_and_keeps_the_previous_site(tree: Path) -> None:
    assert build(tree).returncode == 0
    site = tree / "_build" / "html"
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    (tree / "book/zh/extra.md").write_text("# Extra\n\n[nowhere](missing.md)\n", "utf8")
    for _ in range(2):  # a cached page would not warn again
        built = build(tree)
        assert built.returncode != 0
        assert "missing" in built.stderr and "zh edition failed" in built.stderr
        assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before
