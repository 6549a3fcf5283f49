"""What the tests of training share: a model for 8×8 images that learns in milliseconds, and a bare loop."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
import torch.nn.functional as F
from reference import random_tensor, randomise
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from torch.utils.data import DataLoader, TensorDataset

from vit_tutorial import History, VisionTransformer, ViTConfig, train

CONFIG = ViTConfig(
    image_size=8, patch_size=4, in_channels=1, embed_dim=8, depth=1, num_heads=2, mlp_dim=16, num_classes=3
)
CLASSES = ("猫", "dog", "Fuß")
Batches = list[tuple[Tensor, Tensor]]


class Images(TensorDataset):
    """Random images of three classes, brighter from class to class; `noise` adds new noise at each look."""

    def __init__(self, n: int, noise: float = 0.0) -> None:
        labels = torch.arange(n) % 3
        bright = 0.5 * labels.view(-1, 1, 1, 1)
        super().__init__(random_tensor(n, 1, 8, 8, seed=3, dtype=torch.float32) + bright, labels)
        self.classes, self.noise = CLASSES, noise

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        image, label = super().__getitem__(i)
        return image + self.noise * torch.randn(image.shape) if self.noise else image, label


def new_model(**changes: Any) -> VisionTransformer:
    """Always the same weights, all of them random."""
    return randomise(VisionTransformer(replace(CONFIG, **changes)))


def loader(n: int = 22, batch_size: int = 4, noise: float = 0.0, **options: Any) -> DataLoader:
    """Batches of `Images`, in order; the last of the 22 images are a smaller batch."""
    return DataLoader(Images(n, noise), batch_size, **options)


def fit(model: nn.Module, train_loader: Any = None, val_loader: Any = None, **options: Any) -> History:
    """`train` on the CPU, whatever the machine has."""
    train_loader = loader() if train_loader is None else train_loader
    return train(model, train_loader, val_loader, **{"device": "cpu", **options})


def bare_loop(
    model: nn.Module,
    epochs: list[Batches],
    warmup_steps: int,
    clip: float = 1.0,
    smoothing: float = 0.0,
    autocast: bool = False,
) -> dict[str, list[float]]:
    """What anybody would write in plain PyTorch: AdamW, warmup, cosine, clipping."""
    optimizer = AdamW(model.parameters(), 1e-2, weight_decay=0.1)
    total = sum(map(len, epochs))
    cosine = CosineAnnealingLR(optimizer, total - warmup_steps)
    rise = LinearLR(optimizer, 1 / warmup_steps, total_iters=warmup_steps - 1)
    schedule = SequentialLR(optimizer, [rise, cosine], [warmup_steps])
    found: dict[str, list[float]] = {"loss": [], "norm": [], "rate": [], "right": []}
    model.train()
    for batches in epochs:
        for images, labels in batches:
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
                logits = model(images)
            loss = F.cross_entropy(logits.float(), labels, label_smoothing=smoothing)
            loss.backward()
            found["norm"].append(nn.utils.clip_grad_norm_(model.parameters(), clip).item())
            optimizer.step()
            found["rate"].append(schedule.get_last_lr()[0])
            schedule.step()
            found["loss"].append(loss.item())
            found["right"].append((logits.argmax(-1) == labels).sum().item())
    return found


def assert_same_weights(some: nn.Module, others: nn.Module) -> None:
    """Bit for bit."""
    theirs = others.state_dict()
    assert some.state_dict().keys() == theirs.keys()
    assert [name for name, value in some.state_dict().items() if not torch.equal(value, theirs[name])] == []


def largest_difference(some: nn.Module, others: nn.Module) -> float:
    """Over all weights of two equal models."""
    pairs = zip(some.parameters(), others.parameters(), strict=True)
    return max((a - b).abs().max().item() for a, b in pairs)
