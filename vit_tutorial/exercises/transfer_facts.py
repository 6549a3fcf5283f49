"""What exercises 07.2 to 07.5 see of a model that an answer has worked on: facts, each in a word or two.

A wrong answer differs from the right one in a fact, and each fact has its message: a mistake is known by what it
does to the model, however it is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from vit_tutorial.config import ViTConfig
from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.model import VisionTransformer

HEIGHT, WIDTH, OLD_CLASSES = 8, 12, 7
SCALES = {  # a pixel from 0 to 255, times this, plus that
    "from -1 to 1": (1 / 127.5, -1),
    "from 0 to 1": (1 / 255, 0),
    "from 0 to 255": (1, 0),
    "from 0 to 2": (1 / 127.5, 0),
}


def told(
    exercise: Exercise, fact: str, value: str, en: str, zh: str
) -> Callable[[Callable], Callable]:
    """Decorate a mistake that shows as this value of a fact: that is told whatever else is wrong, too."""
    exercise.requires(en, zh)(lambda facts, *case: facts[fact] != value)
    return exercise.mistake(en, zh)


def small_vit(pooling: str = "cls", **sizes: Any) -> VisionTransformer:
    """A ViT for grey images of 8×12 pixels with all parameters random, as if it were trained.

    In float32, unlike other cases: an answer's new `nn.Linear` and its pixels are, too.
    """
    config = ViTConfig((HEIGHT, WIDTH), 4, 1, 12, 2, 3, 20, OLD_CLASSES, 0.3)
    model = VisionTransformer(replace(config, pooling=pooling, **sizes))
    for seed, parameter in enumerate(model.parameters()):
        noise = 0.4 * random_tensor(*parameter.shape, seed=seed + 10).float()
        parameter.data = parameter.data.mul(parameter.ndim == 1).add(noise)
    return model


def some_pixels(count: int, seed: int) -> Tensor:
    """Bytes, shape (B, H, W): none is 0 or 255, each image is as bright as no other."""
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(20, 130, (count, HEIGHT, WIDTH), generator=generator)
    brightness = torch.linspace(1, 1.9, count)[:, None, None]
    return (images * brightness).byte()


def head_facts(model: VisionTransformer, num_classes: int) -> dict[str, str]:
    """Which head a model has, for a number of classes, and where it starts from."""
    head, width = model.head, model.config.embed_dim
    if not isinstance(head, nn.Linear):
        return {"head": "no linear layer", "start": "zero"}
    shapes = {
        (num_classes, width): "new",
        (OLD_CLASSES, width): "old",
        (width, num_classes): "turned",
    }
    kind = shapes.get(tuple(head.weight.shape), "of another size")
    if kind == "new" and head.bias is None:
        kind = "without bias"
    moved = [
        name
        for name, parameter in head.named_parameters()
        if parameter.detach().abs().max() > 0
    ]
    return {"head": kind, "start": f"random {' and '.join(moved)}" if moved else "zero"}


def learning_facts(model: VisionTransformer) -> dict[str, str]:
    """Which parts of a model learn."""
    learns = {name: p.requires_grad for name, p in model.named_parameters()}
    head = {value for name, value in learns.items() if name.startswith("head.")}
    rest = [name for name in learns if not name.startswith("head.")]
    still = [name for name in rest if learns[name]]
    return {
        "head_learns": "in part" if len(head) > 1 else "yes" if True in head else "no",
        "backbone_learns": _still(model, still, rest),
    }


def _still(model: VisionTransformer, still: list[str], rest: list[str]) -> str:
    if not still:
        return "nothing"
    if len(still) == len(rest):
        if any("requires_grad" in vars(module) for module in model.modules()):
            return "everything, with an attribute"
        return "everything" if model.training else "everything, in eval mode"
    if all(name.count(".") == 1 for name in still):  # embeddings.class_token
        return "single parameters"
    parts = {name.split(".")[0] for name in still}
    return parts.pop() if len(parts) == 1 and _whole(parts, still, rest) else "some"


def _whole(parts: set[str], still: list[str], rest: list[str]) -> bool:
    return len(still) == sum(name.split(".")[0] in parts for name in rest)


def optimizer_facts(
    optimizer: Any, model: VisionTransformer, rate: float
) -> dict[str, str]:
    """Which parameters an optimizer has, and at which rates; "twice" for one that PyTorch refused for that."""
    kinds = {torch.optim.AdamW: "AdamW", torch.optim.Adam: "Adam"}
    facts = {"kind": "no optimizer", "listed": "right", "head_rate": "the rate"}
    facts |= {"backbone_rate": "a tenth"}
    if optimizer == "twice":
        return facts | {"kind": "AdamW", "listed": "twice"}
    if not isinstance(optimizer, torch.optim.Optimizer):
        return facts
    pairs = [(id(p), g["lr"]) for g in optimizer.param_groups for p in g["params"]]
    rates = {key: _rate(float(value), rate) for key, value in pairs}
    known = {id(p) for p in model.parameters()}
    listed = "right" if len(rates) == len(pairs) else "twice"
    found = {name: rates.get(id(p), "missing") for name, p in model.named_parameters()}
    return {
        "kind": kinds.get(type(optimizer), "another optimizer"),
        "listed": listed if set(rates) <= known else "strangers",
        "head_rate": _one(found, "head."),
        "backbone_rate": _backbone_rate(found),
    }


def _rate(value: float, rate: float) -> str:
    """A learning rate in words."""
    names = {1.0: "the rate", 0.1: "a tenth", 10.0: "ten times", 0.01: "a hundredth"}
    share = next((s for s in names if abs(value / rate - s) < 1e-6 * s), None)
    if share is not None:
        return names[share]
    absolute = {0.1: "0.1 itself", 1e-3: "AdamW's own"}
    return absolute.get(value, "another")


def _one(found: dict[str, str], prefix: str) -> str:
    rates = {rate for name, rate in found.items() if name.startswith(prefix)}
    return rates.pop() if len(rates) == 1 else "several"


def _backbone_rate(found: dict[str, str]) -> str:
    embeddings, encoder = _one(found, "embeddings."), _one(found, "encoder.")
    if embeddings == encoder:
        return encoder
    return "embeddings missing" if embeddings == "missing" else "several"


def scale(seen: Tensor, pixels: Tensor) -> str:
    """What became of the pixels on the way to the model.

    Args:
        seen: what the model got, as many values as there are pixels.
        pixels: from 0 to 255, shape (B, H, W).
    """
    x, y = pixels.double().flatten(), seen.detach().double().flatten()
    if len(x) != len(y):
        return "other images"
    for name, (times, plus) in SCALES.items():
        if torch.allclose(y, times * x + plus, rtol=0, atol=1e-4):
            return name
    if len(y.unique()) <= 4:
        return "rounded"
    deviations = x - x.mean(), y - y.mean()
    slope = (deviations[0] * deviations[1]).mean() / deviations[0].square().mean()
    if torch.allclose(deviations[1], slope * deviations[0], rtol=0, atol=1e-3):
        return "inverted" if slope < 0 else "other numbers"
    same = all(y[x == value].std(correction=0) < 1e-3 for value in x.unique())
    return "wrapped" if same else "each image by itself"


def output_fact(output: Any, logits: Tensor) -> str:
    """What an answer made of the logits, shape (B, K)."""
    if not isinstance(output, Tensor):
        return "no tensor"
    output, logits = output.detach().double(), logits.detach().double()
    kinds = {
        "probabilities": logits.softmax(dim=-1),
        "classes": logits.argmax(dim=-1),
        "over the images": logits.softmax(dim=0),
        "logits": logits,
        "logarithms": logits.log_softmax(dim=-1),
        "sigmoid": logits.sigmoid(),
    }
    for kind, values in kinds.items():
        if output.shape == values.shape and torch.allclose(
            output, values.double(), rtol=0, atol=1e-4
        ):
            return kind
    return "other"
