"""A fine-tuning run for exercise 07.5 that is broken in three places, and what can be seen of a run from outside."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vit_tutorial.exercises.transfer.facts import HEIGHT, WIDTH, head_facts, small_vit
from vit_tutorial.model import VisionTransformer

IMAGES, CLASSES, STEPS = 24, 3, 40
RANGES = {
    (-1.0, 1.0): "from -1 to 1",
    (0.0, 1.0): "from 0 to 1",
    (0.0, 255.0): "from 0 to 255",
    (0.0, 2.0): "from 0 to 2",
}


def sick_tune(model, images, labels, steps):
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1)
    model.head = nn.Linear(model.head.in_features, 3)
    nn.init.zeros_(model.head.weight)
    nn.init.zeros_(model.head.bias)
    model.train()
    for _ in range(steps):
        loss = F.cross_entropy(model(images / 255), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@dataclass
class Tuning:
    """What was seen of a fine-tuning run.

    Attributes:
        model: as the run left it.
        returned: what the run returned.
        loss: mean loss over the images at the end, prepared as in pre-training, without dropout.
        pixels: the smallest and the largest value that the model was trained on; None if it never was.
        moved: length of the way that the backbone's weights went, as a share of their own length.
        dropout: whether it worked in every step.
        steps: how often the model was called for training.
        copied: whether a copy of the model was trained.
    """

    model: VisionTransformer
    returned: Any
    loss: float
    pixels: tuple[float, float] | None
    moved: float
    dropout: bool
    steps: int
    copied: bool


def _task() -> tuple[Tensor, Tensor]:
    """Images of bytes, shape (24, 1, 8, 12): a pattern for each of 3 classes, under noise; and their labels."""
    generator = torch.Generator().manual_seed(1)
    labels = torch.arange(IMAGES) % CLASSES
    size = (IMAGES, 1, HEIGHT, WIDTH)
    noise = torch.randint(0, 256, size, generator=generator).float()
    images = 0.7 * noise[labels] + 0.3 * noise
    images = (images - images.min()) / (images.max() - images.min()) * 255
    return images.round().byte(), labels


def _backbone(model: VisionTransformer) -> Tensor:
    parts = (model.embeddings, model.encoder)
    return torch.cat([p.detach().flatten() for m in parts for p in m.parameters()])


def observe(tune: Callable[..., Any]) -> Tuning:
    """Fine-tune a fresh small model that stands for a pre-trained one, and look on."""
    images, labels = _task()
    ranges, modes, called = [], [], []

    def see(embeddings: nn.Module, inputs: tuple[Tensor]) -> None:
        ranges.append((inputs[0].min().item(), inputs[0].max().item()))
        modes.append(embeddings.training)
        called.append(embeddings)

    with torch.random.fork_rng():  # leave the notebook's random numbers alone
        torch.manual_seed(0)
        model = small_vit(depth=1, embed_dim=24, dropout=0.1).eval()
        before = _backbone(model).clone()
        hook = model.embeddings.register_forward_pre_hook(see)
        returned = tune(model, images.clone(), labels.clone(), STEPS)
        hook.remove()
        with torch.no_grad():
            loss = F.cross_entropy(model.eval()(images / 127.5 - 1), labels).item()
    low, high = zip(*ranges, strict=True) if ranges else ((), ())
    pixels = (min(low), max(high)) if ranges else None
    moved = ((_backbone(model) - before).norm() / before.norm()).item()
    copied = any(each is not model.embeddings for each in called)
    return Tuning(model, returned, loss, pixels, moved, all(modes), len(called), copied)


def watch_tuning(tune: Callable[..., Any]) -> None:
    """Run a fine-tuning and print what it did.

    Args:
        tune: `tune(model, images, labels, steps)` gives a small ViT, pre-trained on pixels from -1 to 1, a head for
            3 classes and fine-tunes it, in 40 steps, on 24 images of bytes (0 to 255), shape (24, 1, 8, 12).
    """
    seen = observe(tune)
    nothing = math.log(CLASSES)
    print(f"loss at the end: {seen.loss:.2f} (knowing nothing: ln 3 = {nothing:.2f})")
    if seen.pixels is None:
        print("the model was never called")
        return
    low, high = seen.pixels
    print(f"pixels: from {low:.2f} to {high:.2f} (pre-training: from -1.00 to 1.00)")
    print(f"backbone: moved by {seen.moved:.2f} of its length")
    print(f"dropout: {'on' if seen.dropout else 'off'}")


def diagnose(tune: Callable[..., Any]) -> Any:
    """What exercise 07.5 judges a run by; `...` if the run returns that.

    Returns:
        "head": which one the model has; "start": where its weights are, "zero" where none has learned;
        "pixels": the range that the model was trained on;
        "backbone": "no gradient" where the head is zero, "untouched", "gentle" or "torn";
        "dropout": "on" or "off";
        "knows": "the classes" at the end or "little", asked where all else is right;
        "steps": "enough" or "fewer"; "model": "the one given" or "a copy".
    """
    seen = observe(tune)
    if seen.returned is ...:
        return ...
    facts = head_facts(seen.model, CLASSES)
    facts["start"] = "zero" if facts["start"] == "zero" else "learned"
    low, high = seen.pixels or (0.0, 0.0)
    facts["pixels"] = RANGES.get((round(low, 2), round(high, 2)), "other numbers")
    facts["backbone"] = _backbone_fact(facts["start"], seen.moved)
    facts["dropout"] = "on" if seen.dropout else "off"
    healthy = facts["pixels"] == "from -1 to 1" and facts["backbone"] == "gentle"
    in_order = healthy and facts["head"] == "new" and seen.dropout
    # The solution's loss ends at 0.04 to 0.06.
    facts["knows"] = "little" if in_order and seen.loss > 0.6 else "the classes"
    facts["steps"] = "fewer" if seen.steps < STEPS else "enough"
    facts["model"] = "a copy" if seen.copied else "the one given"
    return facts


def _backbone_fact(start: str, moved: float) -> str:
    """How far the backbone went: 0.12 to 0.13 in the solution, more than 1.1 at a rate of 0.1."""
    if start == "zero":
        return "no gradient"
    if moved < 1e-5:
        return "untouched"
    return "gentle" if moved < 1 / 3 else "torn"
