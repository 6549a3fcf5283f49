"""What a page and its translation have in common besides code: the same headings, formulas, links and numbers.

Prose is free in its sentences. It is not free in what it refers to: a formula that was mended in one edition
only, a link to another chapter, a number that only one language has are mistakes in one of the two.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numerals
from markup import Markup, parse
from nbformat import NotebookNode
from pages import Page, captions

EXERCISE = {"en": r"Exercise (\d\d\.\d+)", "zh": r"练习 (\d\d\.\d+)"}
HINT = {"en": "Hint", "zh": "提示"}
SOLUTION = {"en": "Solution", "zh": "参考答案"}
HINTS = 3
# Hosts that have one address for each language: any page of the one may stand for any page of the other.
TWIN_HOSTS = (r"https?://(?:en|zh)\.wikipedia\.org/.*", r"https?://(?:www\.)?(?:zh\.)?d2l\.ai/.*")


def problems(english: Page, chinese: Page) -> Iterator[str]:
    """Compares the prose of a page with that of its translation, cell by cell, and its exercises."""
    for ours, theirs in zip(english.cells, chinese.cells, strict=True):
        yield from cell_problems(english, ours, chinese, theirs)
    for page in (english, chinese):
        yield from link_problems(page)
        yield from equation_problems(page)
        yield from exercise_problems(page)
    yield from exercise_twin_problems(exercises(english), exercises(chinese), chinese)


def cell_problems(english: Page, ours: NotebookNode, chinese: Page, theirs: NotebookNode) -> Iterator[str]:
    """Compares two cells: each part that both must have is a list, compared without its order."""
    if ours.cell_type == "markdown":
        a, b = parse(ours.source), parse(theirs.source)
        levels_a, levels_b = ([heading.level for heading in m.headings] for m in (a, b))
        if levels_a != levels_b:
            yield (
                f"{chinese.where(theirs)}: headings of levels {levels_b}, in English {levels_a}: "
                "make the two agree"
            )
        for name, parts in PARTS.items():
            yield from _differences(name, parts(a), parts(b), english.where(ours), chinese.where(theirs))
    texts = zip(_texts(ours), _texts(theirs), strict=False)
    for name, a, b in ((name, parse(x), parse(y)) for (name, x), (_, y) in texts):
        yield from _differences(
            f"number{name}", _numbers(a), _numbers(b), english.where(ours), chinese.where(theirs)
        )


def _texts(cell: NotebookNode) -> list[tuple[str, str]]:
    if cell.cell_type == "markdown":
        return [("", cell.source)]
    return [(f" of the {name}", text) for name, text in sorted(captions(cell).items())]


def _differences(name: str, a: Iterable[str], b: Iterable[str], english: str, chinese: str) -> Iterator[str]:
    ours, theirs = Counter(a), Counter(b)
    for part in ours - theirs:
        yield f"{chinese}: {name} {part} is missing, it stands in {english}: make the two agree"
    for part in theirs - ours:
        yield f"{chinese}: {name} {part} does not stand in {english}: make the two agree"


def _numbers(markup: Markup) -> set[str]:
    """Each number once: a translation may repeat one or spare one."""
    numbers = chain.from_iterable(map(numerals.in_block, markup.blocks))
    return {" or ".join(sorted(number.values, key=lambda v: (len(v), v))) for number in numbers}


def _formula(formula: str) -> str:
    """A formula without white space and without the words in `\\text{…}`, which are translated."""
    return re.sub(r"\s+", "", re.sub(r"\\text\{[^{}]*\}", r"\\text{}", formula))


def _link(target: str) -> str:
    """A link's target as far as both editions share it: headings have other names in another language."""
    for host in TWIN_HOSTS:
        if re.fullmatch(host, target):
            return host.replace("\\", "")
    if is_external(target):
        return target
    path, anchor, _ = target.partition("#")
    return re.sub(r"^\.\./(?:en|zh)/", "../(en|zh)/", path) + anchor


def is_external(target: str) -> bool:
    """Whether a link leads out of the book."""
    return bool(re.match(r"[a-z]+:", target))


PARTS: dict[str, Callable[[Markup], Iterable[str]]] = {
    "formula": lambda markup: map(_formula, markup.formulas),
    "link": lambda markup: map(_link, markup.links),
    "picture": lambda markup: markup.images,
    "code": lambda markup: markup.codes,
    "code block": lambda markup: markup.fences,
}


