"""One address in the config, the notebooks and the README; `make repository URL=…` changes all or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import repository
from repository import (
    AddressError,
    address_from_actions,
    configured_address,
    disagreements,
    main,
    parse_address,
)

OLD = "https://github.com/OWNER/vit-tutorial"
NEW = "https://github.com/someone/my-vit"
ACTIONS = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "fork/vit",
    "GITHUB_REF": "refs/heads/topic",
    "GITHUB_REF_NAME": "topic",
}


def notebook_text(tags: list[str], source: list[str]) -> str:
    cell = {
        "cell_type": "code",
        "id": "setup",
        "metadata": {"tags": tags},
        "source": source,
        "outputs": [],
        "execution_count": 1,
    }
    return (
        json.dumps(
            {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5},
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A book of one notebook in each edition."""
    (tmp_path / "_config.yml").write_text(
        f"title: x\nrepository:\n  # a comment\n  url: {OLD}\n  branch: main\nhtml: {{}}\n", "utf8"
    )
    (tmp_path / "README.md").write_text(f"git clone {OLD}\nopen {OLD}/issues\n", "utf8")
    source = ["# 安装\n", f'REPOSITORY = "{OLD}"\n', "print(REPOSITORY)"]
    for edition in ("en", "zh"):
        (tmp_path / "book" / edition).mkdir(parents=True)
        (tmp_path / "book" / edition / "01_x.ipynb").write_text(notebook_text(["setup"], source), "utf8")
    return tmp_path


def contents(tree: Path) -> dict[Path, str]:
    return {path: path.read_text("utf8") for path in sorted(tree.rglob("*")) if path.is_file()}


def test_this_repository_agrees_with_itself(capsys: pytest.CaptureFixture) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out


def test_sets_the_address_everywhere_and_nothing_else(tree: Path) -> None:
    before = contents(tree)
    assert main([NEW], tree) == 0
    assert contents(tree) == {path: text.replace(OLD, NEW) for path, text in before.items()}
    assert main(["--check"], tree) == 0


def test_can_be_changed_again(tree: Path) -> None:
    main([NEW], tree)
    assert main(["https://gitlab.com/a/b"], tree) == 0
    assert configured_address(tree) == "https://gitlab.com/a/b"
    assert disagreements(tree) == []


@pytest.mark.parametrize("text", [NEW + "/", NEW + ".git", f"  {NEW}.git/ ", NEW])
def test_accepts_what_people_paste(text: str) -> None:
    assert parse_address(text) == NEW


@pytest.mark.parametrize(
    "text",
    [
        "", "someone/vit", "http://github.com/a/b", "git@github.com:a/b.git", "https://github.com/a", "https://github.com/a/b/tree/main",
        "https://github.com/a b/c", 'https://github.com/a/b"', "https://github.com/../b", OLD, OLD.lower(),
    ],
)  # fmt: skip
def test_refuses_anything_else_naming_it(tree: Path, capsys: pytest.CaptureFixture, text: str) -> None:
    before = contents(tree)
    assert main([text], tree) == 1
    message = capsys.readouterr().err
    assert repr(text) in message and repository.EXPECTED_FORM in message
    assert contents(tree) == before


def break_readme(tree: Path) -> str:
    (tree / "README.md").write_text("no address", "utf8")
    return "README.md"


def break_setup_cell(tree: Path) -> str:
    (tree / "book/zh/01_x.ipynb").write_text(notebook_text([], [f'REPOSITORY = "{OLD}"']), "utf8")
    return "01_x.ipynb in book/zh"


def break_config(tree: Path) -> str:
    (tree / "_config.yml").write_text("title: x\n", "utf8")
    return "_config.yml"


@pytest.mark.parametrize("break_it", [break_readme, break_setup_cell, break_config])
def test_changes_nothing_if_one_file_lacks_it(tree: Path, capsys: pytest.CaptureFixture, break_it) -> None:
    name = break_it(tree)
    before = contents(tree)
    assert main([NEW], tree) == 1
    assert name in capsys.readouterr().err
    assert contents(tree) == before


def test_check_names_each_place_that_disagrees(tree: Path, capsys: pytest.CaptureFixture) -> None:
    path = tree / "book/en/01_x.ipynb"
    path.write_text(path.read_text("utf8").replace(OLD, NEW), "utf8")
    assert main(["--check"], tree) == 1
    assert "book/en/01_x.ipynb holds " + NEW in capsys.readouterr().out


def test_a_setup_line_elsewhere_does_not_count(tree: Path) -> None:
    break_setup_cell(tree)
    with pytest.raises(AddressError, match="no cell tagged"):
        disagreements(tree)


def test_actions_name_the_fork_and_the_branch() -> None:
    address = address_from_actions(ACTIONS)
    assert (address.url, address.branch) == ("https://github.com/fork/vit", "topic")


@pytest.mark.parametrize(
    "change",
    [
        {"GITHUB_REF": "refs/pull/7/merge", "GITHUB_REF_NAME": "7/merge", "GITHUB_REF_TYPE": "branch"},
        {"GITHUB_REF": "refs/tags/v1", "GITHUB_REF_NAME": "v1", "GITHUB_REF_TYPE": "tag"},
        {"GITHUB_REF": "", "GITHUB_REF_NAME": "v1", "GITHUB_REF_TYPE": "tag"},
    ],
)
def test_a_pull_request_or_tag_is_no_branch(change: dict[str, str]) -> None:
    assert address_from_actions(ACTIONS | change).branch == ""


def test_a_branch_is_known_without_the_full_ref() -> None:
    assert address_from_actions(ACTIONS | {"GITHUB_REF": "", "GITHUB_REF_TYPE": "branch"}).branch == "topic"


def test_other_servers_and_no_actions() -> None:
    assert (
        address_from_actions(ACTIONS | {"GITHUB_SERVER_URL": "https://git.example.org/"}).url
        == "https://git.example.org/fork/vit"
    )
    assert address_from_actions({}) is None
    assert address_from_actions({"GITHUB_REPOSITORY": "fork/vit"}) is None
