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
def test_actions_are_pinned_to_a_major_version(path: Path) -> None:
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert used and [action for action in used if not re.fullmatch(r"[\w./-]+@v\d+", action)] == []


@each_workflow
def test_runs_targets_that_the_makefile_has(path: Path) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf8"), re.MULTILINE)
    wanted = [name for step in steps(path) for name in re.findall(r"\bmake (\w+)", step.get("run", ""))]
    assert wanted and set(wanted) <= set(targets)
