"""A tiny book in two editions without a fault, for tests that plant one and look whether it is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode, v4
from pages import digest, translatable

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
NOTEBOOK = "01_tiny.ipynb"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

PROSE = {
    "goal": (
        "# Patches\n\nA picture of $4 \\times 6$ has **24** pixels; the paper has 1,000 classes. "
        "`print` says so. Back to the [start](index.md).\n\n$$N = HW \\text{ here} \\tag{1.1}$$",
        "# 图像块\n\n一张 $4 \\times 6$ 的图有 **24** 个像素；论文里有 1,000 个类别。"
        "`print` 会告诉你。回到[首页](index.md)。\n\n$$N = HW \\text{ 这里} \\tag{1.1}$$",
    ),
    "exercise-count": (
        "### Exercise 01.1: count\n\nCount the pixels.",
        "### 练习 01.1：数一数\n\n数出像素的个数。",
    ),
    "exercise-count-help": (
        "<details><summary>Hint 1</summary>\n\nIdea.\n\n</details>\n"
        "<details><summary>Hint 2</summary>\n\nShapes.\n\n</details>\n"
        "<details><summary>Hint 3</summary>\n\nLine.\n\n</details>\n"
        "<details><summary>Solution</summary>\n\n```python\npixels = 24\n```\n\n</details>\n\n## Recap\n\nDone.",
        "<details><summary>提示 1</summary>\n\n思路。\n\n</details>\n"
        "<details><summary>提示 2</summary>\n\n形状。\n\n</details>\n"
        "<details><summary>提示 3</summary>\n\n代码。\n\n</details>\n"
        "<details><summary>参考答案</summary>\n\n```python\npixels = 24\n```\n\n</details>\n\n## 小结\n\n完成。",
    ),
}
CAPTIONS = {
    "caption": ("One pixel of 24.", "24 个像素里的一个。"),
    "alt": ("A dark square.", "一个深色的方块。"),
}
INDEX = (
    "# Tiny book\n\nRead about [patches](01_tiny.ipynb): the paper has 1,000 classes.\n",
    "# 小书\n\n读读[图像块](01_tiny.ipynb)：论文里有 1,000 个类别。\n",
)
FACTS = [
    {
        "value": "1,000",
        "what": "classes of ImageNet",
        "source": "https://example.org",
        "pages": ["index", "01_tiny"],
    }
]


def make_book(folder: Path) -> Path:
    """Writes the tiny book.

    Args:
        folder: Where to make the folder `book`.

    Returns:
        The folder that holds `en`, `zh` and `facts.yml`.
    """
    book = folder / "book"
    for language, edition in enumerate(("en", "zh")):
        (book / edition).mkdir(parents=True)
        notebook = v4.new_notebook(cells=_cells(language), metadata=METADATA)
        notebook.nbformat_minor = 5
        save(book / edition / NOTEBOOK, notebook)
        front = f"---\ntranslation:\n  source: {digest(INDEX[0])}\n---\n" if language else ""
        (book / edition / "index.md").write_text(front + INDEX[language], "utf8")
    (book / "facts.yml").write_text(yaml.safe_dump(FACTS, allow_unicode=True), "utf8")
    return book


def _cells(language: int) -> list[NotebookNode]:
    pixel = f'pixel = (\n    "{PIXEL[:48]}"\n    "{PIXEL[48:]}"\n)\ndisplay({{"image/png": pixel}}, raw=True)'
    figure = _code(3, "figure", pixel, _picture())
    figure.metadata.mystnb = nbformat.from_dict(
        {
            "figure": {"name": "one-pixel", "caption": CAPTIONS["caption"][0]},
            "image": {"alt": CAPTIONS["alt"][0], "width": "80px"},
        }
    )
    source = digest(translatable(figure))
    if language:
        figure.metadata.mystnb.figure.caption, figure.metadata.mystnb.image.alt = (
            CAPTIONS["caption"][1],
            CAPTIONS["alt"][1],
        )
        figure.metadata.translation = {"source": source}
    return [
        _markdown("goal", language),
        _code(1, "setup", "side = 4", tags=["setup"]),
        _code(
            2, "count-pixels", 'print(side * 6, "pixels of", (side, 6))', _printed("24 pixels of (4, 6)\n")
        ),
        figure,
        _markdown("exercise-count", language),
        _code(4, "exercise-count-code", "pixels = None", tags=["exercise"]),
        _markdown("exercise-count-help", language),
    ]


def _markdown(cell_id: str, language: int) -> NotebookNode:
    metadata = {"translation": {"source": digest(PROSE[cell_id][0])}} if language else {}
    return v4.new_markdown_cell(PROSE[cell_id][language], id=cell_id, metadata=metadata)


def _code(
    count: int, cell_id: str, source: str, output: NotebookNode | None = None, tags: list[str] | None = None
) -> NotebookNode:
    metadata = {"tags": tags} if tags else {}
    outputs = [output] if output else []
    return v4.new_code_cell(source, id=cell_id, execution_count=count, outputs=outputs, metadata=metadata)


def _printed(text: str) -> NotebookNode:
    return v4.new_output("stream", name="stdout", text=text)


def _picture() -> NotebookNode:
    return v4.new_output("display_data", data={"image/png": PIXEL})


def save(path: Path, notebook: NotebookNode) -> None:
    """Writes a notebook as `make sync` does."""
    path.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", "utf8")


def cell(notebook: NotebookNode, cell_id: str) -> NotebookNode:
    """The cell with this id."""
    return next(cell for cell in notebook.cells if cell.id == cell_id)


def edit(book: Path, edition: str, cell_id: str, change: Callable[[NotebookNode], object]) -> None:
    """Plants a fault: changes one cell of the tiny notebook, in `en`, `zh` or `both`."""
    for one in ("en", "zh") if edition == "both" else (edition,):
        edit_notebook(book, one, lambda notebook: change(cell(notebook, cell_id)))


def edit_notebook(book: Path, edition: str, change: Callable[[NotebookNode], object]) -> None:
    """Plants a fault: changes the tiny notebook of an edition as a whole."""
    path = book / edition / NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    save(path, notebook)


def replace(book: Path, name: str, old: str, new: str) -> None:
    """Plants a fault: replaces a text in a file as it stands on disk."""
    path = book / name
    text = path.read_text("utf8")
    assert old in text, f"{old} is not in {name}"
    path.write_text(text.replace(old, new), "utf8")


def reword(old: str, new: str) -> Callable[[NotebookNode], None]:
    """A change for `edit`: replaces a text in a cell's source."""

    def change(target: NotebookNode) -> None:
        assert old in target.source, f"{old} is not in cell {target.id}"
        target.source = target.source.replace(old, new)

    return change


def recaption(**texts: str) -> Callable[[NotebookNode], None]:
    """A change for `edit`: sets the caption or the alt text of a cell; an empty text removes it."""

    def change(target: NotebookNode) -> None:
        for key, part in (("caption", "figure"), ("alt", "image")):
            if key in texts:
                target.metadata.mystnb[part][key] = texts[key]
                if not texts[key]:
                    del target.metadata.mystnb[part][key]

    return change


def contents(book: Path) -> dict[str, bytes]:
    """Every file of the book, to compare before and after."""
    return {
        str(path.relative_to(book)): path.read_bytes() for path in sorted(book.rglob("*")) if path.is_file()
    }


def assert_found(problems: list[str], *parts: str) -> None:
    """Asserts that one message holds all the parts: where the fault is, what it is, what to do."""
    assert any(all(part in problem for part in parts) for problem in problems), (
        "\n".join(problems) or "none found"
    )
