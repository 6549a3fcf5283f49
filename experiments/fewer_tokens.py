"""Chapter 9: what fewer tokens cost and save: larger patches, patches dropped in training, tokens merged afterwards.

    python experiments/fewer_tokens.py --log runs/fewer_tokens.jsonl

The same small ViT learns 10,000 images of Fashion-MNIST for ten epochs: with patches of 4, 7 and 14 pixels; with
half and three quarters of its 49 patches dropped at random in each training step (Li et al. 2023); and
each model with all its patches in training answers once more with some tokens merged after every block (Bolya et
al. 2023), against a rival that drops tokens at random instead. Learning rate tuned for each way of training by the
validation accuracy of the first seed, until no neighbour is better; three seeds; the test images choose nothing.
The arithmetic is counted by PyTorch, and times are ratios to the model with all tokens, taken in turn in the same
process: images a second of a forward pass with 256 images, and of a training step with 64.

About an hour on one core; several processes, each with a log and `--kinds` of its own, share the work. A run over
all kinds, with their logs joined, then writes the results.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import record
import torch
import torch.nn.functional as F
from climb import tune_rate
from ladder import seconds
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from vit_tutorial import VisionTransformer, ViTConfig, data, evaluate, set_seed, train
from vit_tutorial.training.economy import patches_dropped

SIZES = {"in_channels": 1, "num_classes": 10, "embed_dim": 64, "depth": 4, "num_heads": 4, "mlp_dim": 128}
TRAININGS = {  # patch size and share of the patches that each training step drops
    "49 patches": (4, 0.0),
    "16 patches": (7, 0.0),
    "4 patches": (14, 0.0),
    "drops 50 %": (4, 0.5),
    "drops 75 %": (4, 0.75),
}
RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
SEEDS = (0, 1, 2)
MERGED = (3, 6, 9, 11)  # tokens fewer after each of the four blocks


def merge(x: Tensor, r: int) -> Tensor:
    """The r most similar pairs of an even and an odd token become their means; the class token stays. (B, T, D)"""
    first, x = x[:, :1], x[:, 1:]
    a, b = x[:, ::2], x[:, 1::2]
    alike = F.normalize(a, dim=-1) @ F.normalize(b, dim=-1).transpose(1, 2)  # (B, T_a, T_b)
    best, partner = alike.max(dim=-1)
    order = best.argsort(dim=-1, descending=True)[..., None]  # (B, T_a, 1)
    gone, stay = order[:, :r], order[:, r:]
    width = x.shape[-1]
    a_gone = a.gather(1, gone.expand(-1, -1, width))
    to = partner[..., None].gather(1, gone).expand(-1, -1, width)
    b = b.scatter_reduce(1, to, a_gone, "mean")
    return torch.cat([first, a.gather(1, stay.expand(-1, -1, width)), b], dim=1)


def drop(x: Tensor, r: int) -> Tensor:
    """The rival: r tokens at random go, the class token stays."""
    order = torch.rand(len(x), x.shape[1] - 1, device=x.device).argsort(dim=1)[:, r:]
    kept = x[:, 1:].gather(1, order.sort(dim=1).values[..., None].expand(-1, -1, x.shape[-1]))
    return torch.cat([x[:, :1], kept], dim=1)


class Fewer(torch.nn.Module):
    """A trained ViT that takes `r` tokens away after each block by `way`."""

    def __init__(self, vit: VisionTransformer, way: Callable[[Tensor, int], Tensor], r: int) -> None:
        super().__init__()
        self.vit, self.way, self.r = vit, way, r

    def forward(self, images: Tensor) -> Tensor:
        x = self.vit.embeddings(images)
        for block in self.vit.encoder.blocks:
            x = self.way(block(x), self.r)
        return self.vit.read_out(self.vit.encoder.norm(x))


def build(kind: str) -> VisionTransformer:
    return VisionTransformer(ViTConfig(28, TRAININGS[kind][0], **SIZES))


def fit(kind: str, rate: float, seed: int) -> tuple[dict[str, float], VisionTransformer]:
    """Train once; accuracies on validation and test images."""
    loaders = data.fashion_mnist().loaders(64)
    set_seed(seed)
    vit = build(kind)
    train(
        vit,
        loaders.train,
        device="cpu",
        progress=False,
        epochs=10,
        learning_rate=rate,
        seed=seed,
        drop_patches=TRAININGS[kind][1],
    )
    return {s: round(evaluate(vit, getattr(loaders, s)).accuracy, 4) for s in ("val", "test")}, vit


def shrunk(vit: VisionTransformer) -> dict[str, float]:
    """Test accuracy of one trained model with fewer tokens at inference."""
    test, found = data.fashion_mnist().loaders(500).test, {}
    for name, way in (("merged", merge), ("dropped", drop)):
        for r in MERGED:
            set_seed(0)
            found[f"{name} {r}"] = round(evaluate(Fewer(vit, way, r), test).accuracy, 4)
    return found


def ratios(tasks: dict[str, Callable[[], object]], rounds: int = 15) -> dict[str, float]:
    """Time of each task as a share of the first one's, medians of rounds in turn."""
    for task in tasks.values():
        task()
    times = [{name: seconds(task) for name, task in tasks.items()} for _ in range(rounds)]
    first = next(iter(tasks))
    return {n: round(statistics.median(t[n] / t[first] for t in times), 3) for n in tasks}


