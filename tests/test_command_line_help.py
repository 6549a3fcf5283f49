"""The command line's help: complete, right, and no wider than a terminal."""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, fields

import pytest
from command_line import call

from vit_tutorial._cli_options import CONVERTERS, SECTIONS, _help, attribute_texts
from vit_tutorial._cli_parser import build_parser

pytest_plugins = ["coloured_pictures"]


def help_of(command: str, monkeypatch) -> str:
    monkeypatch.setenv("COLUMNS", "80")
    result = call(*command.split(), "--help")
    assert (result.status, result.err) == (0, "")
    return result.out


@pytest.mark.parametrize("command", ["", "train", "evaluate", "predict"])
def test_help_fits_into_a_terminal(command, monkeypatch):
    text = help_of(command, monkeypatch)
    assert text.startswith(f"usage: python -m vit_tutorial {command}".rstrip())
    assert max(map(len, text.splitlines())) <= 80


def test_every_setting_is_an_option_with_its_text_and_default(monkeypatch):
    text = " ".join(help_of("train", monkeypatch).split())
    for section, cls in SECTIONS.items():
        for field in fields(cls):
            if field.name == "num_classes":
                continue
            flag = (
                "--data" if (section, field.name) == ("data", "name") else f"--{field.name.replace('_', '-')}"
            )
            value = f", --no-{field.name}" if field.type == "bool" else "[A-Z]+"
            assert re.search(rf"{flag},? {value.removeprefix(', ')} ", text), flag
            said = attribute_texts(cls)[field.name].removesuffix(".").replace("None", '"none"')
            assert said in text, flag
    assert "(default: 0.001)" in text and "of AdamW; the peak" in text
    assert "batch, for each process that torchrun starts (default: 64)" in text


def test_texts_of_attributes():
    class Example:
        """One.

        Attributes:
            first: 50 % of
                all.
            second: None.

        Raises:
            third: not one.
        """

    assert attribute_texts(Example) == {"first": "50 % of all.", "second": "None."}


def test_a_percent_sign_in_a_text():
    @dataclass
    class Example:
        part: float = 0.5

    parser = argparse.ArgumentParser()
    parser.add_argument("--part", help=_help("50 % of all.", "recipe.part", fields(Example)[0]))
    assert "50 % of all (default: 0.5)" in parser.format_help()


def test_values_as_they_are_written():
    assert CONVERTERS[float | None][0]("none") is None and CONVERTERS[float | None][0]("2") == 2.0
    size = CONVERTERS[int | tuple[int, int]][0]
    assert [size("28"), size("28x28"), size("160x224")] == [28, 28, (160, 224)]


@pytest.mark.parametrize("command", ["train", "evaluate", "predict"])
def test_the_examples_in_the_help_are_right(command, monkeypatch):
    text = help_of(command, monkeypatch).replace("\\\n", " ")
    examples = re.findall(r"-m vit_tutorial (\w+ --?\w.*|predict .*)", text.partition("examples:")[2])
    assert len(examples) >= 2
    for example in examples:
        assert build_parser().parse_args(shlex.split(example)).run.__name__ == f"{command}_command"


def test_the_package_does_not_load_the_command_line(tmp_path):
    program = (
        "import sys, vit_tutorial; print([name for name in sys.modules if 'cli' in name.split('.')[-1]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "vit_tutorial" not in done.stdout


def test_help_does_not_wait_for_torchvision():
    code = "import sys, vit_tutorial.cli; print('torchvision' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"
