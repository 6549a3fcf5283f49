"""A number is one value however it is spelt, and what only looks like a number is none."""

from __future__ import annotations

import numerals
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markup import parse

SAME = [
    ("50,176", "50176"),
    ("50\u2009176", "50176"),
    ("５０，１７６", "50176"),
    ("2.5 billion", "25 亿"),
    ("300 million", "3 亿"),
    ("10k", "1 万"),
    ("1e-6", "10⁻⁶"),
    ("3e-4", "3×10^{-4}"),
    ("8.", "8.0"),
    ("14x14", "14×14"),
    ("P=16,", "16"),
    ("84.7 %", "84.7%"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_number_in_two_spellings(one, other):
    assert {n.values for n in numerals.in_text(one)} == {n.values for n in numerals.in_text(other)} != set()


@pytest.mark.parametrize(
    ("formula", "values"),
    [
        (r"10^{-6}", {"0.000001"}),
        (r"3 \times 10^{-4}", {"0.0003"}),
        (r"50{,}176 = 50\,176", {"50176"}),
        (r"196\times768", {"196", "768"}),
        (r"N = HW/P^2 = 14^2", {"2", "14"}),
        (r"x_1 + x_{12} + \mathbf{z}_{\text{cls}} \tag{7}", set()),
        (r"\frac12 2D", {"1", "2"}),
    ],
)
def test_numbers_in_formulas(formula, values):
    assert {value for number in numerals.in_math(formula) for value in number.values} == values


@pytest.mark.parametrize(
    "text",
    [
        "float32, vit_b_16, Conv2d",
        "CIFAR-10, ImageNet-21k, top-1",
        "ViT-B/16",
        "a 2-D grid",
        "D.3",
        "01.2, 03",
        "Equation (2.1), Equations (5.1) and (5.2)",
        "公式 (2.1)、公式 (5.1) 和公式 (5.2)",
    ],
)
def test_names_are_no_numbers(text):
    assert numerals.in_text(text) == []


def test_tokens_not_substrings():
    assert not {"19", "96", "76"} & numerals.in_output("196 and 768, 1,968")


def test_outputs_are_read_in_every_way():
    values = numerals.in_output("torch.Size([3,224,224]) 2.5 billion, 84.7% 1.5e-03")
    assert {"3", "224", "2.5", "2500000000", "84.7", "0.847", "0.0015"} <= values


@given(
    st.integers(min_value=0, max_value=10**12), st.sampled_from(["{}", "约 {} 个", "({},", "={}.", "**{}**"])
)
def test_any_integer_is_read_back(number, frame):
    for spelling in (str(number), f"{number:,}"):
        [found] = numerals.in_block(parse(frame.format(spelling)).blocks[0])
        assert found.values == {str(number)}


@given(st.decimals(min_value=0, max_value=10**6, places=3))
def test_any_decimal_is_read_back(number):
    assert numerals.in_output(f"loss {number}") == {numerals.canonical(str(number))}


@pytest.mark.parametrize(
    ("markdown", "numbers"),
    [
        ("`77` and\n\n```python\n78\n```", []),
        ("1. one\n2. two", []),
        ("[79](https://example.org/80)", ["79"]),
        ("<https://example.org/80>", []),
        ("| 81 | $82$ |\n| -- | -- |\n| 83 | a |", ["81", "82", "83"]),
        ("<details><summary>84</summary>\n\n85\n\n```\n86\n```\n\n</details>", ["84", "85"]),
        ("# Title 87\n\n$$\n88\n$$", ["87", "88"]),
        ('```{raw} html\n:file: a1.svg\n```\n```{raw} html\n<p id="m92">93</p>\n```', ["93"]),
        ("```{note} Title 89\n:class: c90\n\nBody 91\n```", ["89", "91"]),
    ],
)
def test_where_numbers_count(markdown, numbers):
    assert [n.text for block in parse(markdown).blocks for n in numerals.in_block(block)] == numbers
