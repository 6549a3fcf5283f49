"""The pinned packages install on the oldest Python that is promised, and are what the package's ranges allow."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path

import environment
import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from places import ROOT

ENVIRONMENTS = ROOT / "tests" / "support" / "environments"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
RANGES = {canonicalize_name(r.name): r.specifier for r in map(Requirement, PROJECT["dependencies"])}


def pins(path: Path) -> dict[str, str]:
    """Name and version of each line `name==version` of a requirements file."""
    lines = (line.partition("#")[0].strip() for line in path.read_text("utf8").splitlines())
    pairs = (line.split("==") for line in lines if line and not line.startswith("-"))
    return {canonicalize_name(name): version for name, version in pairs}


def oldest_python() -> str:
    """The first release of the lowest minor version that pyproject.toml promises, such as 3.11.0."""
    [lowest] = SpecifierSet(PROJECT["requires-python"])
    assert lowest.operator == ">="
    return f"{lowest.version}.0"


def too_new(metadata: Iterable[dict[str, str]], python: str) -> list[str]:
    """The distributions that this Python can't install, each with what it asks for."""
    asked = {f"{m['Name']}=={m['Version']}": m.get("Requires-Python") or "" for m in metadata}
    return [
        f"{name} needs Python {needs}" for name, needs in asked.items() if python not in SpecifierSet(needs)
    ]


def site_packages() -> list[str]:
    """Where the two environments that the Makefile makes have their packages."""
    book = [str(path) for path in ROOT.glob(".venv-book/lib/python3.*/site-packages")]
    if not book:
        pytest.fail("there is no environment of the book; make it first: make book", pytrace=False)
    return [*sys.path, *book]


def test_every_pin_installs_on_the_oldest_promised_python():
    pinned = pins(ROOT / "constraints.txt")
    installed = {
        canonicalize_name(d.metadata["Name"]): d.metadata for d in distributions(path=site_packages())
    }
    missing = pinned.keys() - installed.keys()  # newer Pythons need a package or two less
    assert not missing or sys.version_info[:2] > Version(oldest_python()).release[:2], (
        f"{missing}: `make lock`"
    )
    other = {
        name: (m["Version"], pinned[name])
        for name, m in installed.items()
        if name in pinned and Version(m["Version"]).public != pinned[name]  # 2.15.0+cpu is 2.15.0
    }
    assert not other, f"installed, and pinned: {other}; `make lock`, or make the environments anew"
    found = too_new((m for name, m in installed.items() if name in pinned), oldest_python())
    assert not found, f"{found}: pin an older version, that {oldest_python()} can install"


def test_a_pin_that_is_too_new_is_found():
    metadata = [
        {"Name": "soupsieve", "Version": "4.1.2", "Requires-Python": ">=3.11.5"},
        {"Name": "soupsieve", "Version": "2.10", "Requires-Python": ">=3.9"},
        {"Name": "anything", "Version": "1.0"},
    ]
    assert too_new(metadata, "3.11.0") == ["soupsieve==4.1.2 needs Python >=3.11.5"]
    assert too_new(metadata, "3.11.5") == []


@pytest.mark.parametrize(
    ("path", "brought"),  # what the list lacks and installing the package brings
    [
        (ROOT / "requirements.txt", set()),
        (ENVIRONMENTS / "colab.txt", {"torchinfo", "jsonargparse", "docstring-parser"}),
    ],
    ids=["requirements", "colab"],
)
def test_the_ranges_hold_what_is_tested(path: Path, brought: set[str]):
    tested = pins(path)
    assert RANGES.keys() - tested.keys() == brought
    wrong = {
        name: version for name, version in tested.items() if version not in RANGES.get(name, SpecifierSet())
    }
    assert not wrong, f"{path.name} has {wrong}, which pyproject.toml's ranges leave out"


def test_the_lowest_environment_is_the_lower_end_of_the_ranges():
    lowest = {}
    for name, specifier in RANGES.items():
        [lower] = [s.version for s in specifier if s.operator == ">="]
        lowest[name] = Version(lower)
    tested = {name: Version(version) for name, version in pins(ENVIRONMENTS / "lowest.txt").items()}
    assert tested == lowest
    assert environment.PYTHONS["lowest"] == Version(oldest_python()).release[:2]
