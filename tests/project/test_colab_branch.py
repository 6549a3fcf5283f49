"""A fork's published notebooks install the package from the fork: a bare repository on this disk stands in for GitHub."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path

import colab
import pytest
from places import BOOK, ROOT
from repository import setup_cell

URL = "https://github.com/fork/vit"
PLACEHOLDER = "https://github.com/OWNER/vit-tutorial"
NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", "_build", "__pycache__", ".*_cache", "dist")
IDENTITY = {f"GIT_{role}_{key}": "a" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}


def git(folder: Path, *command: str) -> str:
    run = subprocess.run(["git", *command], cwd=folder, capture_output=True, text=True, check=True)
    return run.stdout.strip()


def use_local_github(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Let every git of this test, pip's too, find https://github.com/ in a folder."""
    settings = {f"url.file://{folder}/.insteadOf": "https://github.com/", "init.defaultBranch": "main"}
    patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    patch.setenv("GIT_CONFIG_COUNT", str(len(settings)))
    for number, (key, value) in enumerate(settings.items()):
        patch.setenv(f"GIT_CONFIG_KEY_{number}", key)
        patch.setenv(f"GIT_CONFIG_VALUE_{number}", value)
    for key, value in IDENTITY.items():
        patch.setenv(key, value)


def publish_fork(tree: Path, patch: pytest.MonkeyPatch) -> str:
    """Push a folder to the fork's main branch, and pretend to be its GitHub Actions; returns the commit."""
    use_local_github(tree.parent / "github", patch)
    git(tree.parent, "init", "--quiet", "--bare", "github/fork/vit")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"], ["remote", "add", "origin", URL]):
        git(tree, *command)
    git(tree, "push", "-q", "origin", "main")
    commit = git(tree, "rev-parse", "HEAD")
    actions = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "fork/vit",
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_REF_NAME": "main",
        "GITHUB_SHA": commit,
    }
    for key, value in actions.items():
        patch.setenv(key, value)
    patch.delenv("COLAB_BRANCH", raising=False)
    return commit


@pytest.fixture
def fork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fork with one notebook an edition, as its workflow has checked it out."""
    tree = tmp_path / "checkout"
    cell = {
        "cell_type": "code",
        "id": "setup",
        "metadata": {"tags": ["setup"]},
        "outputs": [],
        "execution_count": 1,
    }
    cell["source"] = [f'REPOSITORY = "{PLACEHOLDER}"\n', "print('安装')"]
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for edition in ("en", "zh"):
        (tree / "book" / edition).mkdir(parents=True)
        (tree / "book" / edition / "01_x.ipynb").write_text(json.dumps(notebook), "utf8")
    for name in colab.LICENCES:
        (tree / name).write_text(name, "utf8")
    publish_fork(tree, monkeypatch)
    return tree


def on_branch(tree: Path, name: str, branch: str = "colab") -> str:
    """A file as the fork's branch has it."""
    return git(tree.parent / "github" / "fork" / "vit", "show", f"{branch}:{name}")


def repository_line(text: str) -> str:
    return json.loads(text)["cells"][0]["source"][0]


def test_push_puts_stamped_notebooks_on_the_branch_and_nothing_else_changes(fork: Path) -> None:
    commit = git(fork, "rev-parse", "HEAD")
    assert colab.main(["push"], fork) == 0
    for edition in ("en", "zh"):
        line = repository_line(on_branch(fork, f"book/{edition}/01_x.ipynb"))
        assert line == f'REPOSITORY = "{URL}@{commit}"\n'
        assert PLACEHOLDER in on_branch(fork, f"book/{edition}/01_x.ipynb", "main")
    github = fork.parent / "github" / "fork" / "vit"
    files = git(github, "ls-tree", "-r", "--name-only", "colab").splitlines()
    assert files == ["LICENSE", "LICENSE-CC-BY", "README.md", "book/en/01_x.ipynb", "book/zh/01_x.ipynb"]
    assert git(github, "rev-parse", "main") == commit == git(fork, "rev-parse", "HEAD")
    assert git(fork, "status", "--porcelain") == ""


def test_each_publication_replaces_the_branch(fork: Path) -> None:
    assert colab.main(["push"], fork) == 0
    assert colab.main(["push"], fork) == 0
    assert git(fork.parent / "github" / "fork" / "vit", "rev-list", "--count", "colab") == "1"


