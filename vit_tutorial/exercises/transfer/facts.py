"""Exercises 07.2 to 07.5 judge a model that an answer has worked on by facts, each in a word or two.

A wrong answer differs from the right one in a fact, and each fact has its message: a mistake is known by what it
does to the model, however it is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from vit_tutorial.config import ViTConfig
from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.compare import Text
from vit_tutorial.exercises.engine import Exercise, Mistake
from vit_tutorial.model import VisionTransformer

HEIGHT, WIDTH, OLD_CLASSES = 8, 12, 7


class FactsExercise(Exercise):
    """An exercise whose `run` returns facts, such as {"head": "old", "start": "zero"}; answers run in float32."""

    def __init__(self, *about: Any, **more: Any) -> None:
        super().__init__(*about, **more, dtype=torch.float32)

    def told(
        self, fact: dict[str, str], en: str, zh: str, **answers: Callable[..., Any]
    ) -> None:
        """Declare what is told of an answer that shows a fact, whatever else is wrong with it.

        Args:
            fact: its name and the value that is wrong, such as {"head": "old"}.
            en: the message in English.
            zh: the same in Chinese.
            **answers: a wrong answer that shows the fact, under the mistake's name.
        """

        @self.requires(en, zh)
        def not_shown(facts: dict[str, str], *case: Any) -> bool:
            return all(facts[key] != wrong for key, wrong in fact.items())

        for name, answer in answers.items():
            self.mistakes.append(Mistake(name, answer, Text(en, zh)))


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
    moved = [name for name, p in head.named_parameters() if p.abs().max() > 0]
    return {"head": kind, "start": f"random {' and '.join(moved)}" if moved else "zero"}
