"""Chapter 6: the command line, `python -m vit_tutorial train|evaluate|predict|export|report`.

PyTorch takes seconds to load: a command imports it where it runs, and not for its help.
"""

import os
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version

from vit_tutorial.cli.options import Parser, processes_now

DIVERGED, REFUSED, INTERRUPTED, NOBODY_READS = 1, 2, 130, 141
COMMANDS = {
    "train": "train a model, or go on with a run",
    "evaluate": "loss, accuracy and confusions of a trained model",
    "predict": "what a trained model sees in images",
    "export": "a trained model for other programs, by ONNX or torch.export",
    "report": "who has solved which exercises, and which mistakes were met",
}
HEAD = "Train a Vision Transformer and use it; report on a class.\n\ncommands:"
TAIL = """
Each says what it can be told: python -m vit_tutorial train --help
Which version this is: python -m vit_tutorial --version"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line: these arguments without the program's name, or those of this process.

    Returns:
        The exit status: 0, 1 (the training diverged), 2 (something is wrong with the command line, a value or a
        file), 130 (interrupted) or 141 (nobody reads on).
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
    except (OSError, ValueError, RuntimeError, ModuleNotFoundError) as error:
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
    lines = [f"  {name:<9} {text}" for name, text in COMMANDS.items()]
    text = "\n".join([HEAD, *lines, TAIL])
    parser = Parser(usage="%(prog)s COMMAND [options]", description=text)
    parser.add_argument("COMMAND", choices=tuple(COMMANDS), metavar="COMMAND", help="one of these")
    command = parser.parse_args(arguments[:1]).COMMAND
    if command != "train" and processes_now() > 1:
        raise ValueError(f"{command} runs in one process: start it by python, not by torchrun.")
    import_module(f"vit_tutorial.cli.{command}").run(arguments[1:])


def _in_words(error: Exception) -> tuple[str, int]:
    """What is wrong, and the exit status; a mistake of our own is raised again."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}. Check the path.", REFUSED
    if isinstance(error, ModuleNotFoundError):
        return f"{error}. It is needed for this alone: pip install {error.name}.", REFUSED
    if not isinstance(error, RuntimeError):
        return str(error), REFUSED
    import torch
    import torch.distributed as dist

    from vit_tutorial.training import TrainingDiverged

    if isinstance(error, TrainingDiverged):
        return str(error), DIVERGED
    if isinstance(error, torch.cuda.OutOfMemoryError):
        return "the GPU has not enough memory: take a smaller --batch-size, a larger --accumulate.", REFUSED
    if "DataLoader worker" in str(error):
        way_out = "was killed, or lacks (shared) memory: take --num-workers 0, or a smaller --batch-size."
        return f"a process that reads images {way_out}", REFUSED
    if isinstance(error, dist.DistError) or "gloo" in str(error):  # it has no class
        return "another process has ended; its own message says why.", REFUSED
    raise error
