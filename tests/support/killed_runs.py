"""Runs that die in a process of their own: between two steps, at any of their file operations, amid a file.

The processes are forked from a server that has imported torch once, and so start at once.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from tiny_training import fit, loader, new_model
from torch import nn

from vit_tutorial import History

RUNS: dict[str, dict[str, Any]] = {
    "plain": {},
    "quick": {"loader": {"n": 6}, "recipe": {"epochs": 2}},
    "dropout": {"model": {"dropout": 0.3, "attention_dropout": 0.2}},
    "noise": {"loader": {"noise": 0.5}},
    "accumulated": {"recipe": {"accumulate": 4}},
    "workers": {"loader": {"noise": 0.5, "num_workers": 2}, "model": {"dropout": 0.3}},
    "momentum": {"optimizer": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9)},
    "constant": {"recipe": {"schedule": "constant"}},
    "no warmup": {"recipe": {"warmup": 0, "clip": None}},
    "bfloat16": {"recipe": {"precision": "bfloat16"}},
    "frozen": {"frozen": True},
}
SLOW_TO_IMPORT = ["vit_tutorial.training.loop", "torch._dynamo", "pytest"]  # _dynamo: an optimizer needs it


def run(
    name: str, out: Path | None, resume: bool = False, before_step: Callable[[int], None] | None = None
) -> tuple[nn.Module, History]:
    """One of `RUNS`; `before_step` is told the number of each step of this process, from 1."""
    choice, steps = RUNS[name], []
    model = new_model(**choice.get("model", {}))
    model.encoder.requires_grad_(not choice.get("frozen", False))
    if before_step is not None:

        def count(module: nn.Module, _: Any) -> None:
            steps.extend([1] * module.training)
            if module.training:
                before_step(len(steps))

        model.register_forward_pre_hook(count)
    optimizer = choice["optimizer"](model.parameters()) if "optimizer" in choice else None
    loaders = loader(shuffle=True, **choice.get("loader", {})), loader(9)
    recipe = {"epochs": 3, "learning_rate": 1e-2, **choice.get("recipe", {})}
    return model, fit(model, *loaders, optimizer=optimizer, out=out, resume=resume, **recipe)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dies_before_step(name: str, out: Path, step: int, resume: bool = False) -> None:
    """To be called in a process of its own, as the other two."""
    run(name, out, resume, lambda number: die() if number == step else None)


def dies_before_file_operation(name: str, out: Path, number: int, resume: bool = False) -> None:
    """Python tells us when it is about to open, rename or remove a file of the folder."""
    at_file_operation(out, ("open", "os.rename", "os.remove"), number, die)
    run(name, out, resume)


def dies_amid_writing(name: str, out: Path, number: int) -> None:
    """The system kills the process when the n-th file that it writes reaches 99 bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit = (99, resource.RLIM_INFINITY)
    at_file_operation(out, ("w",), number, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    run(name, out)


def at_file_operation(out: Path, kinds: tuple[str, ...], number: int, do: Callable[[], None]) -> None:
    """Do something just before the n-th operation of these kinds, "w" being to open for writing."""
    seen = []

    def hook(event: str, arguments: tuple) -> None:
        kind = "w" if "w" in kinds and event == "open" and arguments[1] == "w" else event
        if kind in kinds and str(out) in str(arguments[0]):
            seen.append(kind)
            if len(seen) == number:
                do()

    sys.addaudithook(hook)


def in_a_process(function: Callable[..., None], *arguments: Any) -> int:
    """How a process that calls the function ends: 0, or minus the number of the signal."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(SLOW_TO_IMPORT)
    process = context.Process(target=_call, args=(function, *arguments))
    process.start()
    process.join(60)
    return process.exitcode


def _call(function: Callable[..., None], *arguments: Any) -> None:
    torch.set_num_threads(1)
    multiprocessing.set_start_method("fork", force=True)  # for the loader's workers, as everywhere on Linux
    function(*arguments)
