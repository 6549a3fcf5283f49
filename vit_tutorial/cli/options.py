"""Options out of dataclasses, read by jsonargparse: their docstrings are the help."""

from __future__ import annotations

import json
import os
import re
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterable
from dataclasses import fields
from typing import Any, NoReturn, get_type_hints

import docstring_parser
from jsonargparse import ActionYesNo, ArgumentParser, Namespace, set_loader

METAVARS = {int: "N", float: "X", float | None: "X", int | tuple[int, int]: "SIZE"}
METAVARS["root"] = "FOLDER"
WORDS = {"int": "a whole number", "float": "a number", "str": "text"}
WORDS |= {"NoneType": '"none"', "tuple": "HEIGHTxWIDTH"}


class Parser(ArgumentParser):
    """Says what is wrong in one line, and takes no abbreviated options."""

    def __init__(self, command: str = "", **texts: str) -> None:
        super().__init__(
            prog=f"python -m vit_tutorial {command}".rstrip(),
            formatter_class=RawDescriptionHelpFormatter,
            allow_abbrev=False,
            print_config=None,
            parser_mode="options",
            **texts,
        )

    def error(self, message: str, ex: Exception | None = None) -> NoReturn:
        """Hand what is wrong on to `main`, in words instead of Python's types."""
        message = message.replace(
            "Value not boolean:", "flip must be true or false, got"
        )
        key = re.match(r'Parser key "(.+?)"', message)
        value = re.search(r"(?:Got|Given) value: (.*)", message)
        kinds = re.findall(r"Expected a <class '(\w+)'>", message)
        if key and value and kinds:
            expected = " or ".join(WORDS.get(kind, kind) for kind in kinds)
            message = f"{key[1]} must be {expected}, got {value[1]}"
        message = re.sub(r'^Parser key "(.+?)"', r"\1", message)
        raise ValueError(f"{message.rstrip('.')}. See {self.prog} --help.") from ex

    def add_weights(self) -> None:
        """Take a trained model."""
        text = "a trained model, such as a run's best.safetensors"
        self.add_argument("--weights", required=True, metavar="FILE", help=text)


def read_value(text: str) -> Any:
    """What stands after an option: "none", 160x224, or as in JSON."""
    if text.lower() == "none":
        return None
    if sides := re.fullmatch(r"(\d+)x(\d+)", text.lower()):
        return [int(side) for side in sides.groups()]
    return json.loads(text)


set_loader("options", read_value, exceptions=(ValueError,))


def add_options(
    group: ArgumentParser, cls: type, names: Iterable[str], **remarks: str
) -> None:
    """Give a group of a parser an option for each of some fields of a dataclass.

    The remarks stand in the help in place of a default; the option's is then None.
    """
    hints, documented = get_type_hints(cls), docstring_parser.parse(cls.__doc__).params
    texts = {entry.arg_name: entry.description for entry in documented}
    defaults = {field.name: field.default for field in fields(cls)}
    for name in names:
        hint, default = hints[name], defaults[name]
        told = "no" if default is False else str(default).lower()
        text = re.sub(r"\bNone\b", '"none"', " ".join(texts[name].split())).rstrip(".")
        how = {
            "type": hint,
            "metavar": METAVARS.get(name, METAVARS.get(hint, "NAME")),
            "default": default,
        }
        if hint is bool:
            how = {"action": ActionYesNo(no_prefix="no-"), "default": default}
        if name in remarks:
            how["default"] = None
        remark = remarks.get(name, f"default: {told}")
        how["help"] = f"{text} ({remark})".replace("%", "%%")
        group.add_argument(f"--{name.replace('_', '-')}", **how)


def pick(options: Namespace, cls: type) -> dict[str, Any]:
    """The options that are fields of a dataclass."""
    return {f.name: options[f.name] for f in fields(cls) if f.name in options}


def processes_now() -> int:
    """How many processes torchrun has started."""
    return int(os.environ.get("WORLD_SIZE", 1))


def start_command(processes: int) -> str:
    """How a training is started in so many processes."""
    if processes == 1:
        return "python -m vit_tutorial train"
    return f"torchrun --nproc_per_node={processes} -m vit_tutorial train"
