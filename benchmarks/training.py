"""`train` against a bare hand-written loop, and the share of a step that loading the images takes.

    make benchmark

Both train the chapter's model on the bundled Fashion-MNIST for one epoch, in turn, round after round, so
that a busy machine slows both alike; the ratio of the two medians is printed with the middle half of the
rounds' own ratios. The loader is timed alone in the same rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from timing import report
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from torch.utils.data import DataLoader

from vit_tutorial import VisionTransformer, ViTConfig, train
from vit_tutorial.data import fashion_mnist

SLOWER, LOADING = 1.03, 0.10  # the limits that we set ourselves


def build() -> VisionTransformer:
    torch.manual_seed(0)
    sizes = {"embed_dim": 64, "depth": 4, "num_heads": 4, "mlp_dim": 128}
    return VisionTransformer(ViTConfig(28, 14, in_channels=1, num_classes=10, **sizes))


def bare(model: nn.Module, loader: DataLoader) -> float:
    """One epoch, with what `train` does to the weights and nothing else; returns the mean loss."""
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3, weight_decay=0.05)
    warmup = max(2, len(loader) // 10)
    rise = LinearLR(optimizer, 1 / warmup, total_iters=warmup - 1)
    fall = CosineAnnealingLR(optimizer, len(loader) - warmup)
    schedule = SequentialLR(optimizer, [rise, fall], [warmup])
    model.train()
    total = 0.0
    for images, labels in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        total += loss.item() * len(labels)
    return total / len(loader.dataset)


def load(loader: DataLoader) -> None:
    for _ in loader:
        pass


def seconds(function: Callable[..., object], *arguments: object) -> float:
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def ours(model: nn.Module, loader: DataLoader) -> None:
    train(model, loader, epochs=1, device="cpu", progress=False)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--images", type=int, default=3_200)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    splits = fashion_mnist()
    splits = splits._replace(train=splits.train.take(arguments.images))
    loader = splits.loaders(arguments.batch).train
    steps = len(loader)
    for function in (ours, bare):
        function(build(), loader)  # warm up
    times: dict[str, list[float]] = {"ours": [], "bare": [], "load": []}
    for i in range(arguments.rounds):  # who goes first changes from round to round
        for function in (ours, bare) if i % 2 == 0 else (bare, ours):
            times[function.__name__].append(seconds(function, build(), loader))
        times["load"].append(seconds(load, loader))
    step = statistics.median(times["bare"]) / steps
    print(
        f"torch {torch.__version__}, {arguments.threads} thread(s), {arguments.rounds} rounds of {steps} steps, "
        f"batch {arguments.batch}: {1000 * step:.1f} ms a bare step"
    )
    report("train / bare loop", list(zip(times["ours"], times["bare"], strict=True)), SLOWER)
    report("loading / step of train", list(zip(times["load"], times["ours"], strict=True)), LOADING)


if __name__ == "__main__":
    main()
