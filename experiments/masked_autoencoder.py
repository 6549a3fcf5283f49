"""Chapter 10: what a masked autoencoder learns from 10,000 clothes without labels, against its rivals.

    python experiments/masked_autoencoder.py --log runs/masked_autoencoder.jsonl

Pre-training hides 25, 50, 75 or 90 % of the patches for 20 epochs; at 75 % also for 2 epochs, and with raw pixels as
targets. Its rival with labels, "supervised", is the same ViT trained for as many FLOPs as "hides 75 %" on the same
images; the rival without training is "random".

What each is worth is asked in two ways. A linear probe: logistic regression on the mean of the tokens, standardised,
after the embeddings, each block and the last LayerNorm, on the last tokens side by side, and on raw pixels. Fine-tuning:
all weights, 300 steps of 50 images (with 10,000 labels: ten epochs of 64; "longer": as many more as the pre-training
was worth), learning rate tuned. Targets: 100, 1,000 and 10,000 labels of clothes, and 50 and 750 of digits. The penalty
of each probe and the rate of each fine-tuning are tuned by validation images for each way, the same images for all; the
test images choose nothing. Three seeds: of pre-training, of the labels drawn and of fine-tuning. Weights stay beside
the log. Two hours on one core; `--parts` and `--kinds` share the work.
"""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import record
import torch
from climb import beside, climb, tune_rate
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from vit_tutorial import VisionTransformer, ViTConfig, data, evaluate, replace_head, set_seed, train
from vit_tutorial.masked_autoencoder import MaskedAutoencoder, pretrain
from vit_tutorial.saving import load_model, save_model

CONFIG = ViTConfig(28, 4, 1, embed_dim=64, depth=4, num_heads=4, mlp_dim=128, num_classes=10, pooling="mean")
MASKED: dict[str, dict[str, Any]] = {
    "hides 75 %": {},
    "hides 25 %": {"mask_ratio": 0.25},
    "hides 50 %": {"mask_ratio": 0.5},
    "hides 90 %": {"mask_ratio": 0.9},
    "2 epochs": {"epochs": 2},
    "raw pixels": {"normalize": False},
}
PRETRAINED = ("random", *MASKED, "supervised")
TARGETS = {"clothes": (100, 1000, 10_000), "digits": (50, 750)}
LONGER = "random, longer"  # fine-tuning takes as long as pre-training and fine-tuning together
FINE_TUNED = {  # which models, for which target and numbers of labels
    "clothes": {
        "random": TARGETS["clothes"],
        "2 epochs": (100, 1000),
        "hides 75 %": TARGETS["clothes"],
        LONGER: (10_000,),
    },
    "digits": dict.fromkeys(("random", "hides 75 %", "supervised"), TARGETS["digits"]),
}
EPOCHS, SEEDS = 20, (0, 1, 2)
LAST = CONFIG.depth + 1  # where the means of the last LayerNorm stand
PENALTIES = tuple(10.0**i for i in range(-8, 10))  # scikit-learn's C: small is a strong penalty
RATES = (3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)


@cache
def splits(target: str) -> data.Splits:
    return data.digits(28) if target == "digits" else data.fashion_mnist()


def flops(model: torch.nn.Module) -> int:
    """Of a training step with 64 images, in units."""
    with FlopCounterMode(display=False) as counter:
        found = model(torch.zeros(64, 1, 28, 28))
        (found[0] if isinstance(found, tuple) else found).sum().backward()
    return counter.get_total_flops()


def supervised_epochs() -> int:
    """As many as cost what "hides 75 %" costs."""
    vit = VisionTransformer(CONFIG)
    return round(EPOCHS * flops(MaskedAutoencoder(vit)) / flops(vit))


def pretrained(kind: str, seed: int, log: record.Log) -> VisionTransformer:
    """A model of a kind, made where it is not there; what pre-training cost and reached is logged."""
    set_seed(seed)
    vit = VisionTransformer(CONFIG)
    if kind == "random":
        return vit
    path = log.path.with_name(f"{kind.replace(' ', '_').replace('_%', '')}_{seed}.safetensors")

    def run() -> dict[str, Any]:
        loaders = splits("clothes").loaders(64)
        if kind == "supervised":
            epochs = supervised_epochs()
            recipe = {"epochs": epochs, "learning_rate": 2e-3, "weight_decay": 0.05, "warmup": 0.05}
            train(vit, loaders.train, device="cpu", progress=False, seed=seed, **recipe)
            save_model(vit, path)
            return {"epochs": epochs, "val": round(evaluate(vit, loaders.val).accuracy, 4)}
        options = dict(MASKED[kind])
        epochs = options.pop("epochs", EPOCHS)
        model = MaskedAutoencoder(vit, **options)
        losses = pretrain(model, loaders.train, epochs, seed=seed)
        save_model(vit, path)
        torch.save(model.state_dict(), path.with_suffix(".pt"))
        return {"epochs": epochs, "losses": [round(loss, 4) for loss in losses]} | guessing(model, seed)

    print(log.measure({"part": "pretraining", "kind": kind, "seed": seed}, run), flush=True)
    return load_model(path)


