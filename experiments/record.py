"""Write the results of an experiment where the chapters find them, with what is needed to repeat it."""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

import torch

from vit_tutorial.saving import write_atomically

RESULTS = Path(__file__).resolve().parents[1] / "vit_tutorial" / "assets" / "results"


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
    command = f"python experiments/{name}.py {arguments}".strip()
    head = {"command": command, "machine": machine(), **summary}
    body = ",\n  ".join(json.dumps(run) for run in runs)  # a line for each run
    text = f'{json.dumps(head)[:-1]}, "runs": [\n  {body}\n]}}\n'
    path = RESULTS / f"{name}.json"
    write_atomically(path, lambda half: half.write_text(text))
    return path
