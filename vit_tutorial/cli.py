"""Chapter 6: the command line, `python -m vit_tutorial train|evaluate|predict`."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence

import torch
import torch.distributed as dist

from vit_tutorial._cli_parser import build_parser
from vit_tutorial._cli_settings import command, processes_now
from vit_tutorial.training import TrainingDiverged
from vit_tutorial.training.run_folder import RunFolder

DIVERGED, REFUSED, INTERRUPTED, NOBODY_READS = 1, 2, 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: without the program's name; None: those of this process.

    Returns:
        The exit status: 0, 1 (the training diverged), 2 (something is wrong with the
        command line, a value or a file) or 130 (interrupted).
    """
    parsed = argparse.Namespace()
    try:
        build_parser().parse_args(arguments, parsed)
        parsed.run(parsed)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print(f"interrupted. {_way_on(parsed)}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # such as: … | head -1
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    except TrainingDiverged as error:
        return _fail(str(error), DIVERGED)
    except torch.cuda.OutOfMemoryError:
        way_out = "Take a smaller --batch-size and a larger --accumulate."
        return _fail(f"the GPU has not enough memory. {way_out}", REFUSED)
    except OSError as error:
        return _fail(_in_words(error), REFUSED)
    except ValueError as error:
        return _fail(str(error), REFUSED)
    except RuntimeError as error:
        if not _is_lost_contact(error):
            raise
        return _fail("another process has ended; its own message says why.", REFUSED)
    return 0


def _way_on(parsed: argparse.Namespace) -> str:
    """What to do after Ctrl-C."""
    out = getattr(parsed, "out", None)
    if out is None:
        return "Nothing was changed."
    if RunFolder(out).last() is None:
        return f"{out} has no checkpoint yet: start again."
    words = f"train --out {shlex.quote(str(out))} --resume"
    return f"resume with: {command(processes_now())} {words}"


def _is_lost_contact(error: RuntimeError) -> bool:
    """Whether a process could not reach the others; gloo has no class for its errors."""
    return isinstance(error, dist.DistError) or "gloo" in str(error)


def _in_words(error: OSError) -> str:
    """The system's reason, with the file that it is about."""
    if error.filename is None or error.strerror is None:
        return str(error)
    return f"{error.filename}: {error.strerror}. Check the path."


def _fail(message: str, status: int) -> int:
    """Say in one line what is wrong; of several processes, which one says so."""
    rank = int(os.environ.get("RANK", 0))
    speaker = f"process {rank}: " if rank else ""
    print(f"{speaker}error: {' '.join(message.split())}", file=sys.stderr)
    return status
