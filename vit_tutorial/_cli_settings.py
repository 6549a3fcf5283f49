"""The settings of a training run: from the command line, a file, or the run's own folder."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from vit_tutorial._cli_model import GREY, complete_model, expand
from vit_tutorial._cli_options import SECTIONS, DataSettings, Machine
from vit_tutorial.saving import write_atomically
from vit_tutorial.training.recipe import Recipe

Values = dict[str, dict[str, Any]]  # by section, then by name


@dataclass(frozen=True)
class Settings:
    """All that determines a run, checked; `config.json` in the run's folder holds it."""

    data: DataSettings
    model: dict[str, Any]  # of ViTConfig; the images add num_classes
    recipe: Recipe
    machine: Machine
    processes: int = 1

    @classmethod
    def from_layers(cls, *layers: Values) -> Settings:
        """Settings from several sources, of which a later one wins.

        Raises:
            ValueError: a value is missing, of the wrong type or not allowed.
        """
        values: Values = {section: {} for section in SECTIONS}
        for layer in layers:
            for section in SECTIONS:
                values[section] |= layer.get(section, {})
        images = data_settings(values["data"])
        model = complete_model(
            [layer.get("model", {}) for layer in layers], images.name
        )
        try:
            return cls(
                images,
                model,
                Recipe(**values["recipe"]),
                Machine(**values["machine"]),
                processes_now(),
            )
        except TypeError as error:  # from JSON, such as "epochs": "ten"
            raise ValueError(str(error)) from error

    def write(self, path: Path) -> None:
        """Write all of it as JSON; the file is whole or not there."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"
        write_atomically(path, lambda half: half.write_text(text, encoding="utf-8"))


def read_config(path: Path) -> Values:
    """The values in a file that `Settings.write`, or a person, has written.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not JSON, has unknown names, or is for more or fewer processes.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # also where the bytes are no UTF-8
        raise ValueError(f"{path} is not JSON: {error}. Mend it there.") from error
    known = {
        section: [f.name for f in fields(cls)] for section, cls in SECTIONS.items()
    }
    known["model"] = ["name", *(n for n in known["model"] if n != "num_classes")]
    _check_names(path, "", values, [*known, "processes"])
    for section in SECTIONS:
        _check_names(path, f"{section}.", values.get(section, {}), known[section])
    started = values.pop("processes", processes_now())
    if started != processes_now():
        raise ValueError(
            f"{path} is for {started} processes, this run has {processes_now()}: each "
            f"step would see other images. Start it by {command(started)} …"
        )
    return values


def contradiction(stored: Values, *layers: Values) -> str | None:
    """The first value of the layers that is not the stored one, in words.

    What computes (the section "machine") may be another.
    """
    for section in [name for name in SECTIONS if name != "machine"]:
        values: dict[str, Any] = {}
        for layer in layers:
            part = layer.get(section, {})
            values |= expand(part) if section == "model" else part
        if section == "data" and "name" in values:
            values["name"] = data_name(values["name"])
        kept = stored.get(section, {})
        for name, value in json.loads(
            json.dumps(values)
        ).items():  # tuples are lists there
            if kept.get(name) != value:
                return f"{section}.{name} = {value!r}, but it has {kept.get(name)!r}"
    return None


def data_settings(values: dict[str, Any]) -> DataSettings:
    """Which images, checked.

    Raises:
        ValueError: they are not named, or a value is of the wrong type or not allowed.
    """
    if "name" not in values:
        raise ValueError(f"say which images: --data {'|'.join(GREY)}|FOLDER.")
    try:
        return DataSettings(**values | {"name": data_name(values["name"])})
    except TypeError as error:
        raise ValueError(str(error)) from error


def data_name(name: str) -> str:
    """A data set's name as it is, a folder's path from the root of the disk.

    Raises:
        ValueError: it is neither.
    """
    if name in GREY:
        return name
    folder = Path(str(name)).expanduser()
    if not folder.is_dir():
        raise ValueError(
            f"there is no folder {str(name)!r}, and no data set of this name. Known: "
            f"{', '.join(GREY)}."
        )
    return str(folder.resolve())


def processes_now() -> int:
    """How many processes torchrun has started."""
    return int(os.environ.get("WORLD_SIZE", 1))


def command(processes: int) -> str:
    """How the package's command line is started in so many processes."""
    if processes == 1:
        return "python -m vit_tutorial"
    return f"torchrun --nproc_per_node={processes} -m vit_tutorial"


def _check_names(path: Path, prefix: str, values: Any, known: list[str]) -> None:
    if not isinstance(values, dict):
        raise ValueError(
            f"{path} must hold an object {{…}} {f'for {prefix[:-1]} ' * bool(prefix)}with "
            f"any of {', '.join(known)}."
        )
    for name in values:
        if name not in known:
            raise ValueError(
                f"{path} has an unknown entry {prefix}{name}. Known: {', '.join(known)}."
            )
