"""`python -m vit_tutorial report`: what a class has solved, and which mistakes it met."""

from collections.abc import Sequence
from pathlib import Path

from vit_tutorial.cli.options import Parser

EXAMPLES = """\
examples:
  python -m vit_tutorial report ledgers/*.json
  python -m vit_tutorial report homework/*.ipynb --format html

Ledgers are what check.export("ledger.json") writes. A NOTEBOOK IS RUN: its
exercises, and the cells that they need, with your rights. Run only what you
trust. The report goes to stdout: "> class.html" keeps it."""


def parser() -> Parser:
    """The options of this command."""
    usage = "%(prog)s FILE [FILE ...] [options]"
    what = "Show who has solved what, and which mistakes were met by how many."
    found = Parser("report", usage=usage, description=what, epilog=EXAMPLES)
    found.add_argument("file", nargs="+", metavar="FILE", help="a ledger (.json) or a notebook (.ipynb)")
    text = "text, csv or html (default: text)"
    found.add_argument("--format", choices=("text", "csv", "html"), default="text", metavar="NAME", help=text)
    text = "a notebook's exercises may take X seconds (default: 300)"
    found.add_argument("--seconds", type=float, default=300.0, metavar="X", help=text)
    text = "messages in en or zh (default: as the locale says)"
    found.add_argument("--language", choices=("en", "zh"), metavar="NAME", help=text)
    return found


def run(arguments: Sequence[str]) -> None:
    """Write the report to stdout."""
    options = parser().parse_args(arguments)

    from vit_tutorial.exercises import all_exercises, check, ledger, report
    from vit_tutorial.exercises.notebook_answers import read_answers

    if options.language:
        check.language(options.language)
    found = {}
    for name in options.file:
        path = Path(name)
        if not path.is_file():
            raise ValueError(f"there is no file {name}.")
        notebook = path.suffix == ".ipynb"
        found[name] = read_answers(path, options.seconds) if notebook else ledger.read(path)
    print(getattr(report, f"as_{options.format}")(found, all_exercises()), end="")
