"""Write the results of an experiment where the chapters find them, with what is needed to repeat it."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from vit_tutorial.saving import write_atomically

RESULTS = Path(__file__).resolve().parents[1] / "vit_tutorial" / "assets" / "results"


class Log:
    """The runs of an experiment, a line each: stopped and started again, it goes on where it was."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.runs = (
            [json.loads(line) for line in path.read_text("utf8").splitlines()] if path.is_file() else []
        )

    def measure(self, case: dict[str, Any], run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The case with what `run` makes of it, out of the log where it is there."""
        for known in self.runs:
            if known.items() >= case.items():
                return known
        self.runs.append(case | run())
        with self.path.open("a", encoding="utf8") as file:
            print(json.dumps(self.runs[-1], ensure_ascii=False), file=file, flush=True)
        return self.runs[-1]


def machine() -> str:
    """The machine in words: processor, cores, threads in use, versions."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor() or platform.machine()
    python = platform.python_version()
    version = torch.__version__.split("+")[0]
    return (
        f"{processor}, {os.cpu_count()} cores, {torch.get_num_threads()} thread(s), "
        f"Python {python}, PyTorch {version}"
    )


def write(name: str, runs: list[dict[str, Any]], **summary: Any) -> Path:
    """Write `vit_tutorial/assets/results/NAME.json`; chapters read it by `data.results(NAME)`."""
    arguments = " ".join(sys.argv[1:])
    command = f"python experiments/{Path(sys.argv[0]).name} {arguments}".strip()
    head = {"command": command, "machine": machine(), **summary}
    body = ",\n  ".join(json.dumps(run) for run in runs)  # a line for each run
    text = f'{json.dumps(head)[:-1]}, "runs": [\n  {body}\n]}}\n'
    path = RESULTS / f"{name}.json"
    write_atomically(path, lambda half: half.write_text(text))
    return path
