"""Speed and memory of the whole model against timm, torchvision and vit-pytorch, as ratios within one run.

    make benchmark

All four are built with the same sizes and timed in turn, round after round, so that a busy machine slows all
alike. For each other library: its time divided by ours, as the median of the rounds with their middle half;
above 1 ours is faster. The share of peak is ours: the arithmetic of the model's matrix products for one
second of its time, against the best that this machine's `torch.matmul` reached on large matrices in the same
rounds. Peak memory is that of a process of its own for each model.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from vit_tutorial import VisionTransformer, ViTConfig, counting

LIBRARIES = ("ours", "timm", "torchvision", "vit-pytorch")


def build(library: str, name: str) -> nn.Module:
    """One library's model, of the sizes of a named variant."""
    c = ViTConfig.named(name)
    torch.manual_seed(0)
    if library == "timm":
        from timm.models.vision_transformer import VisionTransformer as Timm

        return Timm(embed_dim=c.embed_dim, depth=c.depth, num_heads=c.num_heads)
    if library == "torchvision":
        from torchvision.models import VisionTransformer as Torchvision

        return Torchvision(224, c.patch_size, c.depth, c.num_heads, c.embed_dim, c.mlp_dim)
    if library == "vit-pytorch":
        from vit_pytorch import ViT

        sizes = {"dim": c.embed_dim, "depth": c.depth, "heads": c.num_heads, "mlp_dim": c.mlp_dim}
        return ViT(image_size=224, patch_size=c.patch_size, num_classes=c.num_classes, **sizes)
    return VisionTransformer(c)


def task(model: nn.Module, batch: int, training: bool) -> Callable[[], object]:
    """A forward pass without gradients, or one step of training with AdamW."""
    images, labels = torch.randn(batch, 3, 224, 224), torch.arange(batch)
    if not training:
        model.eval()
        return torch.inference_mode()(lambda: model(images))
    optimizer = torch.optim.AdamW(model.train().parameters(), lr=1e-4)

    def step() -> None:
        optimizer.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimizer.step()

    return step


def seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def matmul_rate(size: int = 1024) -> float:
    """Floating-point operations a second in one large matrix product."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    return 2 * size**3 / min(seconds(lambda: a @ b) for _ in range(3))


def compare(name: str, batch: int, training: bool, rounds: int) -> None:
    """Time all libraries in turn and print a line for each."""
    tasks = {library: task(build(library, name), batch, training) for library in LIBRARIES}
    for function in tasks.values():
        function(), function()  # warm up
    times: dict[str, list[float]] = {library: [] for library in LIBRARIES}
    peak = 0.0
    for i in range(rounds):  # who goes first changes from round to round
        peak = max(peak, matmul_rate())
        for library in (*LIBRARIES[i % 4 :], *LIBRARIES[: i % 4]):
            times[library].append(seconds(tasks[library]))
    ours = statistics.median(times["ours"])
    flops = (counting.training_flops if training else counting.forward_flops)(ViTConfig.named(name), batch)
    share = sum(flops.values()) / ours / peak
    what = "training step" if training else "forward pass"
    print(f"\n{name}, {what}, batch {batch}: {batch / ours:.1f} images/s, {share:.0%} of the matmul peak")
    for library in LIBRARIES[1:]:
        ratios = [b / a for a, b in zip(times["ours"], times[library], strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        print(f"    {library + ' / ours':24} {middle:5.3f}  ({low:.3f} to {high:.3f})")


def peak_memory(library: str, name: str, batch: int, training: bool, threads: int) -> float:
    """Most memory that a process held, in MB, beyond what it held before the model was built."""
    command = [sys.executable, __file__, "--threads", str(threads), "--measure", library, name]
    command += [str(batch), str(int(training))]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def measure(library: str, name: str, batch: int, training: bool) -> None:
    """In a process of its own: build, run twice, print the growth of its largest size."""
    layer = nn.Linear(1, 1)  # first what an optimizer imports, then what the library does
    layer(torch.ones(1)).backward()
    torch.optim.AdamW(layer.parameters()).step()
    build(library, "ViT-Ti/16")
    before = largest_size()
    function = task(build(library, name), batch, training)
    function(), function()
    print(largest_size() - before)


def largest_size() -> float:
    """Most memory of this process so far, in MB (Linux; getrusage would count its parent's, too)."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.measure:
        library, name, batch, training = arguments.measure
        return measure(library, name, int(batch), training == "1")
    print(f"torch {torch.__version__}, {arguments.threads} thread(s), {arguments.rounds} rounds")
    for name in ("ViT-Ti/16", "ViT-S/16"):
        for training in (False, True):
            compare(name, arguments.batch, training, arguments.rounds)
            peaks = {
                library: peak_memory(library, name, arguments.batch, training, arguments.threads)
                for library in LIBRARIES
            }
            if training:
                kept = sum(counting.kept_bytes(ViTConfig.named(name), arguments.batch).values())
                print(f"    kept for the backward pass, by formula: {kept / 2**20:.0f} MB")
            print("    peak memory in MB:      ", ", ".join(f"{k} {v:.0f}" for k, v in peaks.items()))
    return None


if __name__ == "__main__":
    main()
