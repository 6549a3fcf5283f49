"""The package's house: imports lead down and never in a circle, and no room outgrows its size."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from places import ROOT

PACKAGE = ROOT / "vit_tutorial"
# From the ground up. A module imports what lies below its floor, or in its own room; never beside or above.
FLOORS = (
    ("checks",),
    ("tensor_checks", "config"),
    ("counting",),
    ("patches", "positions", "attention", "mlp"),
    ("embeddings", "encoder"),
    ("model",),
    ("wrapped",),
    ("saving",),
    ("data",),
    ("pretrained",),
    ("training",),
    ("transfer", "prediction", "inspection", "export", "masked_autoencoder"),
    ("plots", "notebook", "tables"),
    ("exercises",),
    ("cli",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
MODULE_LINES, FUNCTION_LINES = 200, 30
ALL_LINES = 7_776  # without the exercises


def parse(package: Path) -> dict[str, ast.Module]:
    """The syntax tree of each module, by its dotted name without the package's; "" is the package itself."""
    trees = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        trees[name] = ast.parse(path.read_text("utf8"))
    return trees


def imports(tree: ast.Module, modules: set[str]) -> Iterator[str]:
    """The modules of the package that a module imports, wherever in its text, for types alone, too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            package, _, inner = name.partition(".")
            if package == "vit_tutorial":
                yield inner if inner in modules else inner.rpartition(".")[0]


def graph(package: Path) -> dict[str, set[str]]:
    """What each module of a package imports from it."""
    trees = parse(package)
    return {name: set(imports(tree, set(trees))) for name, tree in trees.items()}


def problems(package: Path) -> list[str]:
    """Imports that lead up or aside, and modules without a floor."""
    found = []
    for name, imported in graph(package).items():
        room = name.partition(".")[0]
        if room in ("", "__main__"):
            continue  # the package's front door leads to every room
        if room not in FLOOR:
            found.append(f"{name} has no floor: give it one in {Path(__file__).name}")
            continue
        for other in imported:
            place = other.partition(".")[0]
            if place != room and FLOOR.get(place, 99) >= FLOOR[room]:
                found.append(f"{name} imports {other or 'the whole package'}, which does not lie below it")
    return found


def long_functions(tree: ast.Module) -> Iterator[str]:
    """Functions over the limit; a docstring does not count."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            if ast.get_docstring(node) is not None:
                lines -= node.body[0].end_lineno - node.body[0].lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{node.name}: {lines} lines"


def test_imports_lead_down():
    assert problems(PACKAGE) == []


def test_no_circle():
    assert len(list(TopologicalSorter(graph(PACKAGE)).static_order())) > 50  # raises CycleError


@pytest.mark.parametrize(
    ("file", "text", "fault"),
    [
        ("model.py", "from vit_tutorial.training.loop import train", "model imports training.loop"),
        ("patches.py", "def f():\n    from vit_tutorial import attention", "patches imports attention"),
        ("data/x.py", "from vit_tutorial import train", "data.x imports the whole package"),
        ("new.py", "", "new has no floor"),
    ],
)
def test_a_wrong_import_is_found(tmp_path, file, text, fault):
    for name in ("attention.py", "training/loop.py", file):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text if name == file else "")
    assert [problem for problem in problems(tmp_path) if fault in problem]


def test_modules_and_functions_are_short():
    files = list(PACKAGE.rglob("*.py"))
    lengths = {str(p.relative_to(ROOT)): len(p.read_text("utf8").splitlines()) for p in files}
    assert {name: lines for name, lines in lengths.items() if lines > MODULE_LINES} == {}
    assert {
        name: found for name, tree in parse(PACKAGE).items() if (found := list(long_functions(tree)))
    } == {}


def test_the_package_is_small():
    files = [path for path in PACKAGE.rglob("*.py") if "exercises" not in path.parts]
    assert sum(len(path.read_text("utf8").splitlines()) for path in files) <= ALL_LINES


def test_no_file_of_a_room_hides_behind_an_underscore():
    hidden = [p.name for p in PACKAGE.rglob("_*.py") if p.name not in ("__init__.py", "__main__.py")]
    assert hidden == []


def test_what_the_readme_says_of_a_chapter_is_there():
    text = (ROOT / "README.md").read_text("utf8")
    rows = [line.split("|")[1:-1] for line in text.splitlines() if re.match(r"\| `\d\d_", line)]
    chapters = sorted(path.stem for path in (ROOT / "book" / "en").glob("*.ipynb"))
    assert [re.findall("`(.*?)`", row[0])[0] for row in rows] == chapters
    for _, modules, tests, exercises in rows:
        folder = None
        for name in re.findall("`(.*?)`", tests):  # the first says the folder
            folder = folder or ROOT / Path(name).parent
            assert (ROOT / name).exists() or (folder / name).exists(), name
        for room, names in ((PACKAGE, modules), (PACKAGE / "exercises", exercises)):
            for name in re.findall("`(.*?)`", names):
                assert (room / name).exists(), name


def test_every_module_of_the_tests_and_experiments_has_a_name_of_its_own():
    """They are imported by their bare names: of two that are called alike, Python finds one."""
    paths = [
        path for folder in ("tests", "experiments", "benchmarks") for path in (ROOT / folder).rglob("*.py")
    ]
    names = Counter(path.name for path in paths)
    names["conftest.py"] = min(names["conftest.py"], 1)  # pytest keeps these apart
    assert [name for name, times in names.items() if times > 1] == []
