"""The EPUB of an edition: its parts, read as an EPUB reader would."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from epub import build_epub, mathjax
from epub_drawing import drawing
from epub_pages import features, fit_page, formulas
from site_server import SITE, toc_pages

OPF, DC = "{http://www.idpf.org/2007/opf}", "{http://purl.org/dc/elements/1.1/}"
SVG = "{http://www.w3.org/2000/svg}"
XHTML = "{http://www.w3.org/1999/xhtml}"
PAGE = (
    '<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title>P</title>'
    '<link rel="stylesheet" href="_static/gone.css"/><link rel="alternate" href="../zh/p.html"/></head><body>'
    '<div class="output"><input type="range"><script>play()</script></div><p>A<br>B &amp; <a href="q.html#z">q</a>'
    '<a href="gone.html">gone</a> <span class="math">\\(a&lt;b\\)</span></p>'
    '<div class="math">\\[N \\tag{1.1}\\]</div><svg viewBox="0 0 1 1"></svg></body></html>'
)
MATHML = {("a<b", False): "<math><mi>a</mi></math>", ("N", True): '<math data-x="1"><mi>N</mi></math>'}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    if not (SITE / "zh" / "index.html").is_file():
        pytest.fail("the book is not built: make book", pytrace=False)
    folder = tmp_path_factory.mktemp("epub")
    with drawing() as drawer:
        [formula] = drawer.mathml(mathjax(SITE, "zh"), {("a", False)}).values()  # as for an edition before
        assert "<mi>a</mi>" in formula
        build_epub(drawer, "zh", folder / "work", folder / "book.epub")
    with zipfile.ZipFile(folder / "book.epub") as book:
        yield book


@pytest.fixture(scope="module")
def pages(book: zipfile.ZipFile) -> dict[str, ElementTree.Element]:
    """Every page, by its name; one that is not well-formed raises here."""
    return {
        name: ElementTree.fromstring(book.read(name)) for name in book.namelist() if name.endswith(".xhtml")
    }


def test_says_what_it_is(book: zipfile.ZipFile) -> None:
    first = book.infolist()[0]
    assert first.filename == "mimetype" and first.compress_type == zipfile.ZIP_STORED
    assert book.read("mimetype").strip() == b"application/epub+zip"
    package = ElementTree.fromstring(book.read("content.opf"))
    data = {each.tag.removeprefix(DC): each.text for each in package.iter() if each.tag.startswith(DC)}
    assert (data["title"], data["language"]) == ("逐块拆解 Vision Transformer", "zh-CN")
    assert data["identifier"].startswith("urn:uuid:")
    assert data["identifier"] in book.read("toc.ncx").decode()
    assert "_static/cover.png" in [item.get("href") for item in package.iter(f"{OPF}item")]
    assert sum(each.file_size for each in book.infolist()) < 20_000_000


def test_the_contents_name_every_chapter_in_order(book: zipfile.ZipFile) -> None:
    hrefs = [link["href"] for link in BeautifulSoup(book.read("nav.xhtml"), "html.parser").find_all("a")]
    assert [Path(href).stem for href in hrefs if "#" not in href] == toc_pages()


def test_every_link_and_picture_is_in_the_book(book: zipfile.ZipFile, pages: dict) -> None:
    ids = {name: {each.get("id") for each in page.iter()} for name, page in pages.items()}
    missing = []
    for name, page in pages.items():
        for address in (each.get("href") or each.get("src") for each in page.iter()):
            if not address or address.startswith(("https://", "data:", "mailto:")):
                continue
            path, _, fragment = address.partition("#")
            target = posixpath.normpath(path) if path else name
            if target not in book.namelist() or (fragment and fragment not in ids[target]):
                missing.append((name, address))
    assert missing == []


def test_formulas_are_mathml_and_nothing_is_a_script(pages: dict) -> None:
    chapter = pages["03_attention.xhtml"]
    maths = list(chapter.iter("{http://www.w3.org/1998/Math/MathML}math"))
    assert len(maths) > 50 and all(each.get("alttext") and len(each) for each in maths)
    for name, page in pages.items():
        assert list(page.iter(f"{XHTML}script")) == [], name
        assert "\\(" not in "".join(page.itertext()), name


def test_each_formula_and_hint_is_there_once_and_figures_are_whole(
    book: zipfile.ZipFile, pages: dict
) -> None:
    for name, page in pages.items():
        soup = BeautifulSoup(book.read(name), "html.parser")
        assert len(soup.find_all("math")) == len(soup.select(".math")), name
        assert soup.find_all("noscript") == [], name
        ids = [each.get("id") for each in page.iter() if each.get("id")]
        wanted = re.findall(r'url\(#([^)]+)\)|xlink:href="#([^"]+)"', book.read(name).decode())
        assert {one or other for one, other in wanted} - set(ids) == set(), name
        assert len(ids) == len(set(ids)), name
    chapter = pages["03_attention.xhtml"]
    folds = [each for each in chapter.iter(f"{XHTML}div") if (each.get("class") or "").startswith("hints")]
    assert [len(list(each.iter(f"{XHTML}details"))) for each in folds] == [
        4,
        5,
        5,
        5,
        4,
    ]  # code has a wrong attempt, too
    assert len(list(chapter.iter(f"{SVG}clipPath"))) > 5 and list(chapter.iter(f"{SVG}clippath")) == []


def test_a_page_becomes_fit_for_readers() -> None:
    assert formulas(PAGE) == set(MATHML)
    page = fit_page(PAGE, {"q.xhtml"}, MATHML, "en", "en")
    body = ElementTree.fromstring(page)
    assert [each.get("href") for each in body.iter(f"{XHTML}a")] == ["q.xhtml#z"]
    assert "gone</span>" in page and "gone.css" not in page and "../zh" not in page
    assert "script" not in page.replace("MathML", "") and "something to play with" in page
    assert '<span class="eqno">(1.1)</span>' in page and "data-x" not in page and 'alttext="a&lt;b"' in page
    assert 'viewBox="0 0 1 1"' in page and body.get("lang") == "en"
    assert features(page) == "mathml svg" and features("<p/>") == ""
