"""The settings of a run in JSON: read from a file, kept in the run's folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jsonargparse import Namespace

from vit_tutorial.cli.options import Parser, pick, processes_now, start_command
from vit_tutorial.cli.settings import GREY, Images, Machine, find_data
from vit_tutorial.config import ViTConfig
from vit_tutorial.training.recipe import Recipe

CONFIG = "config.json"


def choose_options(parser: Parser, arguments: Sequence[str]) -> Namespace:
    """The options, over those in a file, over those of the run to resume."""
    options, stored = parser.parse_args(arguments), None
    from vit_tutorial.training.run_folder import RunFolder  # not for the help

    out = options.out
    if out is None:
        raise ValueError("say where the run shall be: --out DIR.")
    if options.resume and not (out / CONFIG).is_file():
        raise ValueError(
            f"{out} holds no {CONFIG}, so there is no run to resume. Check --out, or "
            "start one without --resume."
        )
    if not options.resume:
        _refuse_foreign_config(out / CONFIG)
        RunFolder(out).refuse_foreign()
    base = stored = _read(parser, out / CONFIG) if options.resume else None
    if options.config:
        base = _read(parser, options.config, stored)
    options = parser.parse_args(arguments, namespace=base)
    options.data = find_data(options.data)
    if stored:
        _refuse_changes(options, stored)
    return options


def build(options: Namespace) -> tuple[Images, Recipe, Machine]:
    """The options in the classes that check them."""
    return tuple(cls(**pick(options, cls)) for cls in (Images, Recipe, Machine))


def write_config(options: Namespace) -> None:
    """Keep the settings in the run's folder; the file is whole or not there."""
    from vit_tutorial.saving import write_atomically

    values = _same_run(options) | pick(options, Machine)
    values["processes"] = processes_now()
    text = json.dumps(values, indent=2, ensure_ascii=False) + "\n"
    write_atomically(options.out / CONFIG, lambda half: half.write_text(text, "utf8"))


def _read(parser: Parser, path: Path, base: Namespace | None = None) -> Namespace:
    """The options in a file, over others."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # also where the bytes are no UTF-8
        raise ValueError(f"{path} is not JSON: {error}. Mend it there.") from error
    if not isinstance(values, dict):
        raise ValueError(f'{path} must hold settings by name, as {{"epochs": 3}}.')
    processes, now = values.pop("processes", processes_now()), processes_now()
    if processes != now:
        raise ValueError(
            f"{path} is for {processes} processes, this run has {now}: each step would "
            f"see other images. Start it by {start_command(processes)} …"
        )
    try:
        options = parser.parse_object(values, base)
        build(options)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return options


def _refuse_foreign_config(path: Path) -> None:
    """Refuse to replace another program's file of this name."""
    try:
        ours = {"model", "data"} <= json.loads(path.read_text("utf8")).keys()
    except FileNotFoundError:
        return
    except (ValueError, AttributeError):
        ours = False
    if not ours:
        raise FileExistsError(f"{path} is there, and no run's settings. Name another folder.")


def _same_run(options: Namespace) -> dict[str, Any]:
    """The settings that a resumed run shares; it may have another machine."""
    values = {"model": options.model} | pick(options, Images)
    return values | pick(options, ViTConfig) | pick(options, Recipe)


def _refuse_changes(options: Namespace, stored: Namespace) -> None:
    kept = _same_run(stored)
    for name, value in _same_run(options).items():
        # A folder may have been moved: train proves that its images are the same.
        moved = name == "data" and not {value, kept[name]} & set(GREY)
        if value != kept[name] and not moved:
            raise ValueError(
                f"the options contradict the run in {options.out}: {name} = {value!r}, "
                f"but it has {kept[name]!r}. --resume needs none of them; for another "
                "run name another folder."
            )
