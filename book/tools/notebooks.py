"""What every notebook of both editions keeps to, so that it runs, renders and can be compared anywhere.

nbval re-executes all notebooks and compares every output exactly. These checks see to what nbval cannot: that no
cell escapes it, that nothing is printed which differs between two machines, and that a notebook reads well in
Colab, where Jupyter Book's own syntax shows as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from markup import parse
from nbformat import NotebookNode
from pages import BOOK, EDITIONS, Page, captions, load_edition, text_outputs

IGNORED = "nbval-ignore-output"
FOLDS = {"hide-input", "hide-output"}
TAGS = {"setup", "exercise", "verdict", *FOLDS, IGNORED}
MAX_IGNORED, MAX_LINES, MAX_SETUP_LINES, MAX_WIDTH, MAX_BYTES = 2, 15, 20, 88, 3_000_000
PICTURES = ("image/png", "image/jpeg", "image/svg+xml")

# Neither a mere number nor what Jupyter makes up: eight hexadecimal digits, or a UUID.
READABLE_ID = r"(?!\d+$)(?!(?=[a-f]*\d)[0-9a-f]{8}(?:-[0-9a-f-]*)?$)[a-z0-9]+(?:-[a-z0-9]+)*"
MYST = r"\{[a-z][\w:.+-]*\}`|^\s*(?:```+|~~~+|:::+)\{|^:::|^\([\w:.-]+\)=\s*$|^%|^\+\+\+"
FLOAT_MEAN = r"(?<![.\w])sum\(.*\) / "
NBVAL_COMMENT = r"^\s*#\s*(?:NBVAL|PYTEST_VALIDATE)"

# What differs from machine to machine; the second group may stand in outputs that nbval is told to ignore.
PLACES = {
    "an absolute path": r"(?<![\w.:/])/(?:home|root|Users|tmp|usr|opt|var|mnt|work|content|private)/|[A-Z]:\\",
    "a path into an installation": r"site-packages|dist-packages|ipykernel_\d",
    "a memory address": r"\b0x[0-9a-fA-F]{6,}",
    "another host's resource": r"<(?:script|img|iframe|audio|video)[^>]+src=[\"']?(?:https?:)?//|<link[^>]+href=",
}
MEASUREMENTS = {
    "a number with all its digits": r"\d\.\d{9,}",
    "a time": r"\b\d+(?:\.\d+)?\s?(?:ms|µs|us|ns)\b|\b\d+\.\d+\s?(?:s|secs?|seconds|min|minutes)\b|it/s|Wall time",
    "a version": r"\b\d+\.\d+\.\d+(?:[.+]?[a-z]\w*)?\b",
}


def problems(book: Path = BOOK) -> list[str]:
    """Checks all notebooks of both editions; each message names the file, the cell and the way out."""
    pages = [
        page for edition in EDITIONS for page in load_edition(book, edition).values() if page.is_notebook
    ]
    found = [problem for page in pages for problem in page_problems(page)]
    return [*found, *setup_problems(pages)]


def page_problems(page: Page) -> Iterator[str]:
    """Checks one notebook."""
    if page.path.stat().st_size > MAX_BYTES:
        yield f"{page.where()}: larger than {MAX_BYTES:,} bytes: draw smaller figures, or fewer"
    for cell in page.cells:
        for problem in cell_problems(cell):
            yield f"{page.where(cell)}: {problem}"
    yield from count_problems(page)
    yield from ignored_problems(page)


def cell_problems(cell: NotebookNode) -> Iterator[str]:
    """Checks what can be seen in one cell alone."""
    if not re.fullmatch(READABLE_ID, cell.id):
        yield f"the id is not readable: name it after what the cell does, as patch-grid, not {cell.id}"
    for tag in sorted(set(cell.metadata.get("tags", [])) - TAGS):
        yield f"unknown tag {tag}: nbval would silently ignore it; use one of {', '.join(sorted(TAGS))}"
    if cell.cell_type == "markdown":
        yield from markdown_problems(cell.source)
    else:
        yield from code_problems(cell)
        yield from output_problems(cell)
        yield from picture_problems(cell)
        yield from fold_problems(cell)


def markdown_problems(source: str) -> Iterator[str]:
    """Names what Colab or JupyterLab would not render."""
    if match := re.search(MYST, without_code_blocks(source), re.MULTILINE):
        yield f"MyST syntax {match[0].strip()!r}: Colab shows it as it stands; use plain Markdown"
    for target in parse(source).images:
        yield f"picture {target[:60]}: draw it in a code cell, so that it is there in Colab and offline"
    if re.search(r"</summary>[ \t]*\n?[ \t]*[^\s<]", source):
        yield "no blank line after </summary>: without one the Markdown below it is not rendered"


def without_code_blocks(source: str) -> str:
    """Markdown with the inside of its fenced code blocks removed; the fences stay."""
    return re.sub(r"^(```+)(.*?)\n.*?^\1\s*$", r"\1\2\n\1", source, flags=re.MULTILINE | re.DOTALL)


def code_problems(cell: NotebookNode) -> Iterator[str]:
    """Checks the length and width of a code cell, and that nbval sees it as it is."""
    limit = MAX_SETUP_LINES if "setup" in cell.metadata.get("tags", []) else MAX_LINES
    lines = len(cell.source.splitlines())
    if not cell.source.strip():
        yield "empty code cell: remove it"
    if lines > limit:
        yield f"{lines} lines: split the cell, {limit} are the most"
    if wide := [line for line in cell.source.splitlines() if len(line) > MAX_WIDTH]:
        yield f"a line of {len(wide[0])} characters: break it, a page shows {MAX_WIDTH}: {wide[0].strip()[:40]}…"
    if re.search(NBVAL_COMMENT, cell.source, re.MULTILINE):
        yield "a comment that steers nbval: use a tag, which the reader does not see"
    if re.search(FLOAT_MEAN, cell.source):
        yield "a mean by the built-in sum, which Python 3.12 rounds otherwise than 3.11: use statistics.fmean"


def output_problems(cell: NotebookNode) -> Iterator[str]:
    """Names outputs that are errors, or that another machine would print differently."""
    if any(output.output_type == "error" for output in cell.outputs):
        yield "the stored output is an error: mend the cell, or catch the error and print it"
    ignored = IGNORED in cell.metadata.get("tags", [])
    forbidden = PLACES if ignored else {**PLACES, **MEASUREMENTS}
    for kind, text in text_outputs(cell):
        if kind == "stderr":
            yield f"stderr {text.strip()[:60]!r}: mend or silence the cause; readers see it as a failure"
        text = re.sub(r"data:[\w/+.;-]+,[\w+/=]+", "", text)
        text = re.sub(r"(?<=<script>).*?(?=</script>)", "", text, flags=re.DOTALL)  # code, not results
        for name, pattern in forbidden.items():
            if match := re.search(pattern, text):
                yield f"{name} in the output, {match[0]!r}: do not print what differs between machines"


def picture_problems(cell: NotebookNode) -> Iterator[str]:
    """Checks that a figure has a caption, and an alt text for those who cannot see it."""
    if any(kind in output.get("data", {}) for output in cell.outputs for kind in PICTURES):
        for key, name in (("caption", "figure.caption"), ("alt", "image.alt")):
            if not captions(cell).get(key, "").strip():
                yield f"a figure without {key}: write one into the cell's metadata, mystnb.{name}"


def fold_problems(cell: NotebookNode) -> Iterator[str]:
    """Checks that a fold says what is inside, and that nothing else does."""
    folded, label = FOLDS & set(cell.metadata.get("tags", [])), captions(cell).get("label", "")
    if folded and not label.strip():
        yield "a fold without a label: write what is inside into the cell's metadata, mystnb.code_prompt_show"
    if label and not folded:
        yield f"a label without a fold: give the cell one of the tags {', '.join(sorted(FOLDS))}"


def count_problems(page: Page) -> Iterator[str]:
    """Checks that the code cells are counted 1…n: nbval skips a cell that has no count."""
    for expected, cell in enumerate(page.code_cells(), start=1):
        if cell.execution_count != expected:
            yield f"{page.where(cell)}: execution count {cell.execution_count}, not {expected}: run `make sync`"
            return


def ignored_problems(page: Page) -> Iterator[str]:
    """Checks that few outputs escape comparison, and that an assertion follows each that does."""
    code = page.code_cells()
    ignored = [i for i, cell in enumerate(code) if IGNORED in cell.metadata.get("tags", [])]
    if len(ignored) > MAX_IGNORED:
        yield f"{page.where(code[ignored[-1]])}: {len(ignored)} ignored outputs, {MAX_IGNORED} are the most: compare it"
    for i in ignored:
        following = code[i + 1].source if i + 1 < len(code) else ""
        if not re.search(r"^\s*assert\b", following, re.MULTILINE):
            yield f"{page.where(code[i])}: its output is ignored: assert it, with a tolerance, in the next code cell"


def setup_problems(pages: list[Page]) -> Iterator[str]:
    """Checks that all notebooks begin with the same setup cell."""
    first = [(page, page.code_cells()[0]) for page in pages if page.code_cells()]
    for page, cell in first:
        if "setup" not in cell.metadata.get("tags", []):
            yield f"{page.where(cell)}: the first code cell lacks the tag setup: begin with the setup cell"
        if cell.source != first[0][1].source:
            yield f"{page.where(cell)}: the setup cell differs from that of {first[0][0].where()}: copy it"
