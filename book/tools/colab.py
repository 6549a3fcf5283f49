#!/usr/bin/env python3
"""In GitHub Actions: the notebooks that a fork publishes install the package from that fork, at the commit they belong to.

    python book/tools/colab.py stamp     write address and commit into this checkout's notebooks: the book is built from them
    python book/tools/colab.py push      put such notebooks on the branch that the site's Colab buttons open

The workflow `pages` runs both; nobody needs to. The repository's own notebooks keep the address that they hold, the
placeholder too: `stamp` changes a checkout that is thrown away, `push` changes neither files nor branch, but makes a
commit of its own. That branch, `colab` unless COLAB_BRANCH says otherwise, is replaced each time. Standard library only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from repository import ROOT, AddressError, address_from_actions, changed_notebook, notebooks

BRANCH = "colab"
SUBJECT = "The notebooks as they are published"
LICENCES = ("LICENSE", "LICENSE-CC-BY")
README = """# The notebooks as they are published · 已发布的笔记本

Made from {source} by the workflow `pages`; Colab opens them from here. This branch is replaced at each publication: edit the source.

由工作流 `pages` 根据 {source} 生成，Colab 打开的就是这里的笔记本。每次发布都会重写这个分支，要改请改源文件。
"""
BOT = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (
        ("NAME", "github-actions[bot]"),
        ("EMAIL", "41898282+github-actions[bot]@users.noreply.github.com"),
    )
}


def stamped(root: Path, url: str, commit: str) -> dict[Path, str]:
    """Every notebook's text, with a setup cell that installs the package of this very commit."""
    return {path: changed_notebook(path, f"{url}@{commit}") for path in notebooks(root)}


def git(folder: Path, *command: str, **extra: str) -> str:
    """Run git and return what it prints.

    Raises:
        AddressError: git failed; the message holds what it said.
    """
    run = subprocess.run(
        ["git", *command], cwd=folder, env=os.environ | extra, capture_output=True, text=True
    )
    if run.returncode != 0:
        raise AddressError(f"git {command[0]}: {run.stderr.strip()}")
    return run.stdout.strip()


def make_commit(root: Path, texts: Mapping[str, str]) -> str:
    """Store a commit without a parent that holds these files alone; files, index and branch stay as they are."""
    with TemporaryDirectory() as tree, TemporaryDirectory() as index:
        for name, text in texts.items():
            path = Path(tree) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf8")
        place = {
            "GIT_DIR": git(root, "rev-parse", "--absolute-git-dir"),
            "GIT_WORK_TREE": tree,
            "GIT_INDEX_FILE": f"{index}/index",
        }
        git(Path(tree), "add", "--all", "--force", ".", **place)
        return git(root, "commit-tree", "-m", SUBJECT, git(root, "write-tree", **place), **BOT)


def check_replaceable(root: Path, branch: str, built: str) -> None:
    """Refuse to write over a branch that holds somebody's work.

    Raises:
        AddressError: it is the branch being published, or one that this tool did not make.
    """
    way_out = "set COLAB_BRANCH in .github/workflows/pages.yml to another name"
    if branch == built:
        raise AddressError(f"{branch!r} is the branch that is being published: {way_out}")
    if git(root, "ls-remote", "--heads", "origin", f"refs/heads/{branch}"):
        git(root, "fetch", "--quiet", "origin", f"refs/heads/{branch}")
        if git(root, "log", "-1", "--format=%s", "FETCH_HEAD") != SUBJECT:
            raise AddressError(f"the branch {branch!r} exists and holds something else: {way_out}")


def push(root: Path, url: str, commit: str, branch: str) -> None:
    """Replace the branch by one commit with the stamped notebooks, the licences and a word of explanation."""
    texts = {str(path.relative_to(root)): text for path, text in stamped(root, url, commit).items()}
    texts |= {name: (root / name).read_text("utf8") for name in LICENCES}
    texts["README.md"] = README.format(source=f"{url}/tree/{commit}")
    git(root, "push", "--quiet", "--force", "origin", f"{make_commit(root, texts)}:refs/heads/{branch}")


def run(action: str, root: Path, environment: Mapping[str, str]) -> str:
    """Stamp or push; returns what was done.

    Raises:
        AddressError: not in GitHub Actions, a notebook without a setup cell, or git refuses.
    """
    address, commit = address_from_actions(environment), environment.get("GITHUB_SHA", "")
    branch = environment.get("COLAB_BRANCH") or BRANCH
    if address is None or not commit:
        raise AddressError("this runs in GitHub Actions; on your own machine there is: make repository URL=…")
    if not address.url.startswith("https://github.com/"):
        return f"Colab opens notebooks of github.com only, not of {address.url}: nothing to do"
    if action == "stamp":
        for path, text in stamped(root, address.url, commit).items():
            path.write_text(text, "utf8")
        return f"The notebooks here install {address.url}@{commit}"
    check_replaceable(root, branch, address.branch)
    push(root, address.url, commit, branch)
    return f"The branch {branch} of {address.url} has the notebooks of {commit}"


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Stamp or push from the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=("stamp", "push"))
    try:
        print(run(parser.parse_args(arguments).action, root, os.environ))
    except (AddressError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
