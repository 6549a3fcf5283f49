"""Chapter 6: the command line, `python -m vit_tutorial train|evaluate|predict|report`.

PyTorch takes seconds to load: a command imports it where it runs, and not for its help.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version

from vit_tutorial.cli.options import Parser, processes_now

DIVERGED, REFUSED, INTERRUPTED, NOBODY_READS = 1, 2, 130, 141
DESCRIPTION = """\
Train a Vision Transformer, measure it, ask it about images; report on a class.

commands:
  train     train a model, or go on with a run
  evaluate  loss and accuracy of a trained model
  predict   what a trained model sees in images
  report    who has solved which exercises, and which mistakes were met

Each says what it can be told: python -m vit_tutorial train --help
Which version this is: python -m vit_tutorial --version"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: without the program's name; None: those of this process.

    Returns:
        The exit status: 0, 1 (the training diverged), 2 (something is wrong with the
        command line, a value or a file), 130 (interrupted) or 141 (nobody reads on).
    """
    for stream in (sys.stdout, sys.stderr):  # a console may have no letters for a class's name
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        with warnings.catch_warnings():
            warnings.showwarning = lambda text, *_: print(f"warning: {text}", file=sys.stderr)
            _run(list(sys.argv[1:] if arguments is None else arguments))
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt as stop:
        print(f"interrupted. {str(stop) or 'Nothing was changed.'}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # such as: … | head -1
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    except (OSError, ValueError, RuntimeError) as error:
        message, status = _in_words(error)
        rank = int(os.environ.get("RANK", 0))  # of several processes, which one says so
        speaker = f"process {rank}: " if rank else ""
        print(f"{speaker}error: {' '.join(message.split())}", file=sys.stderr)
        return status
    return 0


def _run(arguments: list[str]) -> None:
    """Run the command that comes first, with the other arguments."""
    if arguments == ["--version"]:
        print(f"vit-tutorial {version('vit-tutorial')}")
        return
    parser = Parser(usage="%(prog)s COMMAND [options]", description=DESCRIPTION)
    known = ("train", "evaluate", "predict", "report")
    parser.add_argument("COMMAND", choices=known, metavar="COMMAND", help="one of these")
    command = parser.parse_args(arguments[:1]).COMMAND
    if command != "train" and processes_now() > 1:
        raise ValueError(f"{command} runs in one process: start it by python, not by torchrun.")
    import_module(f"vit_tutorial.cli.{command}").run(arguments[1:])


def _in_words(error: Exception) -> tuple[str, int]:
    """What is wrong, and the exit status; a mistake of our own is raised again."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}. Check the path.", REFUSED
    if not isinstance(error, RuntimeError):
        return str(error), REFUSED
    import torch
    import torch.distributed as dist

    from vit_tutorial.training import TrainingDiverged

    if isinstance(error, TrainingDiverged):
        return str(error), DIVERGED
    if isinstance(error, torch.cuda.OutOfMemoryError):
        way_out = "Take a smaller --batch-size and a larger --accumulate."
        return f"the GPU has not enough memory. {way_out}", REFUSED
    if "DataLoader worker" in str(error):
        way_out = "It was killed, or lacks (shared) memory. Take --num-workers 0, or a smaller --batch-size."
        return f"a process that reads images has ended. {way_out}", REFUSED
    if isinstance(error, dist.DistError) or "gloo" in str(error):  # it has no class
        return "another process has ended; its own message says why.", REFUSED
    raise error
