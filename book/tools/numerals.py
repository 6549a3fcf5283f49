"""Numbers in running text, in formulas and in outputs, read as values.

`50,176`, `50 176` with a thin space and `50{,}176` are one number; `2.5 billion` and `25 亿` are one number;
`10^{-6}`, `10⁻⁶` and `1e-06` are one number. A number is compared as a whole, never as a part of another.

What looks like a number and is none is skipped:

* names: `float32`, `vit_b_16`, `CIFAR-10`, `ViT-B/16`, `top-1`, `2-D`, `D.3`, `Hint 1`;
* numbers of chapters and exercises, which are always written with a leading zero: `01`, `03.2`;
* subscripts, as in `x_1`, and the number of an equation, in `\\tag{2.1}` and in `Equation (2.1)`;
* a sign: -2 and 2 are compared as 2, because a hyphen, a dash and a minus are too easily mixed up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from markup import Block

SCALES = {"k": 10**3, "M": 10**6}
SCALES |= {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SCALES |= {"千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

GROUPED = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,]*\d)"
PLAIN = rf"(?:{GROUPED}|\d+(?:\.\d+)*)(?:[eE][-+]?\d+)?"
EQUATION = r"(?:Equations?|公式) \(\d+\.\d+\)(?:(?: and | ?和公式 )\(\d+\.\d+\))?"
NAMES_IN_TEXT = (
    EQUATION,
    r"[A-Za-z]+-\d+(?:\.\d+)?[A-Za-z]*",  # CIFAR-10, ImageNet-21k, top-1
    r"\b(?:Ti|S|B|L|H)/\d+\b",  # B/16
    r"\b[1-4]-?D\b",  # 2-D
    r"(?:Hint|提示) \d",
)
NAMES = (
    r"[A-Z]\.\d+(?:\.\d+)*",  # D.3
    r"[A-Za-z_]+\d\w*",  # float32, vit_b_16
    r"(?<![\d.])0\d\w*(?:\.\d+)?",  # 01, 01.2, 01_patches
)
POWER = rf"(?:(?P<factor>{PLAIN})\s*×\s*)?10\s*\^\s*\{{?\s*(?P<power>-?\d+)\s*\}}?"
SCALE = r"(?P<percent>\s?%)|\s?(?P<scale>thousand|million|billion|trillion|万亿|百万|千万|[千万亿])"
LETTER = r"(?P<letter>[kM])(?![A-Za-z])"  # 10k steps; in a formula 2k is twice k


def _pattern(names: tuple[str, ...], after: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(names)})|{POWER}|(?P<plain>{PLAIN})(?:{after})?", re.ASCII)


IN_TEXT = _pattern(NAMES_IN_TEXT + NAMES, f"{SCALE}|{LETTER}")
IN_MATH = _pattern(NAMES, f"{SCALE}|(?P<letter>(?!))")


@dataclass(frozen=True)
class Number:
    """A number as it is written, and the values that it may be compared as.

    Attributes:
        text: The number in the text, without thousands separators.
        values: Its value in plain digits; a percentage has two, `84.7 %` being 84.7 and 0.847.
    """

    text: str
    values: frozenset[str]


def in_text(text: str) -> list[Number]:
    """The numbers of a running text."""
    return list(_find(IN_TEXT, _clean(re.sub(r"https?://\S+", " ", text))))


def in_math(formula: str) -> list[Number]:
    """The numbers of a LaTeX formula."""
    return list(_find(IN_MATH, _clean(_plain_math(formula))))


def in_block(block: Block) -> list[Number]:
    """The numbers of a heading, paragraph, table cell or formula; code in it is left out."""
    found: list[Number] = []
    for is_math, text in _runs(block):
        found += in_math(text) if is_math else in_text(text)
    return found


def in_output(text: str) -> set[str]:
    """Every value that a printed text may be quoted as.

    A quotation is one number; an output may be read in several ways: `[3,224,224]` as three numbers or as one.
    """
    found = in_text(text) + in_text(text.replace(",", ", "))
    values = {value for number in found for value in number.values}
    return values | {canonical(plain) for plain in re.findall(PLAIN, " ".join(n.text for n in found))}


def canonical(number: str) -> str:
    """One spelling for each value: `1,000.50` → `1000.5`; `2.15.0`, which is no number, stays."""
    plain = number.replace(",", "")
    return plain if plain.count(".") > 1 else _digits(Decimal(plain))


def _digits(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _runs(block: Block) -> Iterator[tuple[bool, str]]:
    """Neighbouring text is read together (a bold number before its unit); each formula on its own."""
    text = ""
    for piece in block.pieces:
        if piece.kind == "math":
            yield False, text
            yield True, piece.text
            text = ""
        else:
            text += " ` " if piece.kind == "code" else piece.text
    yield False, text


def _clean(text: str) -> str:
    """Spells digits, separators and powers in one way."""
    text = re.sub(r"[⁻⁰¹²³⁴-⁹]+", lambda m: f"^{{{m[0].translate(SUPERSCRIPTS)}}}", text)
    text = re.sub(r"[₀-₉]+", " ", text)
    text = re.sub(r"(?<=[０-９])，(?=[０-９]{3})", ",", text)
    text = re.sub(r"[０-９．％]", lambda m: unicodedata.normalize("NFKC", m[0]), text)
    text = re.sub(r"(?<=\d)[\u2009\u202f\u00a0](?=\d{3}(?!\d))", ",", text)
    text = re.sub(r"[\u2009\u202f\u00a0]", " ", text)
    return re.sub(r"(?<=\d)x(?=\d)", "×", text).replace("−", "-")


def _plain_math(formula: str) -> str:
    """Removes from a formula what belongs to its layout: tags, commands, subscripts."""
    formula = re.sub(r"\\(?:tag\*?|label|ref|eqref|hspace|vspace)\{[^{}]*\}|\\\\\[[^\]]*\]", " ", formula)
    formula = re.sub(r"\\[td]?frac\s*(\d)\s*(\d)", r" \1 / \2 ", formula)
    formula = formula.replace("{,}", ",").replace(r"\%", "%")
    formula = re.sub(r"(?<=\d)\\[,;: ](?=\d{3}(?!\d))", ",", formula)
    formula = re.sub(r"\\(?:times|cdot)(?![A-Za-z])", "×", formula)
    formula = re.sub(r"\\(?:[A-Za-z]+|[^A-Za-z])", " ", formula)
    return re.sub(r"_(?:\{(?:[^{}]|\{[^{}]*\})*\}|\d+)", " ", formula)


def _find(pattern: re.Pattern[str], text: str) -> Iterator[Number]:
    for match in pattern.finditer(text):
        if match["power"]:
            factor = Decimal((match["factor"] or "1").replace(",", ""))
            yield Number(match[0], frozenset({_digits(factor * Decimal(10) ** int(match["power"]))}))
        elif match["plain"]:
            yield Number(match[0], frozenset(_values(match)))


def _values(match: re.Match[str]) -> Iterator[str]:
    value = canonical(match["plain"])
    scale = SCALES.get(match["scale"] or match["letter"] or "", 1)
    is_number = value.count(".") < 2
    yield _digits(Decimal(value) * scale) if is_number else value
    if match["percent"] and is_number:
        yield _digits(Decimal(value) / 100)
