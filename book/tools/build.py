#!/usr/bin/env python3
"""Build both editions of the book, side by side, into `_build/html`.

    python book/tools/build.py [-W]

Result: `_build/html/en/`, `_build/html/zh/`, what both share, and `_build/html/index.html`, which leads to one of them.
The previous site is replaced only when both editions are complete. Each build starts afresh: Sphinx does not repeat
the warnings of pages that it kept from an earlier run, and keeps pages that have left the table of contents.
Set BOOK_URL to the site's public address, if it has one: whole addresses (canonical links, language links, the cards that
others show of a page, the sitemap) are made from it, and without it there are none.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml
from derive import edition_config, edition_toc
from repository import Address, configured_address
from root_files import write_root_files
from shared_files import share

ROOT = Path(__file__).resolve().parents[2]
NOT_PUBLISHED = (".buildinfo*", ".doctrees", "*.map")


class BuildError(Exception):
    """An edition could not be built; the message holds its log."""


def site_address() -> str:
    """The site's public address, without a slash at its end; empty if it is unknown."""
    return os.environ.get("BOOK_URL", "").rstrip("/")


def read_yaml(name: str) -> dict:
    """A YAML file of the root."""
    return yaml.safe_load((ROOT / name).read_text("utf8"))


def write_yaml(path: Path, data: dict) -> None:
    """Write YAML that a person can read, in the order given."""
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf8")


def jupyter_book() -> str:
    """The program: beside this Python, else where `make book` installs it."""
    beside = Path(sys.executable).with_name("jupyter-book")
    return str(beside if beside.is_file() else ROOT / ".venv-book" / "bin" / "jupyter-book")


def run_jupyter_book(edition: str, config: dict, work: Path, *options: str) -> str:
    """Build an edition's pages into `work/_build`, and return the log.

    Raises:
        BuildError: Jupyter Book failed.
    """
    write_yaml(work / "_config.yml", config)
    write_yaml(work / "_toc.yml", edition_toc(read_yaml("_toc.yml")))
    places = {"--config": work / "_config.yml", "--toc": work / "_toc.yml", "--path-output": work}
    command = [jupyter_book(), "build", str(ROOT / "book" / edition)]
    command += [str(part) for place in places.items() for part in place]
    command += options
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode != 0:
        raise BuildError(f"{run.stdout}\nThe {edition} edition failed: see the log above.")
    return run.stdout


def build_edition(edition: str, work: Path, strict: bool) -> tuple[Path, str]:
    """Run Jupyter Book for one edition.

    Args:
        edition: its folder below `book/`.
        work: an empty folder for derived files and results.
        strict: whether a warning is an error.

    Returns:
        The folder of the built pages, and the log.

    Raises:
        BuildError: Jupyter Book failed.
    """
    work.mkdir(parents=True)
    config = edition_config(read_yaml("_config.yml"), edition, ROOT, site_address())
    log = run_jupyter_book(edition, config, work, *(["-W", "--keep-going"] if strict else []))
    return work / "_build" / "html", log


def replace_site(new: Path, site: Path) -> None:
    """Put the new site in the old one's place."""
    old = site.with_name("html-old")
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    new.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def build(strict: bool, build_folder: Path) -> Path:
    """Build every edition in parallel and, if all succeed, replace the site.

    Returns:
        The site's folder.

    Raises:
        BuildError: an edition failed; the previous site is as it was.
    """
    config = read_yaml("_config.yml")
    work, site = build_folder / "work", build_folder / "html"
    shutil.rmtree(work, ignore_errors=True)
    new = work / "site"
    with ThreadPoolExecutor() as pool:
        runs = {
            edition: pool.submit(build_edition, edition, work / edition, strict)
            for edition in config["editions"]
        }
    failures = [str(run.exception()) for run in runs.values() if run.exception()]
    if failures:
        raise BuildError("\n".join(failures))
    for edition, run in runs.items():
        pages, log = run.result()
        print("\n".join(line for line in log.splitlines() if "WARNING" in line), end="")
        shutil.copytree(pages, new / edition, ignore=shutil.ignore_patterns(*NOT_PUBLISHED))
    share(new, list(config["editions"]))
    write_root_files(new, config, site_address())
    replace_site(new, site)
    shutil.rmtree(work)
    return site


def main() -> int:
    """Build from the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-W", "--warnings-are-errors", action="store_true", dest="strict")
    options = parser.parse_args()
    started = time.monotonic()
    try:
        site = build(options.strict, ROOT / "_build")
    except BuildError as error:
        print(error, file=sys.stderr)
        print("error: nothing was replaced in _build/html", file=sys.stderr)
        return 1
    if Address(configured_address(ROOT)).is_placeholder and not os.environ.get("COLAB_BRANCH"):
        print(
            "Note: no repository is set, so the pages have no Colab button. Set yours: make repository URL=https://…"
        )
    print(
        f"Built both editions in {time.monotonic() - started:.0f} s: {site}/index.html (to read it: make serve)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
