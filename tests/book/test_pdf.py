"""The printed edition: a short one, of three real pages, made from the built site and read by pypdf."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from downloads import link_downloads
from joined_pages import heading_text, inner_target, load_page
from pdf import print_edition, print_numbered
from pdf_text import mended_line
from printed_book import document
from pypdf import PdfReader
from pypdf.generic import Destination
from site_server import SITE

PAGES = ["index", "04_mlp", "glossary"]
CHINESE = SITE / "zh"
MEGABYTE = 1_000_000
A4 = (210, 297)  # mm
POINT = 25.4 / 72


@pytest.fixture(scope="module")
def pdf() -> bytes:
    if not (CHINESE / "index.html").is_file():
        pytest.fail("the book is not built: make book", pytrace=False)
    return print_edition(CHINESE, PAGES, "zh", "全体贡献者")


@pytest.fixture(scope="module")
def reader(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


@pytest.fixture(scope="module")
def text(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


@pytest.fixture(scope="module")
def joined() -> BeautifulSoup:
    return BeautifulSoup(document(CHINESE, [*PAGES, "03_attention"], "zh", "assets", "A"), "html.parser")


def bookmarks(outline: list) -> Iterator[Destination]:
    """Every bookmark, however deep, in order."""
    for each in outline:
        if isinstance(each, list):
            yield from bookmarks(each)
        else:
            yield each


def links(reader: PdfReader) -> Iterator[dict]:
    """Every link's annotation."""
    for page in reader.pages:
        for annotation in page.get("/Annots", []):
            if annotation.get_object().get("/Subtype") == "/Link":
                yield annotation.get_object()


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_bookmarks_are_the_headings_of_all_pages_in_order(reader: PdfReader) -> None:
    wanted = ["目录"]
    for name in PAGES:
        wanted += [heading_text(each) for each in load_page(CHINESE, name).article.find_all(["h1", "h2"])]
    found = [squeezed(each.title) for each in bookmarks(reader.outline)]
    listed = [each for each in found if each in map(squeezed, wanted)]
    assert list(dict.fromkeys(listed)) == list(dict.fromkeys(map(squeezed, wanted)))
    assert "附录：提示与参考答案" in found
    pages = [reader.get_destination_page_number(each) for each in bookmarks(reader.outline)]
    assert pages == sorted(pages) and len(set(pages)) > len(PAGES)


def test_every_link_leads_somewhere(reader: PdfReader) -> None:
    known, inner, outer = set(reader.named_destinations), [], []
    for link in links(reader):
        action = link.get("/A", {}).get_object() if "/A" in link else {}
        if "/URI" in action:
            outer.append(str(action["/URI"]))
        else:
            inner.append(str(link.get("/Dest", action.get("/D"))))
    assert len(inner) > 30 and [each for each in inner if each not in known] == []
    assert outer and [each for each in outer if not each.startswith("https://")] == []


def test_solutions_stand_at_the_end_with_links_both_ways(reader: PdfReader) -> None:
    places = {
        name.removeprefix("/"): reader.get_destination_page_number(place)
        for name, place in reader.named_destinations.items()
    }
    moved = {name: page for name, page in places.items() if name.startswith("solutions.04_mlp.exercise")}
    assert len(moved) == 5
    for name, page in moved.items():
        assert places[name.removeprefix("solutions.")] < places["glossary"] < page


def test_each_hint_and_solution_is_there_once(joined: BeautifulSoup) -> None:
    chapters = [load_page(CHINESE, name).article for name in ("04_mlp", "03_attention")]
    wanted = [squeezed(fold.get_text()) for chapter in chapters for fold in chapter.select(".hints details")]
    helps = joined.find(id="solutions").select(".help")
    for note in joined.select(".help .page-of"):
        note.decompose()
    assert len(wanted) == 47 and [squeezed(each.get_text()) for each in helps] == wanted
    assert joined.select("details") == [] and len(joined.select(".help")) == len(helps)
    rows = [row.a.get_text() for row in joined.select(".hints")]
    assert rows == ["提示与参考答案"] * 10


def test_a_figure_finds_its_parts_in_the_joined_document(joined: BeautifulSoup) -> None:
    assert len(joined.select("svg.drawing")) == 10 and len(joined.select("svg.drawing use")) > 50
    ids = {each["id"] for each in joined.find_all(id=True)}
    wanted = {each["xlink:href"].removeprefix("#") for each in joined.select("svg.drawing use")}
    wanted |= set(re.findall(r"url\(#([^)]+)\)", str(joined)))
    assert wanted - ids == set()


def test_what_stands_in_for_a_script_is_not_printed(joined: BeautifulSoup) -> None:
    assert joined.find_all("noscript") == []
    assert [each["href"] for each in joined.select("link") if "no-script" in each["href"]] == []


