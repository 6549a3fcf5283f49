#!/usr/bin/env python3
"""One command that carries the repository's address everywhere it stands.

    make repository URL=https://github.com/you/vit-tutorial     (or: python book/tools/repository.py URL)
    python book/tools/repository.py --check                           which places disagree with _config.yml?

The address stands in `_config.yml` (buttons of the site), in the setup cell of every notebook (where Colab installs
the package from) and in README.md. Standard library only: any Python runs it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDER_OWNER = "OWNER"
EXPECTED_FORM = "https://github.com/your-name/your-repository"
ADDRESS = re.compile(r"https://(?P<host>[\w.-]+(?::\d+)?)/(?P<owner>\w[\w.-]*)/(?P<name>\w[\w.-]*)", re.ASCII)
CONFIG_LINE = re.compile(r"^(repository:\n(?:[ \t]+.*\n|[ \t]*#.*\n)*?[ \t]+url:[ \t]*)(\S+)", re.MULTILINE)
SETUP_LINE = re.compile(r'^(REPOSITORY = ")([^"]*)(")', re.MULTILINE)


class AddressError(ValueError):
    """An address, or a file that should hold it, is not as it must be."""


@dataclass(frozen=True)
class Address:
    """A repository's address and, where it is known, the branch that is being built."""

    url: str
    branch: str = ""

    @property
    def is_placeholder(self) -> bool:
        """Whether this is the address that nobody owns, to be replaced by a fork's."""
        return self.url.split("/")[3:4] == [PLACEHOLDER_OWNER]


def parse_address(text: str) -> str:
    """Validate an address and return it without a trailing slash or `.git`.

    Raises:
        AddressError: it is not an https address of the form host/owner/name, or still the placeholder.
    """
    url = text.strip().rstrip("/").removesuffix(".git")
    match = ADDRESS.fullmatch(url)
    if match is None:
        raise AddressError(f"{text!r} is not a repository's address. Expected form: {EXPECTED_FORM}")
    if match["owner"].upper() == PLACEHOLDER_OWNER:
        raise AddressError(f"{text!r} is the placeholder. Put your own name for OWNER: {EXPECTED_FORM}")
    return url


def address_from_actions(environment: Mapping[str, str]) -> Address | None:
    """The address of the repository whose GitHub Actions run builds the book; None outside Actions."""
    name = environment.get("GITHUB_REPOSITORY", "")
    if environment.get("GITHUB_ACTIONS") != "true" or not name:
        return None
    server = environment.get("GITHUB_SERVER_URL") or "https://github.com"
    ref, branch = environment.get("GITHUB_REF", ""), environment.get("GITHUB_REF_NAME", "")
    # A pull request has a ref like refs/pull/7/merge, which is no branch that a reader could open.
    on_branch = ref.startswith("refs/heads/") if ref else environment.get("GITHUB_REF_TYPE") == "branch"
    return Address(f"{server.rstrip('/')}/{name}", branch if on_branch else "")


def configured_address(root: Path) -> str:
    """The address that `_config.yml` holds."""
    path = root / "_config.yml"
    match = CONFIG_LINE.search(path.read_text("utf8"))
    if match is None:
        raise AddressError(f"{path.name} has no `url:` below `repository:`. Add one: {EXPECTED_FORM}")
    return match[2].strip("\"'")


def notebooks(root: Path) -> list[Path]:
    """Every notebook of both editions."""
    return sorted((root / "book" / "en").glob("*.ipynb")) + sorted((root / "book" / "zh").glob("*.ipynb"))


def setup_cell(path: Path, notebook: dict) -> tuple[dict, str]:
    """The cell tagged `setup` and its source as one string, which must hold the line `REPOSITORY = "…"`."""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if "setup" in cell["metadata"].get("tags", []) and SETUP_LINE.search(source):
            return cell, source
    raise AddressError(
        f'{path.name} in book/{path.parent.name}: no cell tagged "setup" with a line REPOSITORY = "…"'
    )


def changed_notebook(path: Path, url: str) -> str:
    """The notebook's text with the new address in its setup cell."""
    notebook = json.loads(path.read_text("utf8"))
    cell, source = setup_cell(path, notebook)
    cell["source"] = SETUP_LINE.sub(rf"\g<1>{url}\g<3>", source).splitlines(keepends=True)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def changed_readme(path: Path, old: str, url: str) -> str:
    """The README's text with the new address."""
    text = path.read_text("utf8")
    if old not in text:
        raise AddressError(f"{path.name} does not hold {old}, the address in _config.yml; put it there first")
    return text.replace(old, url)


def set_address(root: Path, url: str) -> list[Path]:
    """Write the address everywhere; nothing is written unless every file can be.

    Returns:
        The files that were written.
    """
    old, config = configured_address(root), root / "_config.yml"
    texts = {config: CONFIG_LINE.sub(rf"\g<1>{url}", config.read_text("utf8"))}
    texts[root / "README.md"] = changed_readme(root / "README.md", old, url)
    texts.update({path: changed_notebook(path, url) for path in notebooks(root)})
    for path, text in texts.items():
        path.with_name(path.name + ".new").write_text(text, "utf8")
    for path in texts:  # each file is replaced whole, so that an interruption leaves none half-written
        path.with_name(path.name + ".new").replace(path)
    return list(texts)


def disagreements(root: Path) -> list[str]:
    """Which files hold another address than `_config.yml`, one line each."""
    url, found = configured_address(root), []
    if url not in (root / "README.md").read_text("utf8"):
        found.append(f"README.md does not hold {url}")
    for path in notebooks(root):
        _, source = setup_cell(path, json.loads(path.read_text("utf8")))
        other = SETUP_LINE.search(source)[2]
        if other != url:
            found.append(f"{path.relative_to(root)} holds {other}, _config.yml {url}")
    return found


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Set or check the address; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", nargs="?", default="", help=f"such as {EXPECTED_FORM}")
    parser.add_argument("--check", action="store_true", help="only list the places that disagree")
    options = parser.parse_args(arguments)
    try:
        if options.check:
            problems = disagreements(root)
            print("\n".join(problems) or f"Every file holds {configured_address(root)}")
            return 1 if problems else 0
        url = parse_address(options.url)
        for path in set_address(root, url):
            print(f"{path.relative_to(root)}: {url}")
    except (AddressError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
