"""What the search knows of a page: sections with their ids, formulas as one types them, words for the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from places import BOOK, ROOT
from small_tree import book_python, run

PAGE = r"""
Tokens
======

.. code:: python

   import torch
   show_source(Model.forward)

The shape is :math:`\mathbf{x}_\text{class}` and ``embed_dim``.

Why divide by :math:`\sqrt{D_h}`?
---------------------------------

======  =====
Symbol  Value
======  =====
``D``   768
======  =====

Exercises
---------

Count
~~~~~

Count the tokens.

.. raw:: html

   <details><summary>Solution</summary>

There are 197.

.. raw:: html

   </details>

.. container::

   Your answer.
"""
READ = """
import json, sys
from docutils import nodes
from docutils.core import publish_doctree
from _ext.search_sections import sections
page = publish_doctree(sys.argv[1], settings_overrides={"doctitle_xform": False})
next(page.findall(nodes.container))["classes"] = ["cell", "tag_exercise"]  # as myst-nb writes it
print(json.dumps([each.as_json(0) for each in sections(page)]))
"""


@pytest.fixture(autouse=True)
def extensions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BOOK))


def test_sections_of_a_page() -> None:
    ran = run(ROOT, book_python(), "-c", READ, PAGE, PYTHONPATH=str(BOOK))
    assert ran.returncode == 0, ran.stderr
    tokens, why, exercises, count = json.loads(ran.stdout)
    assert tokens == {
        "page": 0,
        "id": "tokens",
        "title": "Tokens",
        "text": "The shape is x_class and embed_dim.",
        "code": "show_source(Model.forward)",
        "names": "embed_dim",
        "defines": "Model.forward",
    }
    assert (why["title"], why["text"]) == ("Why divide by √D_h?", "Symbol · Value\nD · 768")
    assert exercises == {"page": 0, "id": "exercises", "title": "Exercises"}
    assert (count["id"], count["trail"], count["exercise"]) == ("count", "Exercises", True)
    assert count["text"] == "Count the tokens.\nYour answer.", "an excerpt would give the solution away"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (r"\sqrt{D_h}", "√D_h"),
        (r"N = \frac{H}{P} \cdot \frac{W}{P} \tag{1.1}", "N = H/P · W/P 1.1"),
        (r"\mathbf{E}_{pos} \in \mathbb{R}^{(N+1) \times D}", "E_pos ∈ R^(N+1) × D"),
        (r"\mathrm{softmax}\left(\frac{\mathbf{Q}\mathbf{K}^\top}{\sqrt{D_h}}\right)", r"softmax(QK^T/√D_h)"),
        (r"\frac{\mathbf{x} - \mu}{\sqrt{\sigma^2 + \epsilon}} \odot \mathbf{w}", "(x - μ)/√(σ^2 + ε) ⊙ w"),
        (r"x\,\Phi(x)", "x Φ(x)"),
    ],
)
def test_formulas_as_one_types_them(formula: str, text: str) -> None:
    from _ext.search_maths import plain

    assert plain(formula) == text


def test_synonyms_join_terms_renderings_and_readers_words() -> None:
    from _ext.search_synonyms import synonyms

    terms = [
        {"en": "linear probe", "zh": "线性探测", "avoid": ["线性探针"]},
        {"en": "ViT", "zh": "ViT"},
        {"en": "patching", "zh": "图像分块"},
        {"en": "patchify", "zh": "图像分块"},
    ]
    assert synonyms(terms, [["Linear probe", "probing"], ["skip", "shortcut"]]) == [
        ["patching", "图像分块", "patchify"],
        ["linear probe", "线性探测", "线性探针", "Linear probe", "probing"],
        ["skip", "shortcut"],
    ]


@pytest.mark.parametrize(
    "words",
    [
        {"线性探针", "线性探测", "linear probe"},
        {"finetune", "fine-tuning", "微调"},
        {"[CLS]", "class token", "类别词元", "分类标记"},
        {"q k v", "query key value"},
        {"位置编码", "位置嵌入", "positional encoding"},
    ],
)
def test_words_of_this_book(words: set[str]) -> None:
    from _ext.search_synonyms import read_synonyms

    assert any(words <= set(group) for group in read_synonyms())


def test_every_place_of_the_index_is_on_its_page() -> None:
    site = ROOT / "_build" / "html"
    for edition in ("en", "zh"):
        script = (site / edition / "_static/search/index.js").read_text("utf8")
        index = json.loads(script.split(" = ", 1)[1].rstrip(";\n"))
        pages = [(site / edition / page["url"]).read_text("utf8") for page in index["pages"]]
        assert len(pages) == len(list(Path(ROOT / "book" / edition).glob("*.*b"))) + 4
        assert len(index["sections"]) > 150
        lost = [each["id"] for each in index["sections"] if f'id="{each["id"]}"' not in pages[each["page"]]]
        assert lost == []
