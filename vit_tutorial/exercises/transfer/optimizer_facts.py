"""What exercise 07.4 sees of an optimizer: which parameters it has, at which rates, and of the model it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from vit_tutorial.exercises.transfer.facts import head_facts, small_vit
from vit_tutorial.model import VisionTransformer


def run_optimizer(answer: Callable[..., Any], num_classes: int, rate: float) -> Any:
    """Which parameters the optimizer has, at which rates, and what has become of the model."""
    with torch.random.fork_rng():  # leave the notebook's random numbers alone
        torch.manual_seed(0)
        model = small_vit()
        try:
            output = answer(model, num_classes, rate)
        except ValueError as error:  # PyTorch's word for a parameter in two groups
            if "more than one parameter group" not in str(error):
                raise
            output = "twice"
    if output is None or output is ...:
        return output
    learns = all(parameter.requires_grad for parameter in model.parameters())
    return {
        **head_facts(model, num_classes),
        **optimizer_facts(output, model, rate),
        "frozen": "nothing" if learns else "something",
    }


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
    for share, name in names.items():
        if abs(value / rate - share) < 1e-6 * share:
            return name
    return {0.1: "0.1 itself", 1e-3: "AdamW's own"}.get(value, "another")


def _one(found: dict[str, str], prefix: str) -> str:
    """The rate of a part's parameters, if it is the same for all of them."""
    rates = {rate for name, rate in found.items() if name.startswith(prefix)}
    return rates.pop() if len(rates) == 1 else "several"


def _backbone_rate(found: dict[str, str]) -> str:
    embeddings, encoder = _one(found, "embeddings."), _one(found, "encoder.")
    if embeddings == encoder:
        return encoder
    return "embeddings missing" if embeddings == "missing" else "several"
