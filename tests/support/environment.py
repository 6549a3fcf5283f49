"""Runs tests and chapters with other versions of the libraries than those that requirements.txt pins.

    python3.13 tests/support/environment.py colab               what Google Colab has installed
    python3.11 tests/support/environment.py lowest              the lowest versions that pyproject.toml allows
    python3.13 tests/support/environment.py colab book/en       only these tests and notebooks

The lists are tests/support/environments/NAME.txt. An environment `.venv-NAME` is made anew, by the Python that runs this. The
package comes into it from its wheel, as by the first cell of a chapter in Colab: with what it needs, but it may change
none of the listed versions. Then the tests of the package run, and every notebook of both editions, strictly compared.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LISTS = Path(__file__).with_name("environments")
PYTHONS = {"colab": (3, 13), "lowest": (3, 11)}
# What the tests need besides; pip chooses versions that go with the list.
TOOLS = [
    "pytest",
    "pytest-timeout",
    "pytest-xdist",
    "nbval",
    "nbclient",
    "captum",
    "hypothesis",
    "timm",
    "onnx",
    "onnxscript",
    "onnxruntime",
    "PyYAML",
]
TOOLS += ["markdown-it-py", "mdit-py-plugins", "playwright"]
# Tests of the book's tools, of the site and of the project itself run with the pinned versions alone.
NOT_HERE = ("book", "project", "site")


def versions(pip: list[str]) -> dict[str, str]:
    """What is installed, by name."""
    frozen = subprocess.run([*pip, "list", "--format", "freeze"], check=True, capture_output=True, text=True)
    return dict(line.split("==") for line in frozen.stdout.splitlines())


def changed(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    """What there was and is there no more, or in another version."""
    return {name: f"{old} -> {after.get(name)}" for name, old in before.items() if after.get(name) != old}


def make(name: str, folder: Path) -> None:
    """Make the environment.

    Raises:
        SystemExit: the package has replaced a version that the list names.
    """
    wanted = LISTS / f"{name}.txt"
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--requirement", str(wanted)], check=True)
    before = versions(pip)
    subprocess.run([*pip, "install", str(ROOT)], check=True)
    if replaced := changed(before, versions(pip)):
        sys.exit(f"the package changed what was there: {replaced}. Widen its ranges in pyproject.toml.")
    subprocess.run([*pip, "install", "--requirement", str(wanted), *TOOLS], check=True)


def run(folder: Path, arguments: list[str]) -> int:
    """Run pytest with the installed package; its exit status."""
    everything = ["tests", "book", *(f"--ignore=tests/{name}" for name in NOT_HERE)]
    command = [str(folder / "bin" / "pytest"), "--nbval", "-n", "2", "--dist", "loadfile"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": ""}
    return subprocess.run([*command, *(arguments or everything)], cwd=ROOT, env=environment).returncode


def main(arguments: list[str]) -> int:
    """Make the named environment and run what is asked for in it."""
    if not arguments or arguments[0] not in PYTHONS:
        print(__doc__, f"\nName one of {', '.join(PYTHONS)}.", file=sys.stderr)
        return 2
    needed = PYTHONS[arguments[0]]
    if sys.version_info[:2] != needed:
        version, this = (".".join(map(str, v)) for v in (needed, sys.version_info[:2]))
        print(
            f"{arguments[0]} has Python {version}, and this is {this}: make environment "
            f"NAME={arguments[0]} PYTHON=python{version}",
            file=sys.stderr,
        )
        return 2
    folder = ROOT / f".venv-{arguments[0]}"
    make(arguments[0], folder)
    return run(folder, arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
