"""Chapter 9: is a training step faster in two processes, each with a core of its own, than in one?

    python experiments/two_processes.py

The step is that of the chapter's ladder (ViT-Ti/16, 224 pixels, AdamW), with 8 images in all: in one process with one
thread, in one with two, and in two with one thread each, which average their gradients by gloo (strong scaling). And
with 8 images for each of the two processes (weak scaling). The ways take turns, round after round, each in processes of
its own; times are shares of the first way's, of the median step. A few minutes on a machine with two free cores.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import record
import torch
from ladder import BATCH, NAME, Step, seconds
from torch.nn.parallel import DistributedDataParallel

WAYS = {  # processes, threads of each, images of each
    "one process, one thread": (1, 1, BATCH),
    "one process, two threads": (1, 2, BATCH),
    "two processes, half of the images each": (2, 1, BATCH // 2),
    "two processes, all of the images each": (2, 1, BATCH),
}


def work(threads: int, batch: int, steps: int) -> None:
    """In each process: warm up, time the steps; the first process prints their median."""
    torch.set_num_threads(threads)
    step = Step("ours", "cpu", batch=batch)
    alone = os.environ.get("WORLD_SIZE", "1") == "1"
    if not alone:
        torch.distributed.init_process_group("gloo")
        step.model = DistributedDataParallel(step.model)
    step(), step()
    median = statistics.median(seconds(step) for _ in range(steps))
    if alone or torch.distributed.get_rank() == 0:
        print(json.dumps(median))
    if not alone:
        torch.distributed.destroy_process_group()


def measure(processes: int, threads: int, batch: int, steps: int) -> float:
    """Seconds of a step, in processes of its own."""
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={processes}"]
    command = [sys.executable, *(launcher if processes > 1 else []), __file__]
    command += ["--work", str(threads), str(batch), str(steps)]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--work", nargs=3, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        return work(*options.work)
    rounds = []
    for _ in range(options.rounds):
        rounds.append({way: measure(*sizes, options.steps) for way, sizes in WAYS.items()})
        print({way: round(took, 3) for way, took in rounds[-1].items()}, flush=True)
    first, runs = next(iter(WAYS)), []
    for way, (processes, threads, batch) in WAYS.items():
        shares = [each[way] / each[first] for each in rounds]
        spread = [round(x, 3) for x in (statistics.median(shares), min(shares), max(shares))]
        runs.append({"way": way, "images": processes * batch, "threads": threads, "time": spread})
    torch.set_num_threads(1)
    print(record.write(Path(__file__).stem, runs, model=NAME).name)
    return None


if __name__ == "__main__":
    main()
