"""Speed of chapter 1's functions against PyTorch's own, as ratios within one run.

    make benchmark

Each pair is timed in turn, round after round, so that a busy machine slows both alike; the ratio of the
two medians is printed with the middle half of the rounds' own ratios.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from timing import report
from torch import nn

from vit_tutorial import PatchEmbedding, patchify


def seconds(function: Callable[[], object], repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        function()
    return (time.perf_counter() - start) / repeats


def compare(
    name: str, ours: Callable[[], object], theirs: Callable[[], object], limit: float, rounds: int
) -> None:
    """Print how many times as long ours takes as theirs, and the limit that we set ourselves."""
    repeats = max(1, int(0.02 / seconds(theirs, 3)))
    seconds(ours, repeats), seconds(theirs, repeats)  # warm up
    pairs = []
    for i in range(rounds):  # who goes first changes from round to round
        first, second = (ours, theirs) if i % 2 == 0 else (theirs, ours)
        a, b = seconds(first, repeats), seconds(second, repeats)
        pairs.append((a, b) if i % 2 == 0 else (b, a))
    report(name, pairs, limit)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(arguments.threads)
    print(
        f"torch {torch.__version__}, {arguments.threads} thread(s), {arguments.rounds} rounds; below 1 is faster"
    )
    for batch in (1, 16):
        images = torch.randn(batch, 3, 224, 224)
        for p in (4, 16):
            unfold = lambda images=images, p=p: F.unfold(images, p, stride=p).transpose(1, 2)  # noqa: E731
            cut = lambda images=images, p=p: patchify(images, p)  # noqa: E731
            compare(f"patchify / F.unfold, B = {batch}, P = {p}", cut, unfold, 1.1, arguments.rounds)
        embedding, convolution = PatchEmbedding(16, 3, 768), nn.Conv2d(3, 768, 16, stride=16)
        embed = lambda images=images, f=embedding: f(images)  # noqa: E731
        bare = lambda images=images, f=convolution: f(images)  # noqa: E731
        with torch.no_grad():
            compare(f"PatchEmbedding / nn.Conv2d, B = {batch}, P = 16", embed, bare, 1.05, arguments.rounds)


if __name__ == "__main__":
    main()
