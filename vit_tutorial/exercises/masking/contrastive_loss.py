"""Exercise 10.5, a relative: the contrastive loss of CLIP. Solution, cases, and the mistakes known by name."""

from __future__ import annotations

from functools import partial

import torch
import torch.nn.functional as F

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def contrastive_loss(a, b, temperature):
    a, b = F.normalize(a, dim=1), F.normalize(b, dim=1)
    logits = a @ b.T / temperature  # (B, B): each of a with each of b
    partner = torch.arange(len(a))
    return (F.cross_entropy(logits, partner) + F.cross_entropy(logits.T, partner)) / 2


exercise = Exercise(
    "10.5",
    contrastive_loss,
    cases=lambda: [
        (
            random_tensor(b, d, seed=seed),
            3 * random_tensor(b, d, seed=seed + 1),
            temperature,
        )
        for b, d, seed, temperature in (
            (5, 3, 0, 0.5),
            (4, 8, 10, 0.1),
            (7, 2, 20, 2.0),
        )
    ],
)


def _contrastive_loss(
    a,
    b,
    temperature,
    *,
    normal=1,
    heat=torch.div,
    ways=(0, 1),
    partner=torch.arange,
    summed=1,
    others=False,
):
    if normal is not None:
        a, b = F.normalize(a, dim=normal), F.normalize(b, dim=normal)
    logits = heat(a @ b.T, temperature)
    here = partner(len(a))
    if others:  # the partner is missing below the fraction line
        alone = logits.masked_fill(torch.eye(len(a), dtype=torch.bool), -torch.inf)
        losses = [alone.logsumexp(dim=1 - way) - logits.diagonal() for way in ways]
        return torch.stack(losses).mean()
    losses = [F.cross_entropy(logits.T if way else logits, here) for way in ways]
    return sum(losses) / (len(losses) if summed else 1)


_variant = partial(exercise.variant, _contrastive_loss)

_variant(
    "the vectors are not normalised: a long one is like everything. Bring each to length 1 before they are compared.",
    "向量没有归一化：长的向量和什么都“像”。比较之前，要把每个向量的长度变成 1。",
    name="not_normalised",
    normal=None,
)
_variant(
    "you normalised along the batch. Each vector has length 1: dim=1.",
    "归一化是沿批次做的。要让每个向量的长度为 1：dim=1。",
    name="along_the_batch",
    normal=0,
)
_variant(
    "you multiplied by the temperature. Similarities are divided by it: a low one sharpens.",
    "你乘以了温度。相似度应该除以温度：温度越低，越尖锐。",
    name="multiplied",
    heat=torch.mul,
)
_variant(
    "the temperature is not used.",
    "没有用到温度。",
    name="no_temperature",
    heat=lambda similar, temperature: similar,
)
_variant(
    "only a looks for its partner in b. The loss is the mean of both directions.",
    "只让 a 去 b 里找了搭档。损失是两个方向的平均。",
    name="one_direction",
    ways=(0,),
)
_variant(
    "only b looks for its partner in a. The loss is the mean of both directions.",
    "只让 b 去 a 里找了搭档。损失是两个方向的平均。",
    name="other_direction",
    ways=(1,),
)
_variant(
    "the losses of both directions are added up. Take their mean.",
    "两个方向的损失是加起来的。要取平均。",
    name="sum_of_directions",
    summed=0,
)
_variant(
    "the partner is missing among the choices: the softmax runs over all B of the other side, the partner included.",
    "候选里少了搭档自己：softmax 要对另一边全部 B 个求，搭档也在内。",
    name="partner_left_out",
    others=True,
)
_variant(
    "the labels are all 0: each looks for the first one. The partner of number i is number i.",
    "标签全是 0：都在找第一个。第 i 个的搭档是第 i 个。",
    name="all_the_first",
    partner=lambda n: torch.zeros(n, dtype=torch.long),
)
