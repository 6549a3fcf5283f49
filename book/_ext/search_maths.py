r"""Formulas as a person would type them into a search field: `\sqrt{D_h}` is √D_h, `\mathbf{x}_\text{class}` is x_class."""

from __future__ import annotations

import re

STYLED = re.compile(r"\\(?:mathbf|mathbb|mathrm|mathcal|operatorname|text|tag)\s*\{([^{}]*)\}")
SIZES = re.compile(r"\\(?:left|right)\b")
SYMBOLS = {
    r"\cdot": "·",
    r"\times": "×",
    r"\le": "≤",
    r"\ge": "≥",
    r"\approx": "≈",
    r"\in": "∈",
    r"\to": "→",
    r"\leftarrow": "←",
    r"\sum": "Σ",
    r"\odot": "⊙",
    r"\infty": "∞",
    r"\top": "T",
    r"\dots": "…",
    r"\ldots": "…",
}
GREEK = dict(
    zip(
        ["alpha", "beta", "epsilon", "varepsilon", "mu", "sigma", "omega", "Phi", "ell"],
        "αβεεμσωΦℓ",
        strict=True,
    )
)
SPACES = re.compile(r"\\[,;:! ]|\\q?quad\b|~")
ROOT = re.compile(r"\\sqrt\s*\{([^{}]*)\}")
FRACTION = re.compile(r"\\frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
COMMAND = re.compile(r"\\([A-Za-z]+)")


def grouped(part: str) -> str:
    """The part in brackets if it is a sum or a product."""
    part = part.strip()
    return f"({part})" if " " in part and not re.fullmatch(r"√\([^()]*\)", part) else part


def plain(formula: str) -> str:
    """The formula without LaTeX's commands and braces, in one line."""
    formula = STYLED.sub(r"\1", SIZES.sub("", SPACES.sub(" ", formula)))
    formula = ROOT.sub(lambda found: f"√{grouped(found[1])}", formula).replace(r"\sqrt", "√")
    formula = FRACTION.sub(lambda found: f"{grouped(found[1])}/{grouped(found[2])}", formula)
    formula = COMMAND.sub(
        lambda found: SYMBOLS.get(found[0]) or GREEK.get(found[1]) or f" {found[1]} ", formula
    )
    return " ".join(re.sub(r"[{}\\&]", "", formula).split())
