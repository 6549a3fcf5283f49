"""Options out of dataclasses, read by jsonargparse: their docstrings are the help."""

from __future__ import annotations

import json
import os
import re
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterable
from dataclasses import fields
from typing import Any, NoReturn, get_type_hints
from unicodedata import east_asian_width

import docstring_parser
from jsonargparse import ActionYesNo, ArgumentParser, Namespace, set_loader

METAVARS = {int: "N", float: "X", float | None: "X", int | tuple[int, int]: "SIZE"}
METAVARS["root"] = "FOLDER"
WORDS = {"int": "a whole number", "float": "a number", "str": "text"}
WORDS |= {"NoneType": '"none"', "tuple": "HEIGHTxWIDTH"}
WEIGHTS = {"required": True, "metavar": "FILE", "help": "a trained model, such as a run's best.safetensors"}


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
        message = message.replace("Value not boolean:", "flip must be true or false, got")
        message = re.sub(r'^Parser key "(.+?)"', r"\1", message)
        value = re.search(r"(?:Got|Given) value: (.*)", message)
        kinds = re.findall(r"Expected a <class '(\w+)'>", message)
        if value and kinds:
            expected = " or ".join(WORDS.get(kind, kind) for kind in kinds)
            message = f"{message.partition(':')[0]} must be {expected}, got {value[1]}"
        raise ValueError(f"{message.rstrip('.')}. See {self.prog} --help.") from ex


def read_value(text: str) -> Any:
    """What stands after an option: "none", 160x224, or as in JSON."""
    if text.lower() == "none":
        return None
    if sides := re.fullmatch(r"(\d+)x(\d+)", text.lower()):
        return [int(side) for side in sides.groups()]
    return json.loads(text)


set_loader("options", read_value, exceptions=(ValueError,))


def add_options(group: ArgumentParser, cls: type, names: Iterable[str] = (), **remarks: str) -> None:
    """Give a group of a parser an option for some fields of a dataclass, or for all.

    The remarks stand in the help in place of a default; the option's is then None.
    """
    hints, documented = get_type_hints(cls), docstring_parser.parse(cls.__doc__).params
    texts = {entry.arg_name: entry.description for entry in documented}
    defaults = {field.name: field.default for field in fields(cls)}
    for name in names or defaults:
        hint, default = hints[name], defaults[name]
        told = "no" if default is False else str(default).lower()
        text = re.sub(r"\bNone\b", '"none"', " ".join(texts[name].split())).rstrip(".")
        metavar = METAVARS.get(name, METAVARS.get(hint, "NAME"))
        how = {"type": hint, "metavar": metavar}
        if hint is bool:
            how = {"action": ActionYesNo(no_prefix="no-")}
        how["default"] = None if name in remarks else default
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


def printable(text: str) -> str:
    """A name as a terminal may show it: control characters, which could steer it, as codes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def padded(names: list[str]) -> list[str]:
    """Names of equal width in a terminal, where Chinese characters are twice as wide."""
    names = [printable(name) for name in names]
    wide = [sum(east_asian_width(letter) in "WF" for letter in name) for name in names]
    most = max(len(name) + extra for name, extra in zip(names, wide, strict=True))
    return [name.ljust(most - extra) for name, extra in zip(names, wide, strict=True)]
