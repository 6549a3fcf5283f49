"""Options out of dataclasses, read by jsonargparse: their docstrings are the help."""

import json
import os
import re
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterable
from dataclasses import fields
from typing import Any, NoReturn, get_type_hints

import docstring_parser
from jsonargparse import ActionYesNo, ArgumentParser, Namespace, set_loader

METAVARS = {int: "N", float: "X", float | None: "X", int | tuple[int, int]: "SIZE", "root": "FOLDER"}
WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "NoneType": '"none"',
    "tuple": "HEIGHTxWIDTH",
}
WEIGHTS = {"required": True, "metavar": "FILE", "help": "a trained model, such as a run's best.safetensors"}
DEVICE = {"metavar": "NAME", "help": 'such as "cpu" or "cuda" (default: a GPU if there is one)'}


class Parser(ArgumentParser):
    """Says what is wrong in one line, and takes no abbreviated options."""

    def __init__(self, command: str = "", **texts: str) -> None:
        how = {"formatter_class": RawDescriptionHelpFormatter, "allow_abbrev": False, "print_config": None}
        prog = f"python -m vit_tutorial {command}".rstrip()
        super().__init__(prog=prog, parser_mode="options", **how, **texts)

    def error(self, message: str, ex: Exception | None = None) -> NoReturn:
        """Hand what is wrong on to `main`, in words instead of Python's types."""
        message = message.replace("Value not boolean:", "checkpointing and flip must be true or false, got")
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
        how = {"type": hint, "metavar": METAVARS.get(name, METAVARS.get(hint, "NAME"))}
        if hint is bool:
            how = {"action": ActionYesNo(no_prefix="no-")}
        how["default"] = None if name in remarks else default
        how["help"] = f"{text} ({remarks.get(name, f'default: {told}')})".replace("%", "%%")
        group.add_argument(f"--{name.replace('_', '-')}", **how)


def pick(options: Namespace, cls: type) -> dict[str, Any]:
    """The options that are fields of a dataclass."""
    return {f.name: options[f.name] for f in fields(cls) if f.name in options}


def processes_now() -> int:
    """How many processes torchrun has started."""
    return int(os.environ.get("WORLD_SIZE", 1))
