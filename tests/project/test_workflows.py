"""The GitHub workflows are valid and run what the Makefile has."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from places import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def steps(path: Path) -> list[dict]:
    """Every step of every job."""
    jobs = yaml.safe_load(path.read_text("utf8"))["jobs"].values()
    return [step for job in jobs for step in job["steps"]]


def schema_errors(path: Path) -> str:
    """What GitHub's schema for workflows, which the checker brings along, has against the file."""
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        str(path),
    ]
    run = subprocess.run(command, capture_output=True, text=True)
    return "" if run.returncode == 0 else run.stdout + run.stderr


def test_there_are_workflows_for_tests_and_pages() -> None:
    assert [path.name for path in WORKFLOWS] == ["pages.yml", "test.yml"]


@each_workflow
def test_is_valid(path: Path) -> None:
    assert schema_errors(path) == ""


def test_a_misspelt_key_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(WORKFLOWS[0].read_text("utf8").replace("runs-on:", "run-on:"), "utf8")
    assert "run-on" in schema_errors(wrong)


@each_workflow
def test_actions_are_pinned_by_commit_with_their_version_beside(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text("utf8"))
    pinned = r"actions/[\w-]+@[0-9a-f]{40}    # v\d+\.\d+\.\d+"
    assert used and [action for action in used if not re.fullmatch(pinned, action)] == []
    assert len(used) == len([step for step in steps(path) if "uses" in step])


def test_the_workflows_use_the_same_version_of_an_action() -> None:
    used = {action for path in WORKFLOWS for action in re.findall(r"uses: (.+)", path.read_text("utf8"))}
    assert len({action.split("@")[0] for action in used}) == len(used)


# What each job may do; nothing is granted to all.
PERMISSIONS = {
    "test": {"contents": "read"},
    "package": {"contents": "read"},
    "build": {"contents": "read", "pages": "read"},
    "notebooks": {"contents": "write"},
    "publish": {"pages": "write", "id-token": "write"},
}


def test_each_job_may_do_what_it_needs_and_no_more() -> None:
    loaded = [yaml.safe_load(path.read_text("utf8")) for path in WORKFLOWS]
    assert [workflow["permissions"] for workflow in loaded] == [{}, {}]
    jobs = {name: job for workflow in loaded for name, job in workflow["jobs"].items()}
    assert {name: job["permissions"] for name, job in jobs.items()} == PERMISSIONS
    for name, job in jobs.items():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@") and name != "notebooks":
                assert step["with"]["persist-credentials"] is False, (
                    "only the job that pushes keeps the token"
                )


def test_pages_publishes_stamped_notebooks_before_the_buttons_that_open_them() -> None:
    pages = yaml.safe_load((ROOT / ".github/workflows/pages.yml").read_text("utf8"))
    jobs, branch = pages["jobs"], pages["env"]["COLAB_BRANCH"]
    build = [step.get("run") for step in jobs["build"]["steps"]]
    assert build.index("python book/tools/colab.py stamp") < build.index("make book")
    assert [step["run"] for step in jobs["notebooks"]["steps"] if "run" in step] == [
        "python3 book/tools/colab.py push"
    ]
    assert set(jobs["publish"]["needs"]) == {"build", "notebooks"}
    on = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf8"))[
        True
    ]  # YAML 1.1 reads `on` so
    assert on["push"]["branches-ignore"] == [branch], "it has nothing to test"


@each_workflow
def test_runs_targets_that_the_makefile_has(path: Path) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf8"), re.MULTILINE)
    wanted = [name for step in steps(path) for name in re.findall(r"\bmake (\w+)", step.get("run", ""))]
    assert wanted and set(wanted) <= set(targets)
