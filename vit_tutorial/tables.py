"""Results as a table: HTML in a notebook and on a page, aligned text anywhere else."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from unicodedata import east_asian_width


class Table:
    """Named rows of results, to be the last line of a notebook's cell.

    Args:
        columns: the columns' heads; the first stands above the rows' names.
        rows: {name: its values}. Text is shown as it is, a number by `form`, None as a dash.
        form: how a number is written, as `{:.1%}`.
        best: `max` or `min`: the best number of each column is bold.

    Raises:
        ValueError: a row has too few or too many values.
    """

    def __init__(
        self,
        columns: Sequence[str],
        rows: Mapping[str, Sequence[str | float | None]],
        form: str = "{}",
        best: Callable | None = None,
    ) -> None:
        for name, values in rows.items():
            if len(values) != len(columns) - 1:
                raise ValueError(
                    f"row {name!r} has {len(values)} values for {len(columns) - 1} columns."
                )
        self.columns, self.rows, self.form = columns, rows, form
        numbers = [
            [v for v in column if is_number(v)]
            for column in zip(*rows.values(), strict=True)
        ]
        self.best = [best(column) if best and column else None for column in numbers]

    def write(self, value: str | float | None) -> str:
        """A value as text."""
        return self.form.format(value) if is_number(value) else value or "–"

    def __repr__(self) -> str:
        rows = [list(map(self.write, values)) for values in self.rows.values()]
        columns = list(zip(self.columns[1:], *rows, strict=True))
        widths = [max(map(len, column)) for column in columns]
        lines = [
            "".join(
                f"  {text:>{width}}" for text, width in zip(row, widths, strict=True)
            )
            for row in zip(*columns, strict=True)
        ]
        names = padded([self.columns[0], *self.rows])
        return "\n".join(map(str.__add__, names, lines))

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col">{escape(column)}</th>' for column in self.columns
        )
        lines = [f"<thead><tr>{head}</tr></thead>"]
        for name, values in self.rows.items():
            cells = [f'<th scope="row">{escape(name)}</th>']
            for value, best in zip(values, self.best, strict=True):
                text = escape(self.write(value))
                cells.append(
                    f"<td>{f'<strong>{text}</strong>' if is_number(value) and value == best else text}</td>"
                )
            lines.append(f"<tr>{''.join(cells)}</tr>")
        return '<table class="dataframe results">\n' + "\n".join(lines) + "\n</table>"


def is_number(value: str | float | None) -> bool:
    """Whether a value is written by `form`, and can be the best."""
    return isinstance(value, int | float)


def printable(text: str) -> str:
    """A name as a terminal may show it: control characters, which could steer it, as codes."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def padded(names: list[str]) -> list[str]:
    """Names of equal width in a terminal, where Chinese characters are twice as wide."""
    names = [printable(name) for name in names]
    wide = [sum(east_asian_width(letter) in "WF" for letter in name) for name in names]
    most = max(len(name) + extra for name, extra in zip(names, wide, strict=True))
    return [name.ljust(most - extra) for name, extra in zip(names, wide, strict=True)]
