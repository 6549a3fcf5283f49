"""This book's machinery with tiny pages, and the programs that build it, for tests that must not touch this tree."""

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
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "BOOK_", "COLAB_"))
    }
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
    """A notebook with one heading, a goal and a setup cell."""
    source = [f"# {title}\n", "\n", "**Goal.** By the end you can see that 5 < 6 & more."]
    title_cell = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": source}
    setup = {"id": "setup", "metadata": {"tags": ["setup"]}, "source": [f'REPOSITORY = "{PLACEHOLDER}"']}
    setup |= {"cell_type": "code", "outputs": [], "execution_count": 1}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": [title_cell, setup], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


def make_tree(folder: Path) -> Path:
    """This book with three tiny pages in each edition."""
    for name in ("_assets", "_ext", "_locale", "_templates", "tools"):
        shutil.copytree(ROOT / "book" / name, folder / "book" / name)
    for name in (
        "terms.yml",
        "search_words.yml",
        "figure_words.yml",
    ):  # what the search takes for the same; figures
        shutil.copy(ROOT / "book" / name, folder / "book")
    config = (ROOT / "_config.yml").read_text("utf8").replace(CONFIG["repository"]["url"], PLACEHOLDER)
    (folder / "_config.yml").write_text(config, "utf8")
    chapters = [{"file": "book/en/01_patches"}, {"file": "book/en/extra"}]
    toc = {"format": "jb-book", "root": "book/en/index", "chapters": chapters}
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), "utf8")
    for edition in EDITIONS:
        pages = folder / "book" / edition
        pages.mkdir()
        (pages / "index.md").write_text(f"# Index {edition}\n\nFirst words, {edition}.\n", "utf8")
        (pages / "extra.md").write_text("# Extra\n", "utf8")
        (pages / "01_patches.ipynb").write_text(notebook("Patches"), "utf8")
    return folder


def set_address(tree: Path, url: str) -> None:
    path = tree / "_config.yml"
    path.write_text(path.read_text("utf8").replace(PLACEHOLDER, url), "utf8")