@torch.no_grad()
def guessing(model: MaskedAutoencoder, seed: int) -> dict[str, float]:
    """Mean squared error of hidden patches of validation images, at 75 %: the model, and two that guess blindly."""
    train_images, val_images = (getattr(splits("clothes"), s).images for s in ("train", "val"))
    model.mask_ratio = 0.75
    model.eval()
    set_seed(seed)
    loss, _, hidden = model(val_images)
    targets = model.targets(val_images)
    mean_there = model.targets(train_images).mean(dim=0)  # the mean patch of each place
    blind = (targets - mean_there).square().mean(dim=-1)[hidden].mean()
    nothing = targets.square().mean(dim=-1)[hidden].mean()
    return {"error": float(loss), "error_of_mean_patch": float(blind), "error_of_zero": float(nothing)}


@torch.no_grad()
def read(vit: VisionTransformer | None, images: Tensor) -> list[np.ndarray]:
    """The mean over the tokens after the embeddings, each block and the last LayerNorm; then those side by side.

    Without a model: the pixels, alone.
    """
    if vit is None:
        return [images.flatten(1).numpy()]
    states = [vit.eval().embeddings(images)]
    for block in vit.encoder.blocks:
        states.append(block(states[-1]))
    states.append(vit.encoder.norm(states[-1]))
    return [*(state.mean(dim=1).numpy() for state in states), states[-1].flatten(1).numpy()]


def labelled(target: str, number: int, seed: int) -> data.ImageSet:
    """So many labelled images: of each class as many, drawn by the seed."""
    images = splits(target).train
    return images if number >= len(images) else images.draw(number // 10, seed=seed)


def probe(x: list[np.ndarray], y: list[np.ndarray]) -> dict[str, float]:
    """Logistic regression on features of training, validation and test images; the penalty by validation."""
    scaler = StandardScaler().fit(x[0])
    x = [scaler.transform(part) for part in x]

    def score(c: float, part: int = 1) -> float:
        fitted = LogisticRegression(C=c, max_iter=3000).fit(x[0], y[0])
        return float(fitted.score(x[part], y[part]))

    best = climb(1e-2, lambda c: beside(PENALTIES, c), score)
    return {"c": best, "val": round(score(best), 4), "test": round(score(best, 2), 4)}


def probes(kind: str, seed: int, log: record.Log) -> list[dict[str, Any]]:
    """All probes of one model, or of the pixels."""
    found = []
    vit = None if kind == "pixels" else pretrained(kind, seed, log)
    for target, numbers in TARGETS.items():
        later = [read(vit, part.images) for part in splits(target)[1:]]
        for number in numbers:
            few = labelled(target, number, seed)
            labels = [part.labels.numpy() for part in (few, *splits(target)[1:])]
            for depth, x in enumerate(read(vit, few.images)):
                if number == 10_000 and depth != LAST and vit:
                    continue  # it would take hours
                case = {"part": "probe", "kind": kind, "target": target, "labels": number, "seed": seed}
                case |= {"depth": depth}
                x = [x, *(states[depth] for states in later)]
                found.append(log.measure(case, lambda x=x, labels=labels: probe(x, labels)))
    return found


def fine_tune(kind: str, target: str, number: int, log: record.Log) -> list[dict[str, Any]]:
    """All runs that it takes to tune the rate by the first seed, and the other seeds with it."""

    def measure(rate: float, seed: int) -> dict[str, Any]:
        def run() -> dict[str, Any]:
            vit = replace_head(pretrained(kind.split(",")[0], seed, log), 10)
            few, batch = labelled(target, number, seed), 64 if number == 10_000 else 50
            epochs = 10 if number == 10_000 else 300 * batch // number
            epochs += supervised_epochs() if kind == LONGER else 0
            loaders = splits(target)._replace(train=few).loaders(batch)
            recipe = {"epochs": epochs, "learning_rate": rate, "weight_decay": 0.05, "warmup": 0.05}
            train(vit, loaders.train, device="cpu", progress=False, seed=seed, **recipe)
            return {s: round(evaluate(vit, getattr(loaders, s)).accuracy, 4) for s in ("val", "test")}

        case = {"part": "fine-tuning", "kind": kind, "target": target, "labels": number}
        return log.measure(case | {"rate": rate, "seed": seed}, run)

    return tune_rate(RATES, SEEDS, measure, kind, target, number)


PARTS = ("pretraining", "probe", "fine-tuning")


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--kinds", nargs="+", choices=("pixels", *PRETRAINED), default=None)
    options = parser.parse_args()
    log, kinds = record.Log(options.log), options.kinds or ("pixels", *PRETRAINED)
    runs = []
    if "probe" in options.parts:
        for kind in kinds:
            for seed in SEEDS:
                runs += probes(kind, seed, log)
    if "fine-tuning" in options.parts:
        for target, models in FINE_TUNED.items():
            for kind, numbers in models.items():
                for number in numbers if kind.split(",")[0] in kinds else ():
                    runs += fine_tune(kind, target, number, log)
    if options.kinds is None and "pretraining" in options.parts:  # else it is a part of the work
        runs = [run for run in log.runs if run["part"] == "pretraining"] + runs
        record.write("masked_autoencoder", runs)


if __name__ == "__main__":
    main()
