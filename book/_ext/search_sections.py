"""The sections of a page as the search sees them: an id to land at, a title, what stands there, the code.

A section's own text ends where its first subsection begins, so a result leads to the place and not to the chapter.
Left out: what every chapter opens with (set-up and imports), and the folded hints and solutions of exercises, which
an excerpt would give away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from docutils import nodes
from sphinx import addnodes

from _ext.search_maths import plain

BLOCKS = (nodes.paragraph, nodes.caption, nodes.term, nodes.rubric)
SKIPPED = (nodes.raw, nodes.comment, nodes.image, addnodes.index, addnodes.toctree, nodes.system_message)
DEFINITION = re.compile(r"^(?:class|def) (\w+)", re.MULTILINE)
SHOWN = re.compile(r"^ *show_source\((.*)\)$", re.MULTILINE)
LEFT_OUT = re.compile(r"^(?:import|from) .*\n?|^[^A-Za-z\n]*\n", re.MULTILINE)  # imports, lines of numbers


@dataclass
class Section:
    """A place that a result can lead to."""

    id: str
    title: str
    trail: str = ""  # the titles of the sections around it, without the page's
    blocks: list[str] = field(default_factory=list)  # paragraphs, captions, rows of tables
    code: list[str] = field(default_factory=list)  # cells and what they print
    names: list[str] = field(default_factory=list)  # names in code that the prose speaks of
    defines: list[str] = field(default_factory=list)  # functions and classes whose source is shown here
    exercise: bool = False

    def as_json(self, page: int) -> dict:
        """What the index holds of it; empty parts are left out."""
        parts = {
            "page": page,
            "id": self.id,
            "title": self.title,
            "trail": self.trail,
            "text": "\n".join(self.blocks),
            "code": "\n".join(self.code),
            "names": " ".join(dict.fromkeys(self.names)),
            "defines": " ".join(dict.fromkeys(self.defines)),
            "exercise": self.exercise,
        }
        return {key: value for key, value in parts.items() if value != "" and value is not False}


def text_of(node: nodes.Node) -> str:
    """The node's text in one line, formulas as a person would type them."""
    if isinstance(node, nodes.Text):
        return str(node)
    if isinstance(node, (nodes.math, nodes.math_block)):
        return plain(node.astext())
    if isinstance(node, SKIPPED):
        return ""
    return "".join(text_of(child) for child in node.children)


def one_line(node: nodes.Node) -> str:
    """As `text_of`, without line breaks and double spaces."""
    return " ".join(text_of(node).split())


def is_exercise(section: nodes.Element) -> bool:
    """Whether one of the section's own cells is tagged as an exercise."""
    return any("tag_exercise" in child.get("classes", []) for child in elements(section))


def elements(node: nodes.Element) -> list[nodes.Element]:
    """The node's children that are not bare text."""
    return [child for child in node.children if isinstance(child, nodes.Element)]


def shown(section: nodes.Element) -> Iterator[nodes.Element]:
    """The section's own children; in an exercise without those that are folded into `<details>`."""
    folds, depth = is_exercise(section), 0
    for child in elements(section):
        if folds and isinstance(child, nodes.raw):
            depth += child.astext().count("<details") - child.astext().count("</details")
        if not depth:
            yield child


def add_code(node: nodes.literal_block, section: Section) -> None:
    """Keep a listing without imports and lines of numbers; where a source is printed, its name is at home."""
    code = LEFT_OUT.sub("", node.astext() + "\n").strip("\n")
    if code.strip():
        section.code.append(code)
    if "output" in node.get("classes", []):
        section.defines += DEFINITION.findall(code)
    for shown in SHOWN.findall(code):  # a plain name, or the class in `getattr(VisionTransformer, method)`
        section.defines += [shown] if re.fullmatch(r"[\w.]+", shown) else re.findall(r"\b[A-Z]\w+", shown)


def add(node: nodes.Element, section: Section) -> None:
    """Add what a node shows to the section's text or code."""
    if isinstance(node, (*SKIPPED, nodes.section, nodes.title)) or "tag_setup" in node.get("classes", []):
        return
    if isinstance(node, nodes.literal_block):
        add_code(node, section)
    elif isinstance(node, nodes.row):
        section.blocks.append(" · ".join(filter(None, map(one_line, node.children))))
        section.names += map(one_line, node.findall(nodes.literal))
    elif isinstance(node, (*BLOCKS, nodes.math_block)):
        section.blocks.append(one_line(node))
        section.names += map(one_line, node.findall(nodes.literal))
    else:
        for child in elements(node):
            add(child, section)


def glossary_entries(glossary: nodes.Element, trail: str) -> Iterator[Section]:
    """Each term of a glossary, a place of its own."""
    for item in glossary.findall(nodes.definition_list_item):
        terms = [child for child in item.children if isinstance(child, nodes.term)]
        entry = Section(terms[0]["ids"][0], " / ".join(map(one_line, terms)), trail)
        for child in item.children:
            if isinstance(child, nodes.definition):
                add(child, entry)
        yield entry


def sections(doctree: nodes.Element, trail: tuple[str, ...] = ()) -> Iterator[Section]:
    """Every section of a page from top to bottom, each before its subsections.

    Args:
        doctree: the page, or a section of it.
        trail: the titles of the sections around it; the page's own, which is the first, is not repeated in the result.
    """
    for node in elements(doctree):
        if not isinstance(node, nodes.section):
            continue
        title = one_line(next(child for child in node.children if isinstance(child, nodes.title)))
        section = Section(node["ids"][0], title, " › ".join(trail[1:]), exercise=is_exercise(node))
        glossaries = [child for child in elements(node) if isinstance(child, addnodes.glossary)]
        for child in shown(node):
            if child not in glossaries:
                add(child, section)
        yield section
        for glossary in glossaries:
            yield from glossary_entries(glossary, section.trail)
        yield from sections(node, (*trail, title))
