"""Figures on the built pages: letters that can be read, the page's colours, words of the edition, a number each."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml
from drawings import notebook_drawings
from places import BOOK
from playwright.sync_api import Browser
from site_server import EDITIONS, toc_pages

CHAPTERS = [page for page in toc_pages() if (BOOK / "en" / f"{page}.ipynb").is_file()]
DRAWN = [page for page in CHAPTERS if list(notebook_drawings(BOOK / "en" / f"{page}.ipynb"))]
PATHS = [f"{edition}/{page}.html" for page in DRAWN for edition in EDITIONS]
WIDE, PHONE = 1440, 390
each_page = pytest.mark.parametrize("path", PATHS)

# Of each drawing: sizes of letters in pixels of the page (but for sub- and superscripts, which are smaller by rule), its
# own width, how far it juts out of the column, colours of ink. `Letters` are of all that a reader takes for text.
LOOK = r"""() => [...document.querySelectorAll("svg.drawing")].map((svg) => {
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const letters = [...svg.querySelectorAll("text, tspan")].filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  const sizes = letters.map((e) => parseFloat(getComputedStyle(e).fontSize));
  const column = svg.closest(".cell_output").getBoundingClientRect(), box = svg.getBoundingClientRect();
  return {
    sizes: sizes.filter((size) => size > 8).map((size) => size * scale),
    width: box.width,
    juts: Math.max(box.right - column.right, column.left - box.left),
    inks: [...new Set(letters.map((e) => getComputedStyle(e).fill))],
    fonts: [...new Set(letters.map((e) => getComputedStyle(e).fontFamily))],
  };
})"""
PAPER = "() => getComputedStyle(document.body).backgroundColor"
FILTERS = r"""() => {
  const found = [];
  for (const data of document.querySelectorAll(".cell_output :is(img, svg, image, canvas)"))
    for (let e = data; e; e = e.parentElement)
      if (getComputedStyle(e).filter !== "none") found.push(`${e.tagName} ${getComputedStyle(e).filter}`);
  return found;
}"""
GROUNDS = r"""() => [...document.querySelectorAll("figure :is(img, svg.drawing)")].map((e) => getComputedStyle(e).backgroundColor)"""
PICTURES = r"""() => [...document.querySelectorAll(".cell_output :is(img, svg.drawing, .patch-explorer, .encoder-block)")].map((e) => {
  const figure = e.closest("figure");
  return [figure?.querySelector(".caption-number")?.innerText.trim(), figure?.querySelector(".caption-text")?.innerText.trim(), e.getAttribute("alt") ?? e.getAttribute("aria-label") ?? ""];
})"""
SHOWN_WORDS = r"""(name) => [...document.querySelectorAll(`svg.${name} text`)].map((e) =>
  [...e.querySelectorAll(":scope > tspan[lang]")].filter((t) => getComputedStyle(t).display !== "none").map((t) => t.textContent)[0] ?? e.textContent)"""


@pytest.fixture(scope="module")
def seen(server: Any, browser: Browser) -> Any:
    """What a page shows on two screens in both colour schemes; each is opened once."""

    @cache
    def look(path: str) -> dict[tuple[int, str], dict[str, Any]]:
        page, found = browser.new_page(), {}
        page.goto(f"{server.url}/{path}", wait_until="networkidle")
        page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        page.add_style_tag(
            content="* { transition: none !important; }"
        )  # colours fade over; look at the final ones
        for width in (WIDE, PHONE):
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'")
                scripts = {"drawings": LOOK, "paper": PAPER, "filters": FILTERS, "grounds": GROUNDS}
                found[width, scheme] = {name: page.evaluate(script) for name, script in scripts.items()}
        found["pictures"] = page.evaluate(PICTURES)
        found["ids"] = page.evaluate("[...document.querySelectorAll('svg.drawing [id]')].map((e) => e.id)")
        page.close()
        return found

    return look


def channels(colour: str) -> list[float]:
    """Red, green and blue of a computed colour, from 0 to 1."""
    return [float(part) / 255 for part in colour.partition("(")[2].rstrip(")").split(",")[:3]]


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(colour)]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_picture_of_a_notebook_has_its_drawing(chapter: str) -> None:
    text = (BOOK / "en" / f"{chapter}.ipynb").read_text("utf8")
    pictures = text.count('"image/png": "') + text.count('"image/jpeg": "')
    assert len(list(notebook_drawings(BOOK / "en" / f"{chapter}.ipynb"))) == pictures > 0


@each_page
def test_letters_are_13_to_14_pixels_and_on_a_phone_11(seen: Any, path: str) -> None:
    for (width, _), least, most in (((WIDE, ""), 13, 14.1), ((PHONE, ""), 11, 14.1)):
        drawings = seen(path)[width, "light"]["drawings"]
        assert drawings and all(drawing["sizes"] for drawing in drawings)
        sizes = [size for drawing in drawings for size in drawing["sizes"]]
        assert least <= min(sizes) <= max(sizes) <= most, (width, min(sizes), max(sizes))
        assert max(drawing["width"] for drawing in drawings) <= 620
        assert max(drawing["juts"] for drawing in drawings) <= 0.5, f"cut off at {width} px"


@each_page
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_stand_out_from_the_page(seen: Any, path: str, scheme: str) -> None:
    here = seen(path)[WIDE, scheme]
    on_data = {"rgb(0, 0, 1)", "rgb(255, 255, 254)"}  # plots.style.DARK and LIGHT
    inks = {ink for drawing in here["drawings"] for ink in drawing["inks"]} - on_data
    assert inks, "no letters on the page's own ground"
    assert min(contrast(ink, here["paper"]) for ink in inks) >= 4.5


def test_letters_on_data_stand_out_from_their_cells() -> None:
    from matplotlib import colormaps

    from vit_tutorial.plots.style import DARK, LIGHT

    for i in range(101):  # as plots.show_weights chooses
        cell, ink = colormaps["Blues"](i / 100), LIGHT if i > 71 else DARK
        rgb = [f"rgb({', '.join(str(round(c * 255)) for c in colour)})" for colour in (cell[:3],)]
        rgb.append(f"rgb({', '.join(str(int(ink[j : j + 2], 16)) for j in (1, 3, 5))})")
        assert contrast(*rgb) >= 4.5, (i, contrast(*rgb))


@each_page
def test_data_are_not_filtered_and_lie_on_no_ground(seen: Any, path: str) -> None:
    for width in (WIDE, PHONE):
        for scheme in ("light", "dark"):
            here = seen(path)[width, scheme]
            assert here["filters"] == []
            assert set(here["grounds"]) == {"rgba(0, 0, 0, 0)"}


@each_page
def test_every_figure_has_a_number_a_caption_and_a_description(seen: Any, path: str) -> None:
    pictures = seen(path)["pictures"]
    assert len(pictures) >= 2
    for number, caption, description in pictures:
        assert number and number.split()[0] in ("Fig.", "图") and number.split()[1].isdigit()
        assert caption and len(caption) > 8
        assert description is not None


@each_page
def test_ids_within_drawings_are_unique(seen: Any, path: str) -> None:
    ids = seen(path)["ids"]
    assert len(ids) == len(set(ids)) > 0


def test_symbols_are_set_as_in_formulas(seen: Any) -> None:
    fonts = [
        font
        for drawing in seen("en/03_attention.html")[WIDE, "light"]["drawings"]
        for font in drawing["fonts"]
    ]
    assert any(font.startswith("MJXTEX-I") for font in fonts) and not any(
        "STIXGeneral" in font for font in fonts
    )
    assert not any("DejaVu" in font for font in fonts)


DIAGRAMS = {"encoder-block": "05_encoder", "model-map": "index"}
SAME = {"LayerNorm", "MLP", "MSA", "logits", "Linear", "Linear, GELU"}
OWN_WORDS = {  # of the diagrams, besides the terms
    "encoder-block": {"Linear：查询、键、值", "拆成 h 个头", "拼接各头，Linear"},
    "model-map": {
        "图像",
        "切成 P × P 的图像块",
        "前面加类别词元",
        "+ 位置嵌入",
        "编码器块，共 L 个",
        "类别词元的 LayerNorm",
    },
}


@pytest.mark.parametrize("diagram", DIAGRAMS)
def test_diagrams_speak_the_editions_language(server: Any, browser: Browser, diagram: str) -> None:
    terms = {each["zh"] for each in yaml.safe_load((BOOK / "terms.yml").read_text("utf8"))}
    shown = {}
    for edition in EDITIONS:
        page = browser.new_page(viewport={"width": PHONE, "height": 900})
        page.goto(f"{server.url}/{edition}/{DIAGRAMS[diagram]}.html")
        shown[edition] = page.evaluate(SHOWN_WORDS, diagram)
        size = page.evaluate(f"""() => {{ const svg = document.querySelector("svg.{diagram}");
            const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
            return [...svg.querySelectorAll("text")].map((e) => parseFloat(getComputedStyle(e).fontSize) * scale); }}""")
        assert 11 <= min(size) <= max(size) <= 14.1
        page.close()
    pairs = list(zip(*shown.values(), strict=True))
    assert len(pairs) > 10
    for english, chinese in pairs:
        assert english.isascii() or not any("\u4e00" <= letter <= "\u9fff" for letter in english)
        if any("\u4e00" <= letter <= "\u9fff" for letter in chinese):
            assert chinese in terms | OWN_WORDS[diagram], chinese
        else:
            assert english == chinese and (english in SAME or "(" in english or len(english) == 1), english
    assert sum(english != chinese for english, chinese in pairs) >= 3


BAR = r"""() => [...document.querySelectorAll(".listing-bar")].map((bar) => {
  const code = bar.nextElementSibling;
  return {bar: bar.innerText.trim(), link: bar.querySelector("a")?.href ?? null, text: code.innerText, marked: code.querySelectorAll("span.k, span.kn, span.nf, span.nc").length};
})"""


@pytest.mark.parametrize("edition", EDITIONS)
def test_listings_are_highlighted_below_a_bar(server: Any, browser: Browser, edition: str) -> None:
    page = browser.new_page()
    page.goto(f"{server.url}/{edition}/04_mlp.html")
    [listing] = page.evaluate(BAR)
    assert listing["bar"] == "vit_tutorial/mlp.py · MLP"
    assert listing["link"] is None or listing["link"].split("#")[0].endswith("/vit_tutorial/mlp.py")
    assert listing["text"].startswith("class MLP(nn.Module):") and listing["marked"] >= 7
    page.close()
