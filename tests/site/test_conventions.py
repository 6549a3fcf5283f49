"""What browsers, search engines and other sites expect of every page. `make book` builds the site first."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from page_head import Head
from PIL import Image
from places import BOOK, ROOT
from playwright.sync_api import Browser
from site_server import EDITIONS, SITE, built_pages, toc_pages
from site_visit import serious_findings

PAGES = built_pages()
TITLES = {"en": "ViT, Patch by Patch", "zh": "逐块拆解 Vision Transformer"}
SHARED = 5_000  # bytes that a switch may load besides the page and pictures that are new
HAN = re.compile(r"[\u3400-\u9fff]")
each_page = pytest.mark.parametrize("path", PAGES)
each_edition = pytest.mark.parametrize("edition", EDITIONS)


def head(path: str) -> Head:
    return Head((SITE / path).read_text("utf8"))


@each_page
def test_one_title_that_names_the_book_once(path: str) -> None:
    [title] = head(path).titles
    book = TITLES[path[:2]]
    assert title == book if path.endswith("/index.html") else title.endswith(f" — {book}")
    assert title.count(book) == 1 and len(title) > len(" — ") + len(book) * (not path.endswith("index.html"))


def test_titles_and_descriptions_tell_pages_apart() -> None:
    heads = [head(path) for path in PAGES]
    assert len({one.titles[0] for one in heads}) == len(PAGES)
    assert len({one.metas["description"][0] for one in heads}) == len(PAGES)


@each_page
def test_one_viewport_and_a_description_in_the_pages_language(path: str) -> None:
    metas = head(path).metas
    assert len(metas["viewport"]) == 1
    [description] = metas["description"]
    assert bool(HAN.search(description)) == path.startswith("zh/")
    assert not re.match(r"Goal|目标", description) and not re.search(r"[*`$\\<]", description)
    assert 10 <= len(description) <= 200


def test_a_chapter_is_described_by_its_goal() -> None:
    assert head("en/03_attention.html").metas["description"] == [
        "By the end you can work out attention for three tokens by hand, write multi-head self-attention "
        "in a dozen lines, show that it equals PyTorch’s, and say what it costs."
    ]
    [cut] = head("en/06_training.html").metas["description"]
    assert cut.startswith("By the end you can write a training step") and cut.endswith("means something …")


@each_page
def test_card(path: str) -> None:
    one = head(path)
    assert one.metas["og:title"] == [one.titles[0].split(" — ")[0]]
    assert one.metas["og:description"] == one.metas["description"]
    assert one.metas["og:site_name"] == [TITLES[path[:2]]]
    assert one.metas["og:locale"] == [{"en": "en_US", "zh": "zh_CN"}[path[:2]]]
    assert one.metas["twitter:card"] == ["summary_large_image"]


@pytest.mark.parametrize("page", [page for page in toc_pages() if page[0].isdigit()])
def test_each_chapter_has_a_picture_for_its_card(page: str) -> None:
    assert (SITE / "_static" / "front" / f"{page}.png").is_file(), "make pictures"


@each_page
def test_generated_pages_are_not_to_be_found(path: str) -> None:
    generated = path[3:] in ("search.html", "genindex.html")
    assert head(path).metas["robots"] == (["noindex"] if generated else [])


def test_touch_icon_is_the_favicon_on_white() -> None:
    icon = Image.open(BOOK / "_assets" / "touch-icon.png").convert("RGBA")
    assert icon.size == (180, 180) and icon.getextrema()[3] == (255, 255)
    assert icon.getpixel((3, 3)) == (255, 255, 255, 255)
    blue = re.search('fill="#(\\w+)"', (BOOK / "_assets" / "favicon.svg").read_text("utf8"))[1]
    middle = "".join(f"{value:02x}" for value in icon.getpixel((90, 90))[:3])
    assert middle == blue
    for path in PAGES:
        assert head(path).links["apple-touch-icon"] == ["../_static/touch-icon.png"]


def test_without_an_address_nothing_pretends_to_have_one() -> None:
    if (SITE / "sitemap.xml").exists():
        pytest.skip("this site was built with BOOK_URL")
    for path in [*PAGES, "index.html"]:
        one = head(path)
        assert not (one.links["canonical"] or one.metas["og:image"] or one.metas["og:url"])
    assert (SITE / "robots.txt").read_text("utf8") == "User-agent: *\nAllow: /\n"


@each_edition
def test_footer_says_who_may_use_it_and_when_it_changed(edition: str) -> None:
    footer = (SITE / edition / "01_patches.html").read_text("utf8").split('class="copyright"')[1]
    assert "CC BY 4.0" in footer and "MIT" in footer
    assert {"en": "Text and figures", "zh": "文字和插图"}[edition] in footer


@each_edition
def test_switching_the_language_loads_nothing_twice(server: Any, browser: Browser, edition: str) -> None:
    other = "zh" if edition == "en" else "en"
    page = browser.new_page()
    page.goto(f"{server.url}/{edition}/glossary.html", wait_until="networkidle")
    page.click("a[data-edition]")
    page.wait_for_url(f"**/{other}/**")
    page.wait_for_load_state("networkidle")
    entries = (
        "performance.getEntriesByType('resource').map((e) => [new URL(e.name).pathname, e.transferSize])"
    )
    loaded = {name: size for name, size in page.evaluate(entries) if size}
    assert all(name.startswith(f"/{other}/_static/") for name in loaded), "shared, but loaded again"
    assert sum(loaded.values()) <= SHARED
    page.close()


ROOT_PAGES = {"": "ViT, Patch by Patch", "zh/no/such/page.html": "404"}
PAPER = {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 27)"}
each_root_page = pytest.mark.parametrize("path", ROOT_PAGES)


@each_root_page
def test_root_pages_need_no_javascript(server: Any, browser: Browser, path: str) -> None:
    context, failed = browser.new_context(java_script_enabled=False), []
    page = context.new_page()
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    page.goto(f"{server.url}/{path}")
    assert failed == ([f"{server.url}/{path}"] if path else [])
    assert ROOT_PAGES[path] in page.locator("h1").inner_text()
    for edition in EDITIONS:
        link = page.locator(f".editions [lang^={edition}] a, .editions a[lang^={edition}]").first
        assert link.get_attribute("href").endswith(f"{edition}/index.html") and link.is_visible()
    context.close()


@each_root_page
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_root_pages_in_the_books_look(
    server: Any, browser: Browser, path: str, width: int, scheme: str
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 844})
    page = context.new_page()
    stay = (SITE / "index.html").read_text("utf8").replace("location.replace(", "void (")
    page.route(f"{server.url}/", lambda route: route.fulfill(content_type="text/html", body=stay))
    page.goto(f"{server.url}/{path}")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == PAPER[scheme]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious_findings(page) == []
    context.close()


def test_citation_file_and_bibtex_say_the_same() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf8"))
    book, [author] = citation["preferred-citation"], citation["authors"]
    assert book["authors"] == [author] and author["name"] in (ROOT / "LICENSE").read_text("utf8")
    assert f'version = "{citation["version"]}"' in (ROOT / "pyproject.toml").read_text("utf8")
    for edition in EDITIONS:
        text = (BOOK / edition / "references.md").read_text("utf8")
        fields = dict(re.findall(r"(\w+) += \{+(.*?)\}+,", text.split("```bibtex")[1]))
        assert fields == {
            "title": book["title"],
            "author": author["name"],
            "year": str(book["year"]),
            "note": book["notes"],
        }