def test_stamp_changes_the_notebooks_of_this_checkout_only(fork: Path) -> None:
    assert colab.main(["stamp"], fork) == 0
    changed = git(fork, "status", "--porcelain").split()[1::2]
    assert changed == ["book/en/01_x.ipynb", "book/zh/01_x.ipynb"]
    text = (fork / "book/zh/01_x.ipynb").read_text("utf8")
    assert (
        repository_line(text) == f'REPOSITORY = "{URL}@{git(fork, "rev-parse", "HEAD")}"\n' and "安装" in text
    )


def test_a_branch_that_holds_somebodys_work_is_kept(fork: Path, capsys: pytest.CaptureFixture) -> None:
    git(fork, "push", "-q", "origin", "main:colab")
    assert colab.main(["push"], fork) == 1
    assert "'colab' exists and holds something else" in capsys.readouterr().err
    assert PLACEHOLDER in on_branch(fork, "book/en/01_x.ipynb")


def test_the_branch_that_is_published_is_kept(fork: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("COLAB_BRANCH", "main")
    assert colab.main(["push"], fork) == 1
    assert "COLAB_BRANCH" in capsys.readouterr().err
    assert PLACEHOLDER in on_branch(fork, "book/en/01_x.ipynb", "main")


@pytest.mark.parametrize("action", ["stamp", "push"])
def test_outside_of_actions_it_names_the_other_command(fork: Path, monkeypatch, capsys, action: str) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert colab.main([action], fork) == 1
    assert "make repository" in capsys.readouterr().err
    assert git(fork, "status", "--porcelain") == ""


def test_colab_opens_nothing_from_another_server(fork: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://git.example.org")
    assert colab.main(["push"], fork) == 0
    assert "github.com only" in capsys.readouterr().out


@pytest.fixture
def empty_python(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A new environment without the package, and how to run it: its libraries are these tests' own, nothing is downloaded."""
    venv.create(tmp_path / "empty", with_pip=False)
    libraries = tmp_path / "libraries"
    libraries.mkdir()
    for path in Path(pytest.__file__).parents[1].iterdir():
        if "vit_tutorial" not in path.name:
            (libraries / path.name).symlink_to(path)
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    yield tmp_path / "empty" / "bin" / "python", {"PYTHONPATH": str(libraries), **offline}


def test_a_published_notebook_installs_the_fork_and_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_python: tuple[Path, dict[str, str]]
) -> None:
    python, settings = empty_python
    tree = shutil.copytree(ROOT, tmp_path / "checkout", ignore=NOT_COPIED)
    marker = tree / "vit_tutorial" / "patches.py"  # what is installed must be the fork's, not this tree's
    marker.write_text(marker.read_text("utf8") + "\nOF_THE_FORK = True\n", "utf8")
    publish_fork(tree, monkeypatch)
    assert colab.main(["push"], tree) == 0
    opened = tmp_path / "colab"
    git(tmp_path, "clone", "-q", "--branch", "colab", URL, str(opened))
    path = opened / "book" / "zh" / "01_patches.ipynb"
    notebook = json.loads(path.read_text("utf8"))
    setup = setup_cell(path, notebook)[1]
    source = json.loads((BOOK / "zh" / "01_patches.ipynb").read_text("utf8"))
    differing = [(a, b) for a, b in zip(notebook["cells"], source["cells"], strict=True) if a != b]
    assert len(differing) == 1 and "".join(differing[0][0]["source"]) == setup

    code = [("".join(cell["source"])) for cell in notebook["cells"] if cell["cell_type"] == "code"][:3]
    proof = "from vit_tutorial import patches\nprint(patches.OF_THE_FORK, patches.__file__)"
    program = "\n".join(["import matplotlib", "matplotlib.use('Agg')", *code, proof])
    run = subprocess.run(
        [python, "-c", program], cwd=opened, env={**os.environ, **settings}, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    *printed, last = run.stdout.splitlines()
    assert "the first is" in printed[-1], "the chapter's first cells did not run"
    assert last.startswith("True ") and Path(last.split()[1]).is_relative_to(tmp_path / "empty")