def costs() -> dict[str, dict[str, float]]:
    """Time and arithmetic of a forward pass and a training step, as shares of all tokens'."""
    images, labels = torch.randn(256, 1, 28, 28), torch.randint(10, (256,))
    models: dict[str, torch.nn.Module] = {
        k: build(k).eval() for k in ("49 patches", "16 patches", "4 patches")
    }
    models |= {f"merged {r}": Fewer(models["49 patches"], merge, r) for r in MERGED}
    models |= {f"dropped {r}": Fewer(models["49 patches"], drop, r) for r in MERGED}
    forward = {n: torch.inference_mode()(lambda m=m: m(images)) for n, m in models.items()}

    def step(kind: str) -> Callable[[], object]:
        vit = build(kind).train()
        optimizer = torch.optim.AdamW(vit.parameters())

        def one() -> None:
            optimizer.zero_grad()
            with patches_dropped(vit, TRAININGS[kind][1]):
                F.cross_entropy(vit(images[:64]), labels[:64]).backward()
            optimizer.step()

        return one

    steps = {kind: step(kind) for kind in TRAININGS}
    found = {}
    for what, tasks in (("forward", forward), ("step", steps)):
        counted = {}
        for name, task in tasks.items():
            with FlopCounterMode(display=False) as counter:
                task()
            counted[name] = counter.get_total_flops()
        found[what] = ratios(tasks)
        found[f"{what}, flops"] = {n: round(c / counted["49 patches"], 3) for n, c in counted.items()}
    return found


def tune(log: record.Log, kind: str) -> list[dict[str, Any]]:
    """Climb to the best rate by validation; all runs that it took."""

    def measure(rate: float, seed: int) -> dict[str, Any]:
        def run() -> dict[str, Any]:
            found, vit = fit(kind, rate, seed)
            return found | ({"fewer": shrunk(vit)} if kind == "49 patches" else {})

        return log.measure({"kind": kind, "rate": rate, "seed": seed}, run)

    return tune_rate(RATES, SEEDS, measure, kind)


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--kinds", nargs="+", choices=TRAININGS, default=list(TRAININGS))
    options = parser.parse_args()
    log = record.Log(options.log)
    runs = [run for kind in options.kinds for run in tune(log, kind)]
    if set(options.kinds) == set(TRAININGS):  # else it is a part of the work
        record.write("fewer_tokens", runs, costs=costs())


if __name__ == "__main__":
    main()
