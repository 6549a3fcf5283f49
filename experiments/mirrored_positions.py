"""Chapter 8: do mirrored training images make position embeddings alike left and right?

    python experiments/mirrored_positions.py --models runs/mirrored

Trains the model of `vit-fashion` for 8 epochs on the whole of Fashion-MNIST, with and without mirrored images,
three seeds each, and compares the position embeddings of mirrored places: left against right, and top against
bottom, which are as far apart but were never exchanged. About an hour and a half on one core.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch

from vit_tutorial import VisionTransformer, ViTConfig, data, evaluate, set_seed, train
from vit_tutorial.saving import save_model

SEEDS = (0, 1, 2)
EPOCHS = 8
CONFIG = ViTConfig(28, 4, in_channels=1, embed_dim=64, depth=6, num_heads=4, mlp_dim=128, num_classes=10)


def fit(flip: bool, seed: int, path: Path) -> dict[str, Any]:
    """Train as `vit-fashion.json` says, but for fewer epochs; keep the model."""
    splits = data.fashion_mnist(full=True).augmented(data.augmentation(28, shift=2, flip=flip))
    loaders = splits.loaders(64)
    set_seed(seed)
    model = VisionTransformer(CONFIG)
    recipe = {"learning_rate": 2e-3, "weight_decay": 0.05, "warmup": 0.05, "clip": 1.0}
    train(model, loaders.train, epochs=EPOCHS, seed=seed, device="cpu", progress=False, **recipe)
    save_model(model, path)
    found = {part: round(evaluate(model, getattr(loaders, part)).accuracy, 4) for part in ("val", "test")}
    return {"flip": flip, "seed": seed, **found}


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=Path, required=True, help="a folder for the trained models")
    folder = parser.parse_args().models
    folder.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS:
        for flip in (True, False):
            path = folder / f"{'mirrored' if flip else 'plain'}-{seed}.safetensors"
            if not path.with_suffix(".json").exists():
                path.with_suffix(".json").write_text(json.dumps(fit(flip, seed, path)))


if __name__ == "__main__":
    main()
