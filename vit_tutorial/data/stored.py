"""Results of experiments that take longer than a chapter: the scripts in `experiments/` wrote them."""

import json
from importlib.resources import files
from typing import Any


def results(name: str) -> dict[str, Any]:
    """Look up what an experiment measured.

    Args:
        name: the script's name, such as "training_recipes".

    Returns:
        `command` and `machine` say how it came about; `runs` has a dictionary a run.

    Raises:
        ValueError: there is no such experiment; the message lists those there are.
    """
    folder = files("vit_tutorial") / "assets" / "results"
    known = sorted(f.name.removesuffix(".json") for f in folder.iterdir())
    if name not in known:
        raise ValueError(f"no results of {name!r}. There are: {', '.join(known)}.")
    return json.loads((folder / f"{name}.json").read_text("utf8"))
