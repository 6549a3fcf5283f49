"""Building the book: in a copy of the tree, with the book's own environment, so that nothing here is touched."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from places import ROOT
from site_server import EDITIONS

PLACEHOLDER = "https://github.com/OWNER/vit-tutorial"
REAL = "https://github.com/someone/my-vit"
FORK = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "fork/vit",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REF": "refs/heads/topic",
    "GITHUB_REF_NAME": "topic",
}
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text("utf8"))


def book_python() -> str:
    """The Python that has Jupyter Book: `make book` installs it; BOOK_PYTHON names another."""
    python = os.environ.get("BOOK_PYTHON") or str(ROOT / ".venv-book" / "bin" / "python")
    if not Path(python).is_file():
        pytest.fail(f"there is no {python}: run make book, or set BOOK_PYTHON", pytrace=False)
    return python


def run(tree: Path, *command: str, **extra: str) -> subprocess.CompletedProcess:
    """Run a program of the book's environment in `tree`, as if outside of GitHub Actions."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "BOOK_"))}
    return subprocess.run(command, cwd=tree, env=clean | extra, capture_output=True, text=True)


def build(tree: Path, **extra: str) -> subprocess.CompletedProcess:
    """Build both editions of `tree`, warnings being errors."""
    return run(tree, book_python(), "book/tools/build.py", "-W", **extra)


def plain_build(tree: Path, **extra: str) -> subprocess.CompletedProcess:
    """What a person types who knows Jupyter Book: the English edition."""
    program = str(Path(book_python()).with_name("jupyter-book"))
    return run(tree, program, "build", ".", "-W", "--keep-going", **extra)


def external_links(tree: Path, page: str) -> list[str]:
    """Links of a built page to other hosts."""
    html = (tree / "_build" / "html" / page).read_text("utf8")
    return re.findall(r'href="(https?://[^"]+)"', html)


def notebook(title: str) -> str:
    """A notebook with one heading."""
    cell = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": [f"# {title}"]}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """This book with three tiny pages in each edition."""
    for name in ("_assets", "_ext", "_locale", "_templates", "tools"):
        shutil.copytree(ROOT / "book" / name, tmp_path / "book" / name)
    for name in ("terms.yml", "search_words.yml"):  # what the search takes for the same
        shutil.copy(ROOT / "book" / name, tmp_path / "book")
    config = (ROOT / "_config.yml").read_text("utf8").replace(CONFIG["repository"]["url"], PLACEHOLDER)
    (tmp_path / "_config.yml").write_text(config, "utf8")
    chapters = [{"file": "book/en/01_patches"}, {"file": "book/en/extra"}]
    toc = {"format": "jb-book", "root": "book/en/index", "chapters": chapters}
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump(toc), "utf8")
    for edition in EDITIONS:
        folder = tmp_path / "book" / edition
        folder.mkdir()
        (folder / "index.md").write_text(f"# Index {edition}\n", "utf8")
        (folder / "extra.md").write_text("# Extra\n", "utf8")
        (folder / "01_patches.ipynb").write_text(notebook("Patches"), "utf8")
    return tmp_path


def set_address(tree: Path, url: str) -> None:
    path = tree / "_config.yml"
    path.write_text(path.read_text("utf8").replace(PLACEHOLDER, url), "utf8")


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
