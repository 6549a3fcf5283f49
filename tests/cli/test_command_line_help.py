"""The command line's help: complete, right, no wider than a terminal, and there at once."""

from __future__ import annotations

import inspect
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, fields
from importlib import import_module
from importlib.metadata import version

import pytest
from command_line import call

from vit_tutorial import ViTConfig
from vit_tutorial.cli.options import Parser, add_options
from vit_tutorial.cli.settings import MODELS, Images
from vit_tutorial.training.recipe import Recipe

COMMANDS = ["train", "evaluate", "predict", "export", "report"]
SETTINGS = {"images": Images, "model": ViTConfig, "recipe": Recipe}


def help_of(command: str, monkeypatch) -> str:
    monkeypatch.setenv("COLUMNS", "80")
    result = call(*command.split(), "--help")
    assert (result.status, result.err) == (0, "")
    return result.out


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_into_a_terminal(command, monkeypatch):
    text = help_of(command, monkeypatch)
    assert text.startswith(f"usage: python -m vit_tutorial {command}".rstrip())
    assert max(map(len, text.splitlines())) <= 80


def test_the_help_names_the_commands(monkeypatch):
    text = help_of("", monkeypatch)
    for command in COMMANDS:
        assert re.search(rf"^  {command} +\w+", text, re.MULTILINE)
    assert "python -m vit_tutorial train --help" in text


def said_of(cls: type, name: str) -> str:
    """What a class's docstring says about an attribute, on one line."""
    text = inspect.getdoc(cls)  # with the same indent in every Python
    entry = re.search(rf"^ {{4}}{name}: (.*(?:\n {{8}}.*)*)", text, re.MULTILINE)
    return " ".join(entry[1].split()).removesuffix(".").replace("None", '"none"')


def test_every_setting_is_an_option_in_its_section_with_its_text_and_default(monkeypatch):
    text = help_of("train", monkeypatch)
    titles = re.findall(r"^(\w.*):$", text, re.MULTILINE)
    assert titles == ["options", "the run", *SETTINGS, "examples"]
    for title, cls in SETTINGS.items():
        section = " ".join(re.search(rf"^{title}:\n(.*?)^\w", text, re.M | re.S)[1].split())
        for field in fields(cls):
            if field.name == "num_classes":
                continue
            flag = f"--{field.name.replace('_', '-')}"
            value = f"--no-{flag[2:]}" if field.default is False else "[A-Z]+"
            option = re.search(rf"{flag},? {value} (.*?)(?= --|$)", section)
            assert option[1].startswith(f"{said_of(cls, field.name)} ("), flag
            default = {None: "none"}.get(field.default, field.default)
            default = "no" if default is False else default
            if cls is Recipe:
                assert option[1].endswith(f"(default: {default})"), flag
            else:
                assert re.search(r"\((default: |needed for a new run)", option[1]), flag


def test_defaults_that_depend_on_others_are_told(monkeypatch):
    text = " ".join(help_of("train", monkeypatch).split())
    assert f"{', '.join(MODELS)} (default: small, or ViT-Ti/16 for a folder)" in text
    assert "D_mlp, the width inside each MLP (default: as --model says)" in text
    assert "for square images (default: 28, or 224 for a folder and a model of the paper)" in text
    assert "C (default: 3 for a folder, else 1)" in text
    assert "images for each class (needed for a new run)" in text
    assert "left to right (default: no)" in text and "of AdamW; the peak" in text
    assert '"none" does not clip (default: 1.0)' in text and "starts (default: 64)" in text


def test_a_percent_sign_in_a_text():
    @dataclass
    class Example:
        """One.

        Attributes:
            part: 50 % of
                all.
        """

        part: float = 0.5

    parser = Parser()
    add_options(parser, Example, ["part"])
    assert "50 % of all (default: 0.5)" in parser.format_help()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_examples_in_the_help_are_right(command, monkeypatch):
    text = help_of(command, monkeypatch).replace("\\\n", " ")
    examples = re.findall(
        r"-m vit_tutorial (\w+ --?\w.*|(?:predict|report) .*)", text.partition("examples:")[2]
    )
    assert len(examples) >= 2
    for example in examples:
        name, *options = shlex.split(example)
        assert name == command
        assert import_module(f"vit_tutorial.cli.{name}").parser().parse_args(options)


def test_the_exit_statuses_are_told(monkeypatch):
    text = " ".join(help_of("train", monkeypatch).split())
    assert "The exit status is 0; 1 if the training diverged; 2 if something is wrong" in text


def test_the_package_does_not_load_the_command_line(tmp_path):
    program = "import sys, vit_tutorial; print([name for name in sys.modules if 'vit_tutorial.cli' in name])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("arguments", [["--help"], *([command, "--help"] for command in COMMANDS)])
def test_help_does_not_wait_for_pytorch(arguments, tmp_path):
    program = f"""
import sys
from vit_tutorial.cli import main
try:
    main({arguments})
except SystemExit:
    print([name for name in ("torch", "torchvision", "matplotlib", "sklearn") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_version_is_the_installed_ones():
    assert call("--version") == (0, f"vit-tutorial {version('vit-tutorial')}\n", "")
