"""Chinese is set as Chinese, and each term has one translation everywhere."""

from __future__ import annotations

import pytest
import typography
from pages import BOOK, load
from tiny_book import NOTEBOOK, assert_found, edit, recaption, replace, reword


def test_typography_of_the_book():
    if found := typography.book_problems():
        pytest.fail("\n".join(found), pytrace=False)


def test_tiny_book_has_no_problem(book):
    assert typography.book_problems(book) == []


GOOD = [
    "把 224×224 的图像切成 196 个图像块。",
    "✗ 01.2 patchify：每个图像块内部的行和列颠倒了。",
    "你按（通道，列，行）展平；请检查 permute 里最后两个轴的顺序。",
    "返回 (2, 6, 48)，而不是 (2, 48, 6)；用 f(x) 和 `dim=-2`。",
    '把 mode="bilinear" 改成别的，“双三次”也行。',
    "图像块（patch）约占 84.7%，共 50,176 个……",
    "English lines (like this one), are left alone.",
    "模块化的代码，然后归一化；标记出来。",
]
BAD = [
    ("图像,序列", "，"),
    ("图像: 序列", "，；：！？"),
    ("图像块.", "。"),
    ("ViT. 然后", "。"),
    ("(图像块)", "（）"),
    ("图像块 (patch) 是", "（）"),
    ("ViT (Vision Transformer) 是", "（）"),
    ('"图像"', "“”"),
    ("把224 块", "space between Chinese and Latin"),
    ("用 Transformer做", "space between Chinese and Latin"),
    ("用`dim`表示", "space between Chinese and Latin"),
    ("图像 ，序列", "no space before or after full-width"),
    ("图像， 序列", "no space before or after full-width"),
    ("变压器模型", "write Transformer, not 变压器"),
    ("一个补丁", "write 图像块, not 补丁"),
    ("一个令牌", "write 词元, not 令牌"),
    ("层标准化", "write 层归一化, not 层标准化"),
]


@pytest.mark.parametrize("text", GOOD)
def test_good_typography(text):
    assert typography.problems(text) == []


@pytest.mark.parametrize(("text", "remedy"), BAD)
def test_bad_typography(book, text, remedy):
    assert_found(typography.problems(text), remedy)
    edit(book, "zh", "goal", lambda cell: cell.__setitem__("source", f"{cell.source}\n\n{text}"))
    assert_found(typography.book_problems(book), f"book/zh/{NOTEBOOK}, cell goal: ", remedy)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("**注：**文字", "move punctuation out of the bold text"),
        ("一行\n又一行", "keep a Chinese paragraph on one line"),
        ("```text\n错了.\n```", "write 。"),
        ("公式$P$在此", "space between Chinese and Latin"),
    ],
)
def test_bad_markdown(book, text, remedy):
    edit(book, "zh", "goal", lambda cell: cell.__setitem__("source", text))
    assert_found(typography.book_problems(book), f"book/zh/{NOTEBOOK}, cell goal: ", remedy)


def test_typography_of_captions_and_pages(book):
    edit(book, "zh", "figure", recaption(caption="24个像素", alt="深色,方块"))
    replace(book, "zh/index.md", "小书", "小书.")
    found = typography.book_problems(book)
    assert_found(found, f"book/zh/{NOTEBOOK}, cell figure: “24个像素”", "space")
    assert_found(found, f"book/zh/{NOTEBOOK}, cell figure: “深色,方块”", "，")
    assert_found(found, "book/zh/index.md: “小书.”", "。")


def test_glossary_entries_are_two_lines(book):
    replace(
        book, "zh/index.md", "# 小书", "# 小书\n\n```{glossary}\n图像块\n  方块。\n\n词元\n  一个,元素。\n```"
    )
    found = [problem for problem in typography.book_problems(book) if "index.md" in problem]
    assert_found(found, "book/zh/index.md: “一个,元素。”")
    assert len(found) == 1


def test_full_width_punctuation_in_english(book):
    edit(book, "en", "goal", reword("pixels;", "pixels；"))
    assert_found(typography.book_problems(book), f"book/en/{NOTEBOOK}, cell goal: ", "half-width")


def test_terms_are_complete():
    terms = typography.load_terms()
    assert len(terms) > 50
    assert all(set(term) <= {"en", "zh", "avoid"} and term["en"] and term["zh"] for term in terms)
    assert len({term["en"] for term in terms}) == len(terms)


def test_no_right_word_contains_a_wrong_one():
    for term in typography.load_terms():
        assert not [*typography.term_problems(term["zh"])]


def test_every_term_stands_in_both_glossaries():
    english, chinese = (load(BOOK / edition / "glossary.md").cells[0].source for edition in ("en", "zh"))
    for term in typography.load_terms():
        assert term["en"].lower() in english.lower(), (
            f"book/en/glossary.md: no entry for {term['en']}: add it"
        )
        assert term["zh"] in chinese, f"book/zh/glossary.md: no entry for {term['zh']} ({term['en']}): add it"
