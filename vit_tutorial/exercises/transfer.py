"""The exercises of chapter 7: solutions (the text that the book shows), cases, and how answers are run.

What is seen of an answer stands in `transfer_facts.py`, the mistakes that `check` knows by name in
`transfer_…mistakes.py`, the broken run of 07.5 in `transfer_runs.py`.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.exercises.transfer_facts import (
    HEIGHT,
    WIDTH,
    head_facts,
    learning_facts,
    optimizer_facts,
    output_fact,
    scale,
    small_vit,
    some_pixels,
)
from vit_tutorial.exercises.transfer_runs import diagnose, sick_tune, watch_tuning
from vit_tutorial.model import VisionTransformer

__all__ = ["EXERCISES", "sick_tune", "watch_tuning"]


def costs():
    return {
        "probe": 3 * 768 + 3,
        "last_block": 7_087_872 + 2_307,
        "fine_tuning": 86_567_656 - 1000 * 769 + 2_307,
        "probe_bytes": 2 * 4 * 2_307,
        "fine_tuning_bytes": 2 * 4 * 85_800_963,
    }


def linear_probe(model, num_classes):
    model.requires_grad_(False)
    model.head = nn.Linear(model.head.in_features, num_classes)
    nn.init.zeros_(model.head.weight)
    nn.init.zeros_(model.head.bias)
    return model


def predict_probabilities(model, pixels):
    images = pixels.unsqueeze(1) / 127.5 - 1  # (B, H, W) -> (B, 1, H, W)
    was_training = model.training
    model.eval()
    with torch.no_grad():
        probabilities = model(images).softmax(dim=-1)
    model.train(was_training)
    return probabilities


def make_optimizer(model, num_classes, rate):
    model.head = nn.Linear(model.head.in_features, num_classes)
    nn.init.zeros_(model.head.weight)
    nn.init.zeros_(model.head.bias)
    head = list(model.head.parameters())
    backbone = [p for n, p in model.named_parameters() if not n.startswith("head.")]
    groups = [{"params": head}, {"params": backbone, "lr": rate / 10}]
    return torch.optim.AdamW(groups, lr=rate)


def fine_tune(model, images, labels, steps):
    model.head = nn.Linear(model.head.in_features, 3)
    nn.init.zeros_(model.head.weight)
    nn.init.zeros_(model.head.bias)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003)
    model.train()
    for _ in range(steps):
        loss = F.cross_entropy(model(images / 127.5 - 1), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def _run_probe(answer, num_classes: int, pooling: str):
    """What has become of a model with seven classes."""
    with torch.random.fork_rng():  # leave the notebook's random numbers alone
        torch.manual_seed(0)
        model = small_vit(pooling)
        before = _backbone(model)
        output = answer(model, num_classes)
    if output is None or output is ...:
        return output
    found = isinstance(output, VisionTransformer)
    after = _backbone(output if found else model)
    kept = all(
        name in after and torch.equal(after[name], value)
        for name, value in before.items()
    )
    return {
        "returned": "a model" if found else "something else",
        "backbone": "kept" if kept else "other weights",
        **head_facts(output if found else model, num_classes),
        **learning_facts(output if found else model),
    }


def _backbone(model: nn.Module) -> dict[str, Tensor]:
    """Copies of all parameters but the head's, by name."""
    return {
        name: parameter.detach().clone()
        for name, parameter in model.named_parameters()
        if not name.startswith("head.")
    }


def _watch_inputs(model: VisionTransformer, images: list, facts: dict) -> None:
    """Keep the images that a model gets, and what is odd about them.

    Pixels of a wrong shape or type are put right on the way: the rest can be judged, too.
    """

    def before(embeddings: nn.Module, inputs: tuple[Any]) -> Any:
        if not isinstance(inputs[0], Tensor) or inputs[0].numel() % (HEIGHT * WIDTH):
            return None
        if inputs[0].ndim != 4:
            facts["axis"] = "missing"
        elif inputs[0].shape[1:] != (1, HEIGHT, WIDTH):
            facts["axis"] = "misplaced"
        if any(module.training for module in model.modules()):
            facts["mode"] = "train"
        images.append(inputs[0].reshape(-1, 1, HEIGHT, WIDTH).float())
        return (images[-1],)

    model.embeddings.register_forward_pre_hook(before)


def _run_prediction(answer, pixels: Tensor, mode: str):
    """What the model got and how it was called, what came back, and how it was left."""
    images, logits, facts = [], [], {"axis": "right", "mode": "eval"}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = small_vit().train(mode == "train")
        _watch_inputs(model, images, facts)
        model.head.register_forward_hook(lambda _, __, output: logits.append(output))
        output = answer(model, pixels)
    if output is None or output is ...:
        return output
    left = "train" if model.training else "eval"
    facts["pixels"] = scale(torch.cat(images), pixels) if images else "none"
    facts["gradients"] = "on" if any(x.requires_grad for x in logits) else "off"
    facts["left"] = "as it was" if left == mode else f"in {left} mode"
    facts["output"] = output_fact(output, torch.cat(logits)) if logits else "other"
    return facts


def _run_optimizer(answer, num_classes: int, rate: float):
    """Which parameters the optimizer has, at which rates, and what has become of the model."""
    with torch.random.fork_rng():
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


counting = Exercise("07.1", costs, values=True)
probing = Exercise(
    "07.2",
    linear_probe,
    cases=lambda: [(3, "cls"), (5, "mean")],
    run=_run_probe,
)
predicting = Exercise(
    "07.3",
    predict_probabilities,
    cases=lambda: [(some_pixels(5, 1), "train"), (some_pixels(3, 2), "eval")],
    run=_run_prediction,
)
choosing = Exercise(
    "07.4",
    make_optimizer,
    cases=lambda: [(3, 0.02), (5, 0.003)],
    run=_run_optimizer,
)
mending = Exercise("07.5", fine_tune, run=diagnose)

EXERCISES = [counting, probing, predicting, choosing, mending]