def link_problems(page: Page) -> Iterator[str]:
    """Names links to pages that the edition does not have."""
    for cell in page.markdown_cells():
        for target in parse(cell.source).links:
            path = target.partition("#")[0]
            in_book = path.endswith((".ipynb", ".md")) and not is_external(target)
            if in_book and not (page.path.parent / path).exists():
                yield f"{page.where(cell)}: link to {path}, which does not exist: correct the link"


def equation_problems(page: Page) -> Iterator[str]:
    """Equations are numbered through each chapter, (2.1), (2.2), …, and what the prose refers to exists."""
    if not page.is_notebook:
        return
    chapter = page.stem.partition("_")[0].lstrip("0")
    tags = [
        (cell, tag) for cell in page.markdown_cells() for tag in re.findall(r"\\tag\{(.*?)\}", cell.source)
    ]
    for i, (cell, tag) in enumerate(tags, start=1):
        if tag != f"{chapter}.{i}":
            yield f"{page.where(cell)}: equation ({tag}) must have the number ({chapter}.{i})"
    known = {tag for _, tag in tags}
    for cell in page.cells:
        for number in re.findall(r"\d+\.\d+", " ".join(re.findall(numerals.EQUATION, cell.source))):
            if number.startswith(f"{chapter}.") and number not in known:
                yield f"{page.where(cell)}: there is no equation ({number}) in this chapter"


@dataclass(frozen=True)
class Exercise:
    """An exercise of a chapter: its number, the text up to the next heading, and where it stands."""

    number: str
    text: str
    where: str

    def details(self) -> list[tuple[str, str]]:
        """The foldable parts: pairs of a summary and what it hides."""
        pattern = r"<details[^>]*>\s*<summary>(.*?)</summary>(.*?)</details>"
        found = re.findall(pattern, self.text, re.DOTALL)
        return [(re.sub(r"<[^>]+>", "", summary).strip(), body) for summary, body in found]

    def solution(self, edition: str) -> list[str]:
        """The code blocks of its solution."""
        bodies = [body for summary, body in self.details() if summary.startswith(SOLUTION[edition])]
        return [code for body in bodies for code in parse(body).fences]


def exercises(page: Page) -> list[Exercise]:
    """The exercises of a page; one may stretch over several cells."""
    found: list[Exercise] = []
    open_exercise = False
    for cell in page.markdown_cells():
        lines = cell.source.splitlines(keepends=True)
        headings = [heading for heading in parse(cell.source).headings if heading.level <= 3]
        starts = [0, *(heading.line for heading in headings), len(lines)]
        for i, heading in enumerate([None, *headings]):
            text = "".join(lines[starts[i] : starts[i + 1]])
            if heading is not None:
                match = re.match(EXERCISE[page.edition], heading.text()) if heading.level == 3 else None
                open_exercise = match is not None
                if match:
                    found.append(Exercise(match[1], text, page.where(cell)))
            elif open_exercise:
                last = found.pop()
                found.append(Exercise(last.number, last.text + "\n" + text, last.where))
    return found


def exercise_problems(page: Page) -> Iterator[str]:
    """Checks that each exercise has its chapter's number, three hints and a solution with code."""
    for exercise in exercises(page):
        name = f"{exercise.where}: exercise {exercise.number}"
        summaries = [summary for summary, _ in exercise.details()]
        hints = sum(summary.startswith(HINT[page.edition]) for summary in summaries)
        solutions = sum(summary.startswith(SOLUTION[page.edition]) for summary in summaries)
        if not page.stem.startswith(exercise.number[:2]):
            yield f"{name} has another chapter's number: begin it with {page.stem[:2]}"
        if (hints, solutions) != (HINTS, 1):
            yield (
                f"{name} has {hints} hints and {solutions} solutions: give it {HINTS} <details> blocks whose summary "
                f"begins with {HINT[page.edition]}, and one that begins with {SOLUTION[page.edition]}"
            )
        elif not exercise.solution(page.edition):
            yield f"{name}: no code block in its solution: add the tested solution's text"


def exercise_twin_problems(ours: list[Exercise], theirs: list[Exercise], chinese: Page) -> Iterator[str]:
    """Compares the exercises of the two editions: the same numbers in the same order, the same solutions."""
    numbers_a, numbers_b = ([exercise.number for exercise in part] for part in (ours, theirs))
    if numbers_a != numbers_b:
        where = theirs[0].where if theirs else chinese.where()
        yield f"{where}: exercises {numbers_b}, in English {numbers_a}: begin twins with “### 练习 01.2” and the like"
        return
    for a, b in zip(ours, theirs, strict=True):
        if a.solution("en") != b.solution("zh"):
            yield f"{b.where}: the solution of exercise {b.number} differs from the English one: copy its code block"
