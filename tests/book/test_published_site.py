"""What a fork's workflow publishes: whole addresses, a sitemap, and Colab buttons that lead to notebooks of this very fork."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from page_head import Head
from places import ROOT
from site_server import EDITIONS
from small_tree import FORK, book_python, build, external_links, make_tree, run

URL = "https://fork.example/vit"
COMMIT = "1234567890abcdef1234567890abcdef12345678"
ACTIONS = {**FORK, "GITHUB_SHA": COMMIT, "COLAB_BRANCH": "colab"}
DAY = "2025-03-04"
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fork's checkout, stamped and built as the workflow does."""
    tree = make_tree(tmp_path_factory.mktemp("fork"))
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "all"]):
        who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        dates = {f"GIT_{role}_DATE": f"{DAY}T12:00:00Z" for role in ("AUTHOR", "COMMITTER")}
        subprocess.run(["git", *who, *command], cwd=tree, env={**dates, "PATH": "/usr/bin:/bin"}, check=True)
    stamp = run(tree, book_python(), "book/tools/colab.py", "stamp", **ACTIONS)
    assert stamp.returncode == 0, stamp.stderr
    built = build(tree, BOOK_URL=URL + "/", **ACTIONS)
    assert built.returncode == 0, built.stderr
    assert "make repository" not in built.stdout
    return tree


@pytest.fixture(scope="module")
def site(tree: Path) -> Path:
    return tree / "_build" / "html"


def head(site: Path, page: str) -> Head:
    return Head((site / page).read_text("utf8"))


@pytest.mark.parametrize("edition", EDITIONS)
def test_colab_opens_the_branch_of_stamped_notebooks(tree: Path, site: Path, edition: str) -> None:
    links = external_links(tree, f"{edition}/01_patches.html")
    colab = [link for link in links if "colab.research" in link]
    path = f"book/{edition}/01_patches.ipynb"
    assert colab == [f"https://colab.research.google.com/github/fork/vit/blob/colab/{path}"]
    assert (
        f"https://github.com/fork/vit/blob/topic/{path}" in links
    )  # the source is on the branch that was built
    download = json.loads((site / edition / "_sources" / "01_patches.ipynb").read_text("utf8"))
    assert download["cells"][1]["source"] == [f'REPOSITORY = "https://github.com/fork/vit@{COMMIT}"']


@pytest.mark.parametrize("edition", EDITIONS)
def test_footer_has_licence_date_and_a_link_to_edit(tree: Path, site: Path, edition: str) -> None:
    footer = (site / edition / "01_patches.html").read_text("utf8").split('class="copyright"')[1]
    edit = f"https://github.com/fork/vit/edit/topic/book/{edition}/01_patches.ipynb"
    assert f'href="{edit}"' in footer
    assert f'<time datetime="{DAY}">' in footer
    assert ('rel="license"' in footer) and ("creativecommons.org/licenses/by/4.0/" in footer)
    assert {"en": "Edit this page", "zh": "编辑本页"}[edition] in footer
    assert "/edit/" not in (site / edition / "search.html").read_text("utf8"), "it has no source"


@pytest.mark.parametrize("edition", EDITIONS)
def test_whole_addresses_once_the_sites_is_known(site: Path, edition: str) -> None:
    chapter, front = head(site, f"{edition}/01_patches.html"), head(site, f"{edition}/index.html")
    address = f"{URL}/{edition}/01_patches.html"
    assert chapter.links["canonical"] == [address] == chapter.metas["og:url"]
    assert chapter.alternates == {
        "en": f"{URL}/en/01_patches.html",
        "zh-CN": f"{URL}/zh/01_patches.html",
        "x-default": f"{URL}/en/01_patches.html",
    }
    assert front.alternates["x-default"] == f"{URL}/"
    assert chapter.metas["og:image"] == [f"{URL}/_static/front/01_patches.png"]
    assert (site / "_static/front/01_patches.png").is_file()
    assert (chapter.metas["og:image:width"], chapter.metas["og:image:height"]) == (["480"], ["270"])
    assert head(site, f"{edition}/extra.html").metas["og:image"] == chapter.metas["og:image"], (
        "the book's own"
    )
    assert chapter.metas["description"] == ["By the end you can see that 5 < 6 & more."]


def test_the_root_page_says_what_it_chooses_between(site: Path) -> None:
    root = head(site, "index.html")
    assert root.links["canonical"] == [f"{URL}/"]
    assert root.alternates == {
        "en": f"{URL}/en/index.html", "zh-CN": f"{URL}/zh/index.html", "x-default": f"{URL}/",
    }  # fmt: skip
    assert root.metas["description"] == ["First words, en. First words, zh."]


def test_sitemap_lists_each_page_with_its_twin(site: Path) -> None:
    entries = ElementTree.parse(site / "sitemap.xml").getroot().findall("s:url", SITEMAP)
    twins = {
        entry.find("s:loc", SITEMAP).text: {link.get("hreflang"): link.get("href") for link in entry.findall("x:link", SITEMAP)}
        for entry in entries
    }  # fmt: skip
    pages = [
        f"{URL}/{edition}/{page}.html" for edition in EDITIONS for page in ("01_patches", "extra", "index")
    ]
    assert sorted(twins) == sorted([f"{URL}/", *pages])
    for page in pages:
        assert twins[page] == head(site, page.removeprefix(f"{URL}/")).alternates
    dates = [entry.findtext("s:lastmod", None, SITEMAP) for entry in entries]
    assert dates == [None] + [DAY] * 6
    assert (site / "robots.txt").read_text("utf8").splitlines()[-1] == f"Sitemap: {URL}/sitemap.xml"


def test_404_leads_home_from_any_depth(site: Path) -> None:
    page = (site / "404.html").read_text("utf8")
    for edition in EDITIONS:
        assert f'href="/vit/{edition}/index.html"' in page
    assert 'href="/vit/_static/styles/tokens.css"' in page
    assert Head(page).metas["robots"] == ["noindex"]


def test_the_source_keeps_its_placeholder() -> None:
    for path in sorted((ROOT / "book").glob("*/*.ipynb")):
        assert "@" not in path.read_text("utf8").split("REPOSITORY = ")[1].split("\n")[0]
