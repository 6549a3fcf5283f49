"""What exercise 07.2 sees of a linear probe: whether the backbone was kept, its head, and what learns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from vit_tutorial.exercises.transfer.facts import head_facts, small_vit
from vit_tutorial.model import VisionTransformer


def run_probe(answer: Callable[..., Any], num_classes: int, pooling: str) -> Any:
    """What has become of a model with seven classes."""
    with torch.random.fork_rng():  # leave the notebook's random numbers alone
        torch.manual_seed(0)
        model = small_vit(pooling)
        before = _backbone(model)
        output = answer(model, num_classes)
    if output is None or output is ...:
        return output
    found = isinstance(output, VisionTransformer)
    seen = output if found else model
    after = _backbone(seen)
    kept = all(n in after and torch.equal(after[n], p) for n, p in before.items())
    return {
        "returned": "a model" if found else "something else",
        "backbone": "kept" if kept else "other weights",
        **head_facts(seen, num_classes),
        **learning_facts(seen),
    }


def _backbone(model: nn.Module) -> dict[str, Tensor]:
    """Copies of all parameters but the head's, by name."""
    return {
        name: parameter.detach().clone()
        for name, parameter in model.named_parameters()
        if not name.startswith("head.")
    }


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
    """What of the backbone still learns: `still`, of the names in `rest`."""
    if not still:
        return "nothing"
    if len(still) == len(rest):
        if any("requires_grad" in vars(module) for module in model.modules()):
            return "everything, with an attribute"
        return "everything" if model.training else "everything, in eval mode"
    if all(name.count(".") == 1 for name in still):  # embeddings.class_token
        return "single parameters"
    for part in ("embeddings", "encoder"):
        if still == [name for name in rest if name.startswith(f"{part}.")]:
            return part
    return "some"
