"""Chapter 8: do mirrored training images make position embeddings alike left and right?

    python experiments/mirrored_positions.py --models runs/mirrored

Trains the model of `vit-fashion` for 8 epochs on the whole of Fashion-MNIST, with and without mirrored images,
three seeds each, and compares the position embeddings of mirrored places: left against right, and top against
bottom, which are as far apart but were never exchanged. An hour and a half on one core.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import record
import torch

from vit_tutorial import VisionTransformer, ViTConfig, data, evaluate, inspection, set_seed, train
from vit_tutorial.saving import load_model, save_model

SEEDS = (0, 1, 2)
EPOCHS = 8
CONFIG = ViTConfig(28, 4, in_channels=1, embed_dim=64, depth=6, num_heads=4, mlp_dim=128, num_classes=10)


def fit(flip: bool, seed: int) -> VisionTransformer:
    """Train as `vit_fashion.json` says, but for fewer epochs."""
    splits = data.fashion_mnist(full=True).augmented(data.augmentation(28, shift=2, flip=flip))
    loaders = splits.loaders(64)
    set_seed(seed)
    model = VisionTransformer(CONFIG)
    recipe = {"learning_rate": 2e-3, "weight_decay": 0.05, "warmup": 0.05, "clip": 1.0}
    train(model, loaders.train, epochs=EPOCHS, seed=seed, device="cpu", progress=False, **recipe)
    return model


def mirrored(model: VisionTransformer) -> dict[str, float]:
    """Mean cosine similarity of places that mirror each other; those in the middle, which mirror themselves, left out."""
    similar = inspection.position_similarity(model)  # (7, 7, 7, 7)
    r, c = torch.arange(7)[:, None], torch.arange(7)
    beside, below = similar[r, c, r, 6 - c][:, c != 3], similar[r, c, 6 - r, c][c != 3]
    return {"left–right": round(beside.mean().item(), 3), "top–bottom": round(below.mean().item(), 3)}


def run(flip: bool, seed: int, path: Path) -> dict[str, Any]:
    """Train once, or read what was trained, and measure."""
    if not path.is_file():
        save_model(fit(flip, seed), path)
    model = load_model(path)
    test = evaluate(model, data.fashion_mnist(full=True).loaders(500).test).accuracy
    return {"flip": flip, "seed": seed, "test": round(test, 4), **mirrored(model)}


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=Path, required=True, help="a folder for the trained models")
    folder = parser.parse_args().models
    names = {True: "mirrored", False: "plain"}
    runs = [
        run(flip, seed, folder / f"{names[flip]}-{seed}.safetensors")
        for seed in SEEDS
        for flip in (True, False)
    ]
    record.write("mirrored_positions", runs, epochs=EPOCHS)


if __name__ == "__main__":
    main()
