"""What a piece of Markdown holds: headings, formulas, links, code and readable text.

The parsing is markdown-it's (the parser below MyST and so below Jupyter Book); here its tokens are only
sorted. Directives and roles of MyST, which `.md` pages may use, are followed where they hold prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from html_text import HtmlText
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

PARSER = (
    MarkdownIt("commonmark")
    .enable("table")
    .use(front_matter_plugin)
    .use(dollarmath_plugin, double_inline=True)
    .use(colon_fence_plugin)
    .use(myst_role_plugin)
)
# Directives whose body is no prose, and those whose argument is a picture.
CODE_DIRECTIVES = {"code", "code-block", "code-cell", "literalinclude", "mermaid"}
CODE_DIRECTIVES |= {"toctree", "tableofcontents", "contents", "bibliography"}
PICTURE_DIRECTIVES = {"image", "figure"}


@dataclass(frozen=True)
class Piece:
    """A run of one kind inside a block: `text`, `link` (a link's label), `code` or `math`."""

    kind: str
    text: str


@dataclass
class Block:
    """A heading, a paragraph, a table cell, a formula …: what is read in one go.

    Attributes:
        pieces: Its runs of text, code and maths, in order.
        level: 1–6 for a heading, 0 for anything else.
        line: The line of the source that it starts on, counted from 0.
    """

    pieces: list[Piece]
    level: int = 0
    line: int = 0

    def text(self, *, code: str | None = None, math: str | None = None) -> str:
        """The block as one string; `code` and `math`, if given, stand in for such pieces."""
        stand_in = {"code": code, "math": math}
        shown = {"code": "`{}`", "math": "${}$"}
        parts = []
        for piece in self.pieces:
            other = stand_in.get(piece.kind)
            parts.append(shown.get(piece.kind, "{}").format(piece.text) if other is None else other)
        return "".join(parts)


@dataclass
class Markup:
    """The contents of a piece of Markdown, in the order of the page.

    A fenced block marked `text` is what a program says, and may be translated: `texts` has its contents, and in
    `fences` a bare `text` stands for it.
    """

    blocks: list[Block] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    fences: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def headings(self) -> list[Block]:
        """The blocks that are headings."""
        return [block for block in self.blocks if block.level]

    def extend(self, other: Markup) -> None:
        """Appends what another piece of Markdown holds."""
        for name in self.__dataclass_fields__:
            getattr(self, name).extend(getattr(other, name))


@lru_cache(maxsize=4096)
def parse(source: str) -> Markup:
    """Sorts the contents of a Markdown text."""
    markup, level = Markup(), 0
    for token in PARSER.parse(source):
        line = token.map[0] if token.map else 0
        if token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "inline":
            _add_inline(markup, token.children or [], level, line)
        elif token.type.startswith("math_block"):
            _add_math(markup, token.content, line)
        elif token.type in {"fence", "colon_fence", "code_block"}:
            _add_fence(markup, token, line)
        elif token.type == "html_block":
            _add_html(markup, token.content, line)
    return markup


def _add_math(markup: Markup, formula: str, line: int) -> None:
    markup.formulas.append(formula)
    markup.blocks.append(Block([Piece("math", formula.strip())], line=line))


def _add_html(markup: Markup, html: str, line: int) -> None:
    found = HtmlText(html)
    markup.links += found.links
    markup.images += found.images
    markup.blocks += [Block([Piece("text", text.strip())], line=line) for text in found.texts]


def _add_inline(markup: Markup, tokens: Iterable[Token], level: int, line: int) -> None:
    block, label = Block([], level, line), False
    for token in tokens:
        if token.type == "link_open":
            markup.links.append(str(token.attrGet("href")))
            label = True
        elif token.type == "link_close":
            label = False
        elif token.type == "image":
            markup.images.append(str(token.attrGet("src")))
            markup.blocks.append(Block([Piece("text", token.content)], line=line))
        elif token.type == "myst_role":
            block.pieces.append(_role(markup, token.meta["name"], token.content))
        elif token.type == "code_inline":
            markup.codes.append(token.content)
            block.pieces.append(Piece("code", token.content))
        elif token.type.startswith("math_inline"):
            markup.formulas.append(token.content)
            block.pieces.append(Piece("math", token.content))
        elif token.type in {"softbreak", "hardbreak"}:
            block.pieces.append(Piece("text", "\n" if token.type == "softbreak" else "\n\n"))
        elif token.type == "html_inline":
            markup.images += HtmlText(token.content).images
        elif token.type == "text":
            block.pieces.append(Piece("link" if label else "text", token.content))
    if block.text().strip() and not re.fullmatch(r"\([\w:.-]+\)=|%.*", block.text(), re.DOTALL):
        markup.blocks.append(block)


def _role(markup: Markup, name: str, content: str) -> Piece:
    if name in {"math", "code", "kbd", "file", "abbr"}:
        if name == "math":
            markup.formulas.append(content)
        return Piece({"math": "math", "abbr": "text"}.get(name, "code"), content)
    label, target = re.fullmatch(r"(.*?)\s*(?:<(.*)>)?", content, re.DOTALL).groups()  # type: ignore[union-attr]
    # A glossary's terms are named in the page's own language: only that there is a link can be compared.
    markup.links.append(name if name == "term" else f"{name}:{target or label}")
    return Piece("link", label) if target or name == "term" else Piece("code", name)


def _add_fence(markup: Markup, token: Token, line: int) -> None:
    directive = re.match(r"\{([\w:-]+)\}\s*(.*)", token.info)
    name, argument = directive.groups() if directive else ("", "")
    if name == "math":
        _add_math(markup, token.content, line)
    elif token.info.strip() == "text":
        markup.fences.append("text")
        markup.texts.append(token.content)
    elif not directive or name in CODE_DIRECTIVES:
        markup.fences.append(token.content)
    elif name == "raw":
        _add_html(markup, re.sub(r"\A(?::[\w-]+:[^\n]*\n)+", "", token.content), line)
    else:
        body = re.sub(r"\A(?:---\n.*?\n---\n|(?::[\w-]+:[^\n]*\n)+)", "", token.content, flags=re.DOTALL)
        if name == "glossary":  # a definition stands indented below its term, with no blank line between
            body = re.sub(r"^(\S.*)\n[ \t]+", r"\1\n\n", body, flags=re.MULTILINE)
        if name in PICTURE_DIRECTIVES:
            markup.images.append(argument)
            body = "\n\n".join([*re.findall(r"^:(?:alt|caption):\s*(.*)$", token.content, re.M), body])
        elif argument:
            body = f"{argument}\n\n{body}"
        markup.extend(parse(body))
