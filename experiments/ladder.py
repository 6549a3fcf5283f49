"""Chapter 9: what each rung of the ladder is worth: ours, timm and torchvision side by side, as ratios within one run.

    python experiments/ladder.py                  # this machine's processor, one thread
    python experiments/ladder.py --device cuda    # writes ladder_gpu.json, with the card's name

A training step of ViT-Ti/16 (224 pixels) with AdamW, a rung at a time: attention written out and fused, larger and
smaller batches, the same batch in four parts, bfloat16, activation checkpointing, `torch.compile`. All are timed in
turn, round after round. Each time is for one image and a share of our fused step's in the same round: median and
middle half. `kept` is what autograd keeps for the backward pass, in bytes, as `saved_tensors_hooks` sees it. Besides:
the machine's roof (the best matrix product and the best copy) and how fast the parts of a block are below it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import record
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.checkpoint import checkpoint

sys.path.append(str(Path(__file__).resolve().parents[1] / "benchmarks"))
from model import build, seconds

LIBRARIES = ("ours", "timm", "torchvision")
NAME, BATCH = "ViT-Ti/16", 8
RUNGS: dict[str, dict[str, Any]] = {
    "fused": {},  # what the others are measured by
    "written out": {"math": True},
    "batch 1": {"batch": 1},
    "batch 32": {"batch": 32},
    "4 parts of 2": {"parts": 4},
    "bfloat16": {"autocast": True},
    "checkpointing": {"checkpointing": True},
    "compiled": {"compiled": True},
}


def blocks(model: nn.Module) -> list[nn.Module]:
    """The encoder's blocks, whatever a library calls them."""
    encoder = getattr(model, "encoder", model)
    return list(encoder.layers if hasattr(encoder, "layers") else encoder.blocks)


class Step:
    """One training step of a library's model on a rung."""

    def __init__(self, library: str, device: str, **rung: Any) -> None:
        self.rung, self.device = rung, device
        self.batch, self.parts = rung.get("batch", BATCH), rung.get("parts", 1)
        model = build(library, NAME).train().to(device)
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
        if rung.get("checkpointing"):
            for block in blocks(model):
                block.forward = partial(checkpoint, block.forward, use_reentrant=False)
        self.parameters = {p.untyped_storage().data_ptr() for p in model.parameters()}
        self.model = torch.compile(model) if rung.get("compiled") else model
        self.images = torch.randn(self.batch, 3, 224, 224, device=device)
        self.labels = torch.arange(self.batch, device=device)

    def loss(self, images: Tensor, labels: Tensor) -> Tensor:
        wanted = sdpa_kernel(SDPBackend.MATH) if self.rung.get("math") else nullcontext()
        with wanted, torch.autocast(self.device, torch.bfloat16, bool(self.rung.get("autocast"))):
            return F.cross_entropy(self.model(images), labels) / self.parts

    def __call__(self) -> None:
        self.optimizer.zero_grad()
        for part in zip(self.images.chunk(self.parts), self.labels.chunk(self.parts), strict=True):
            self.loss(*part).backward()
        self.optimizer.step()
        if self.device == "cuda":
            torch.cuda.synchronize()  # a GPU is asked, and works on: without this only the asking is timed

    def kept(self) -> int:
        """Bytes kept by one forward pass, each storage once, parameters aside."""
        found: dict[int, int] = {}

        def pack(tensor: Tensor) -> Tensor:
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in self.parameters:
                found[storage.data_ptr()] = storage.nbytes()
            return tensor

        part = self.batch // self.parts
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            loss = self.loss(self.images[:part], self.labels[:part])
        kept = sum(found.values())
        loss.backward()
        return kept


def spread(values: list[float]) -> list[float]:
    """Median, and the ends of the middle half."""
    low, middle, high = statistics.quantiles(values, n=4)
    return [round(middle, 4), round(low, 4), round(high, 4)]


def climb_ladder(device: str, rounds: int) -> list[dict[str, Any]]:
    """All rungs of all libraries, timed in turn."""
    steps, first_calls = {}, {}
    for library in LIBRARIES:
        for name, rung in RUNGS.items():
            steps[library, name] = step = Step(library, device, **rung)
            first_calls[library, name] = seconds(step)
            step()
    times: dict[tuple[str, str], list[float]] = {key: [] for key in steps}
    for _ in range(rounds):
        for key, step in steps.items():
            times[key].append(seconds(step) / step.batch)
    runs, ours = [], times["ours", "fused"]
    for (library, name), step in steps.items():
        shares = [t / o for t, o in zip(times[library, name], ours, strict=True)]
        run = {"library": library, "rung": name, "time": spread(shares), "kept": step.kept()}
        run["first call"] = round(first_calls[library, name] / step.batch / statistics.median(ours), 1)
        runs.append(run)
        print(f"{library:12} {name:14} {run['time']}  kept {run['kept'] / 2**20:.1f} MB", flush=True)
    return runs


def roof(device: str) -> dict[str, Any]:
    """The best matrix product and the best copy of this machine, and how fast the parts of a block are."""

    def best(function: Callable[[], object], rounds: int = 10) -> float:
        def synchronized() -> None:
            function()
            if device == "cuda":
                torch.cuda.synchronize()

        synchronized()
        return min(seconds(synchronized) for _ in range(rounds))

    n, t, d, h = 2048, 197, 192, 3
    a, b = torch.randn(n, n, device=device), torch.randn(n, n, device=device)
    big, other = torch.zeros(2**26, device=device), torch.zeros(2**26, device=device)
    peak = 2 * n**3 / best(lambda: torch.matmul(a, b))
    bandwidth = 2 * 4 * 2**26 / best(lambda: other.copy_(big))
    x, hidden = (torch.randn(BATCH * t, w, device=device) for w in (d, 4 * d))
    mlp, norm = nn.Linear(d, 4 * d, device=device), nn.LayerNorm(d, device=device)
    q = torch.randn(BATCH, h, t, d // h, device=device)
    scores = torch.randn(BATCH, h, t, t, device=device)
    parts = {  # what is computed; its FLOPs; the numbers that are read and written
        "MLP, first layer": (lambda: mlp(x), 2 * x.numel() * 4 * d, x.numel() + hidden.numel() + 4 * d * d),
        "scores": (lambda: q @ q.mT, 2 * scores.numel() * d // h, 2 * q.numel() + scores.numel()),
        "fused attention": (
            lambda: F.scaled_dot_product_attention(q, q, q),
            4 * scores.numel() * d // h,
            4 * q.numel(),
        ),
        "softmax": (lambda: scores.softmax(dim=-1), 5 * scores.numel(), 2 * scores.numel()),
        "GELU": (lambda: F.gelu(hidden), 8 * hidden.numel(), 2 * hidden.numel()),
        "LayerNorm": (lambda: norm(x), 8 * x.numel(), 2 * x.numel()),
    }
    with torch.inference_mode():
        found = {
            name: {"flops per byte": flops / 4 / numbers, "flops per second": flops / best(run)}
            for name, (run, flops, numbers) in parts.items()
        }
    return {"peak": peak, "bandwidth": bandwidth, "parts": found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--rounds", type=int, default=12)
    options = parser.parse_args()
    torch.set_num_threads(1)
    runs = climb_ladder(options.device, options.rounds)
    card = torch.cuda.get_device_name() if options.device == "cuda" else None
    name = "ladder_gpu" if card else "ladder"
    print(record.write(name, runs, model=NAME, batch=BATCH, card=card, roof=roof(options.device)).name)


if __name__ == "__main__":
    main()
