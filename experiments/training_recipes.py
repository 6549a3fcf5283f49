"""Chapter 6: from a recipe that barely learns to one that works, one change at a time, three seeds each.

    python experiments/training_recipes.py

All runs see the same 10,000 images of the bundled Fashion-MNIST six times and are judged on the 2,000 validation
images; the test images are not used. Two runs at a time, each on one core: a quarter of an hour on two.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import record
import torch
from small_vit import small_vit
from torch import nn
from torch.optim import Adam

from vit_tutorial import data
from vit_tutorial.training import evaluate, train
from vit_tutorial.training.seeding import set_seed

SEEDS = (0, 1, 2)
THE_PAPERS = {"learning_rate": 3e-3, "weight_decay": 0.3}  # Table 3, ViT-B/16 on ImageNet
BARE = {"schedule": "constant", "clip": None}
COSINE = {"schedule": "cosine", "warmup": 0.1}
FULL = COSINE | {"clip": 1.0}

# name: (patch size, batch size, decoupled decay, changes of the recipe)
LADDER = {
    "Adam": (14, 64, False, BARE),
    "AdamW": (14, 64, True, BARE),
    "AdamW, schedule": (14, 64, True, COSINE | {"clip": None}),
    "AdamW, schedule, clip": (14, 64, True, FULL),
}
# the last one again, with one thing taken away
WITHOUT = {
    "without decoupling": (14, 64, False, FULL),
    "Adam, clip": (14, 64, False, BARE | {"clip": 1.0}),
    "Adam, schedule": (14, 64, False, COSINE | {"clip": None}),
    "without warmup": (14, 64, True, FULL | {"warmup": 0.0}),
    "without schedule": (14, 64, True, FULL | {"schedule": "constant"}),
}
# the controls: other decays, of Adam (added to the gradient) and of AdamW, each with and without the rest
DECAYS = {
    f"{optimizer}, decay {decay:g}{rest}": (14, 64, optimizer == "AdamW", changes | {"weight_decay": decay})
    for rest, changes in (("", BARE), (", schedule, clip", FULL))
    for optimizer, decays in (("Adam", (0.0, 1e-4, 1e-3, 1e-2)), ("AdamW", (0.03, 0.1, 1.0)))
    for decay in decays
}
PATCHES = {
    "Adam, P = 7": (7, 64, False, BARE),
    "AdamW, schedule, clip, P = 7": (7, 64, True, FULL),
    "AdamW, schedule, clip, P = 4": (4, 64, True, FULL),
}
# the last rung again, with larger batches: fewer steps, at three learning rates
BATCHES = {
    f"batch 256, rate x{factor}": (14, 256, True, FULL | {"learning_rate": factor * 3e-3})
    for factor in (1, 2, 4)
}


def run(
    name: str, patch_size: int, batch_size: int, decoupled: bool, changes: dict[str, Any], seed: int
) -> dict[str, Any]:
    """Train once; what came of it, ready for JSON."""
    torch.set_num_threads(1)
    set_seed(seed)
    model = small_vit(patch_size)
    recipe = {"epochs": 6, "seed": seed} | THE_PAPERS | changes
    norms = [weight_norm(model)]
    coupled = Adam(model.parameters(), recipe["learning_rate"], weight_decay=recipe["weight_decay"])
    loaders = data.fashion_mnist().loaders(batch_size)
    history = train(
        model, loaders.train, loaders.val, device="cpu", optimizer=None if decoupled else coupled, **recipe
    )
    norms.append(weight_norm(model))
    losses, gradients = torch.tensor(history.step_loss), torch.tensor(history.step_gradient_norm)
    return {
        "name": name,
        "seed": seed,
        "val_accuracy": [round(a, 4) for a in history.val_accuracy],
        "val_loss": [round(a, 4) for a in history.val_loss],
        "train_loss": [round(a, 4) for a in history.train_loss],
        "weight_norm": [round(norm, 2) for norm in norms],  # of all matrices, before and after
        "gradient_norm": round(gradients.median().item(), 2),  # of the middle step, before clipping
        "above_one": round((gradients > 1).double().mean().item(), 3),  # share of the steps
        "classes": evaluate(model, loaders.val).predictions.unique().numel(),  # that are ever predicted
        "step_loss": [round(part.mean().item(), 3) for part in losses.split(1280 // batch_size)],
    }


def weight_norm(model: nn.Module) -> float:
    """Norm of all weights of linear layers and embeddings taken together; biases and LayerNorms left out."""
    return torch.cat([p.detach().flatten() for p in model.parameters() if p.ndim > 1]).norm().item()


def main() -> None:
    torch.set_num_threads(1)
    settings = LADDER | WITHOUT | DECAYS | BATCHES | PATCHES
    todo = [(name, *setting, seed) for name, setting in settings.items() for seed in SEEDS]
    runs = []
    with ProcessPoolExecutor(2, get_context("spawn")) as processes:
        for done in processes.map(run, *zip(*todo, strict=True)):
            runs.append(done)
            print(f"{done['name']:40} seed {done['seed']}: {done['val_accuracy'][-1]:.4f}", flush=True)
    print(record.write("training_recipes", runs).name)


if __name__ == "__main__":
    main()
