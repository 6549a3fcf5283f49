"""Tables of results: HTML that a page can style, text that lines up, and the best number bold."""

from html.parser import HTMLParser

import pytest

from vit_tutorial.tables import Table

COLUMNS = ("recipe", "accuracy", "from … to")
ROWS = {"Adam": (0.8, "79 to 81"), "AdamW <new>": (0.904, None)}


class Cells(HTMLParser):
    """The texts of a table's cells by row, and which of them are bold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.bold: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.rows[-1].append(data)
            self.bold += [data] if self.open[-1] == "strong" else []


def test_html_holds_every_value_and_marks_the_best():
    cells = Cells(Table(COLUMNS, ROWS, "{:.1%}", best=max)._repr_html_())
    assert cells.rows == [list(COLUMNS), ["Adam", "80.0%", "79 to 81"], ["AdamW <new>", "90.4%", "–"]]
    assert cells.bold == ["90.4%"] and not cells.open


def test_the_best_may_be_the_smallest_of_each_column_or_nothing():
    rows = {"a": (3, 1), "b": (2, 5)}
    assert Cells(Table(("", "x", "y"), rows, best=min)._repr_html_()).bold == ["1", "2"]
    assert Cells(Table(("", "x", "y"), rows)._repr_html_()).bold == []


def test_text_lines_up_to_the_right():
    expected = [
        "recipe       accuracy  from … to",
        "Adam            80.0%   79 to 81",
        "AdamW <new>     90.4%          –",
    ]
    assert repr(Table(COLUMNS, ROWS, "{:.1%}")).splitlines() == expected


def test_a_row_of_another_length_is_refused_by_name():
    with pytest.raises(ValueError, match="row 'b' has 1 values for 2 columns"):
        Table(COLUMNS, {"a": (1, 2), "b": (1,)})
