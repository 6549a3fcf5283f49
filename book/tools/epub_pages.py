"""Makes Sphinx's EPUB pages fit for readers: well-formed XHTML, formulas in MathML, nothing that needs a script."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bs4 import BeautifulSoup, Tag

# The HTML parser writes names in lower case; in XHTML these of SVG have capitals.
SVG_NAMES = {
    name.lower(): name
    for name in (
        "viewBox",
        "preserveAspectRatio",
        "markerWidth",
        "markerHeight",
        "refX",
        "refY",
        "textLength",
        "clipPath",
        "clipPathUnits",
        "linearGradient",
        "gradientUnits",
    )
}
NO_USE = (
    'script, noscript, style, link[rel="alternate"], meta[name="viewport"], a.headerlink, button, a.start'
)
LIVE = {
    "en": "Here the site has something to play with.",
    "zh": "网页版的这里可以动手试。",
}
MATHML = "http://www.w3.org/1998/Math/MathML"
TAGGED = re.compile(r"\\tag\{([^}]*)\}")
Formula = tuple[str, bool]  # its TeX, and whether it stands on a line of its own


def formula(element: Tag) -> tuple[Formula, str]:
    """The TeX that an element of the class `math` holds, and its number."""
    text = element.get_text().strip()
    for part in element.select(".eqno"):
        text = text.replace(part.get_text().strip(), "", 1).strip()
    tex, display = text[2:-2].strip(), element.name == "div"
    number = TAGGED.search(tex)
    return (TAGGED.sub("", tex).strip(), display), number.group(1) if number else ""


def formulas(page: str) -> set[Formula]:
    """Every formula of a page, without its number."""
    return {formula(element)[0] for element in BeautifulSoup(page, "html.parser").select(".math")}


def set_formula(element: Tag, mathml: Mapping[Formula, str]) -> None:
    """Put MathML in the place of TeX, which stays as the text for who cannot show it."""
    key, number = formula(element)
    maths = BeautifulSoup(mathml[key], "html.parser").math
    for part in [maths, *maths.find_all(True)]:
        part.attrs = {name: value for name, value in part.attrs.items() if not name.startswith("data-")}
    maths["xmlns"], maths["alttext"] = MATHML, key[0]
    element.clear()
    element.append(maths)
    if number:
        label = Tag(name="span", attrs={"class": "eqno"})
        label.string = f"({number})"
        element.append(label)


def without_scripts(soup: BeautifulSoup, edition: str) -> None:
    """An output that lives by a script says so instead; other scripts go."""
    for output in soup.select(".output:has(script)"):
        output.clear()
        note = soup.new_tag("p")
        note.string = LIVE[edition]
        output.append(note)
    for element in soup.select(NO_USE):
        element.decompose()


def right_links(soup: BeautifulSoup, files: set[str]) -> None:
    """Links written for the site's pages lead to the book's; where the book has no such file, the words remain."""
    for link in soup.find_all("a", href=True):
        link["href"] = re.sub(r"^([\w-]+)\.html(?=#|$)", r"\1.xhtml", link["href"])
        path = link["href"].partition("#")[0]
        if path and not re.match(r"(https?|mailto):", path) and path not in files:
            link.name, link.attrs = "span", {}
    for sheet in soup.find_all("link", href=True):
        if sheet["href"] not in files:
            sheet.decompose()


def drawn(soup: BeautifulSoup) -> None:
    """Give the names in drawings their capitals back, and declare what they are."""
    for drawing in soup.find_all("svg"):
        drawing["xmlns"] = "http://www.w3.org/2000/svg"
        for element in [drawing, *drawing.find_all(True)]:
            element.name = SVG_NAMES.get(element.name, element.name)
            element.attrs = {SVG_NAMES.get(name, name): value for name, value in element.attrs.items()}


def fit_page(page: str, files: set[str], mathml: Mapping[Formula, str], edition: str, language: str) -> str:
    """A page of the EPUB as XHTML.

    Args:
        page: as Sphinx wrote it.
        files: what the EPUB holds.
        mathml: each formula's MathML.
        edition: `en` or `zh`.
        language: the edition's language, such as `zh-CN`.
    """
    soup = BeautifulSoup(page, "html.parser")
    soup.html["lang"] = soup.html["xml:lang"] = language
    without_scripts(soup, edition)
    right_links(soup, files)
    drawn(soup)
    for element in soup.select(".math"):
        set_formula(element, mathml)
    for folded in soup.select("details.hide"):
        folded.summary.select_one(".expanded").decompose()
    for image in soup.find_all("img"):
        image.attrs.pop("loading", None)
    return str(soup)


def features(page: str) -> str:
    """What the list of files must say that a page holds, such as `mathml svg`."""
    return " ".join(name for name, mark in (("mathml", "<math"), ("svg", "<svg")) if mark in page)