class Press:
    """A tab whose page breaks depend on the room that numbers have, and on whether it has printed before."""

    def __init__(self) -> None:
        self.loads = self.prints = self.room = 0

    def goto(self, address: str, wait_until: str) -> None:
        self.loads += 1

    def evaluate(self, script: str, marks: dict | None = None) -> None:
        if marks is not None:
            self.room = sum(digits for _, digits in marks.values())

    def pdf(self, **_: bool) -> bytes:
        self.prints += 1
        page = {0: 9, 1: 10, 2: 9}[self.room]  # two digits push it back: the mark keeps the room
        return bytes([page + self.prints - self.loads])


def test_printing_ends_with_true_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdf.page_numbers", lambda pdf: {"place": pdf[0]})
    press = Press()
    assert print_numbered(press, "file:///book.html") == bytes([9])
    assert press.loads == press.prints == 4


def test_the_contents_say_the_true_pages(reader: PdfReader) -> None:
    rows = reader.pages[1].extract_text()
    for name, title in (("glossary", "术语表"), ("04_mlp", "04")):
        page = reader.get_destination_page_number(reader.named_destinations[f"/{name}"]) + 1
        assert any(title in row and row.split()[-1] == str(page) for row in rows.splitlines()), (title, rows)


def test_text_formulas_and_fonts_are_in_the_file(reader: PdfReader, text: str) -> None:
    assert "层归一化" in text
    assert re.findall("[\u2e80-\u2fdf]", text) == [], (
        "radicals in the place of characters: nobody could search"
    )
    assert "𝜎" in text or "σ" in text, "the formulas were not rendered"
    assert "\\(" not in text and "\\[" not in text and "mjx" not in text
    embedded = 0
    for page in reader.pages:
        for font in (each.get_object() for each in page["/Resources"].get("/Font", {}).values()):
            assert "/ToUnicode" in font, "its text could be neither found nor copied"
            if (
                font["/Subtype"] == "/Type3"
            ):  # a font that is nothing but its own drawings, as the Chinese ones
                assert font["/CharProcs"]
                continue
            descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor), font["/BaseFont"]
            embedded += 1
    assert embedded


def test_is_a_tagged_a4_file_in_its_language(reader: PdfReader, pdf: bytes) -> None:
    for page in reader.pages:
        assert [round(float(side) * POINT) for side in page.mediabox[2:]] == list(A4)
    catalog = reader.trailer["/Root"]
    assert catalog["/Lang"] == "zh-CN" and catalog["/MarkInfo"]["/Marked"]
    assert reader.metadata.title == BeautifulSoup(
        (CHINESE / "index.html").read_text("utf8"), "html.parser"
    ).h1.find(string=True)
    assert len(pdf) < 12 * MEGABYTE


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ("<0001> <2F00>", "<0001> <4E00>"),
        ("<0001> <0041>", "<0001> <0041>"),
        ("<0001> <0002> <2F00>", "<0001> <0002> [<4E00> <4E28>]"),
        ("<0001> <2EC5>", "<0001> <89C1>"),
    ],
)
def test_a_radical_becomes_the_character_of_its_shape(line: str, mended: str) -> None:
    assert mended_line(line) == mended


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("#idea", "index.idea"),
        ("04_mlp.html#idea", "04_mlp.idea"),
        ("04_mlp.html", "04_mlp"),
        ("06_training.html#idea", None),
        ("_sources/04_mlp.ipynb", None),
        ("https://example.org/04_mlp.html", None),
    ],
)
def test_where_a_link_leads_in_the_joined_document(href: str, target: str | None) -> None:
    assert inner_target(href, "index", {"index", "04_mlp"}) == target


def test_the_front_page_links_what_is_there(tmp_path) -> None:
    index = tmp_path / "index.html"
    page = '<article class="bd-article">\n<h1>B</h1><p>One.</p>\n<p><a class="btn start" href="x">Go</a></p>\n<p>Two.</p></article>'
    index.write_text(page, "utf8")
    link_downloads(tmp_path, "en")
    assert index.read_text("utf8") == page
    (tmp_path / "vit-patch-by-patch-en.pdf").write_bytes(bytes(1_500_000))
    link_downloads(tmp_path, "en")
    (tmp_path / "vit-patch-by-patch-en.epub").write_bytes(bytes(2_000_000))
    link_downloads(tmp_path, "en")
    line = index.read_text("utf8").split("Go</a></p>\n")[1].split("<p>Two")[0]
    assert line == (
        '<p class="downloads">To take along: <a href="vit-patch-by-patch-en.pdf" download>PDF (1.5 MB)</a>, '
        '<a href="vit-patch-by-patch-en.epub" download>EPUB (2.0 MB)</a>.</p>\n'
    )
