"""Exercise 06.2, the training step: solution, cases, properties, and the mistakes that are known by name."""

from __future__ import annotations

import math
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.exercises.training.three_steps import three_steps


def training_step(model, images, labels, optimizer, clip):
    model.train()
    loss = F.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    return loss.item()


exercise = Exercise(
    "06.2",
    training_step,
    # without a hidden layer, a step before backward() raises nothing: it can be told
    # from whatever else raises
    cases=lambda: [("SGD", 0.5, 9), ("SGD", 100.0, 9), ("AdamW", 1.5, None)],
    run=three_steps,
)


@exercise.requires(
    "return the loss as a plain number: loss.item(). A tensor of loss is still tied to the graph that computed it.",
    "损失要以普通的数返回：loss.item()。作为张量的损失，还连着算出它的那张计算图。",
)
def losses_are_numbers(output, kind, clip, hidden):
    losses = [output["first_loss"], *output["later_losses"]]
    return not any(math.isnan(loss) for loss in losses)


EVAL_MODE = (
    "the model is in eval mode: its dropout is switched off. It may come from an evaluation, so begin with model.train().",
    "模型还在 eval 模式，dropout 是关着的。它可能刚做完评估，所以开头要先调用 model.train()。",
)


@exercise.requires(*EVAL_MODE)
def is_in_train_mode(output, kind, clip, hidden):
    return output["train_mode"]


def _step(
    model,
    images,
    labels,
    optimizer,
    clip,
    *,
    train=True,
    loss=F.cross_entropy,
    zero=True,
    limit=nn.utils.clip_grad_norm_,
):
    """The step with one part of it done otherwise; `limit` gets the parameters and `clip`."""
    if train:
        model.train()
    value = loss(model(images), labels)
    if zero:
        optimizer.zero_grad()
    value.backward()
    limit(list(model.parameters()), clip)
    optimizer.step()
    return value.item()


_variant = partial(exercise.variant, _step)

_variant(
    "the gradients pile up: backward() adds to what is there, and nobody clears it. "
    "Call optimizer.zero_grad() in every step, before backward().",
    "梯度越积越多：backward() 是往原来的梯度上加，而你从来没有清零。每一步都要在 backward() 之前调用 optimizer.zero_grad()。",
    name="zero_grad_forgotten",
    zero=False,
)


def _throw_away(parameters, clip):
    for parameter in parameters:
        parameter.grad = None


_variant(
    "the weights never move. Either step() is missing, or it finds no gradient: backward() is missing, comes after it, "
    "or zero_grad() between the two threw the gradient away. The order is zero_grad(), backward(), clip, step().",
    "权重一动不动。要么漏了 step()，要么它没拿到梯度：漏了 backward()，或者 backward() 在它后面，"
    "或者中间夹着一个 zero_grad()，把梯度扔掉了。顺序是 zero_grad()、backward()、裁剪、step()。",
    name="gradient_thrown_away",
    limit=_throw_away,
)


@exercise.mistake(
    "step() comes before backward(): each step uses the gradient of the batch before, and the first one uses none. "
    "The order is zero_grad(), backward(), clip, step().",
    "step() 跑到了 backward() 前面：每一步用的都是上一个批次的梯度，第一步则什么都没用上。"
    "顺序是 zero_grad()、backward()、裁剪、step()。",
)
def one_step_late(model, images, labels, optimizer, clip):
    model.train()
    loss = F.cross_entropy(model(images), labels)
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), clip)
    return loss.item()


_variant(
    "the step is made with the whole gradient: clipping is missing, or it stands before backward() or after step(). "
    "It has to stand between the two.",
    "这一步用的是没裁剪的梯度：要么漏了裁剪，要么它写在了 backward() 前面或 step() 后面。它应该夹在两者中间。",
    name="not_clipped",
    limit=lambda parameters, clip: None,
)
_variant(
    "you clipped each value by itself (clip_grad_value_). That bends the direction; the norm of all gradients together "
    "has to be limited: clip_grad_norm_.",
    "你是逐个值裁剪的（clip_grad_value_），这会把方向也改掉。要限制的是所有梯度合在一起的范数：clip_grad_norm_。",
    name="clipped_by_value",
    limit=nn.utils.clip_grad_value_,
)


def _one_by_one(parameters, clip):
    for parameter in parameters:
        nn.utils.clip_grad_norm_(parameter, clip)


_variant(
    "you clipped each parameter by itself. One norm is taken over all of them together: "
    "clip_grad_norm_(model.parameters(), clip), outside of any loop.",
    "你是逐个参数裁剪的。范数应该对所有参数合在一起算一个：clip_grad_norm_(model.parameters(), clip)，不要放进循环。",
    name="clipped_one_by_one",
    limit=_one_by_one,
)


def _scale(parameters, clip):
    norm = torch.stack([p.grad.norm() for p in parameters]).norm()
    for parameter in parameters:
        parameter.grad.mul_(clip / (norm + 1e-6))


_variant(
    "the gradient always gets the norm `clip`, even where it was smaller. It is an upper limit: leave small ones alone.",
    "梯度的范数总是被改成 `clip`，哪怕原来比它小。它只是上限：小的就不要动。",
    name="always_scaled",
    limit=_scale,
)
_variant(
    "softmax before the loss: F.cross_entropy applies its own. PyTorch does not mind two of them, the model only learns "
    "badly. Give it the logits.",
    "损失前面多了一个 softmax：F.cross_entropy 里面自己会做。做两次 PyTorch 并不报错，只是学得很差。直接把 logits 给它。",
    name="softmax_twice",
    loss=lambda logits, labels: F.cross_entropy(logits.softmax(dim=-1), labels),
)
_variant(
    "F.nll_loss wants the logarithms of probabilities, and you gave it logits: its loss can fall without end. "
    "F.cross_entropy does both.",
    "F.nll_loss 要的是概率的对数，你给的却是 logits：这样损失可以一直往下掉，没有底。F.cross_entropy 把两步都做了。",
    name="logits_for_logarithms",
    loss=F.nll_loss,
)
_variant(
    "the losses of the batch are added up, not averaged. Then the gradient grows with the batch, and a learning rate "
    "fits one batch size only. Leave reduction at its default.",
    "你把一个批次的损失加在了一起，没有取平均。这样梯度会随批次变大，一个学习率只适合一种批次大小。reduction 用默认值就好。",
    name="losses_added_up",
    loss=partial(F.cross_entropy, reduction="sum"),
)
_variant(*EVAL_MODE, name="train_mode_forgotten", train=False)


@exercise.mistake(
    "you made an optimizer of your own. Use the one that is passed in: it keeps its averages from step to step.",
    "你另建了一个优化器。请用传进来的那个：它的各种平均要一步一步累积下去。",
)
def optimizer_of_your_own(model, images, labels, optimizer, clip):
    own = type(optimizer)(model.parameters(), **optimizer.defaults)
    return training_step(model, images, labels, own, clip)
