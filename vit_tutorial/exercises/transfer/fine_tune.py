"""Exercise 07.5, mend a fine-tuning: solution, cases, properties, and the mistakes that are known by name."""

from __future__ import annotations

import copy
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from vit_tutorial.exercises.transfer.broken_tuning import diagnose, sick_tune
from vit_tutorial.exercises.transfer.facts import FactsExercise


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


exercise = FactsExercise("07.5", fine_tune, run=diagnose)


def _tune(
    model,
    images,
    labels,
    steps,
    *,
    order="head first",
    scale=(127.5, 1),
    rate=0.003,
    freeze=False,
    train=True,
):
    """The run, healthy but for what is said."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    model.requires_grad_(not freeze)
    if order != "old head":
        model.head = nn.Linear(model.head.in_features, 3)
        nn.init.zeros_(model.head.weight)
        nn.init.zeros_(model.head.bias)
    if order == "head first":
        optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    model.train(train)
    for _ in range(steps):
        loss = F.cross_entropy(model(images / scale[0] - scale[1]), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


exercise.variant(
    sick_tune,
    "all of it is still there, as far as one can see. Begin with the loss: it stays where a model is that knows nothing. "
    "Which head does the optimizer know? Then compare the pixels with those of pre-training. A third fault comes to light "
    "once the head learns.",
    "目前看来，毛病一处都没治。先看损失：它停在一无所知的水平。优化器认得的是哪个分类头？"
    "再比一比像素的范围和预训练时的。第三处毛病，要等分类头学起来才看得见。",
    name="nothing_mended",
)
exercise.told(
    {"model": "a copy"},
    "you trained a copy, and the model that was handed in is as it was. Change the model itself: nothing is returned.",
    "你训练的是一个副本，传进来的模型原封不动。应该直接改这个模型：函数不返回任何东西。",
    copy_trained=lambda model, *rest: fine_tune(copy.deepcopy(model), *rest),
)
exercise.told(
    {"steps": "fewer"},
    "the model makes fewer steps than `steps` says: each step is one forward pass, one backward pass and one "
    "optimizer.step().",
    "走的步数比 `steps` 少：一步就是一次前向、一次反向、一次 optimizer.step()。",
    one_step=lambda model, images, labels, steps: fine_tune(model, images, labels, 1),
)
exercise.told(
    {"head": "old"},
    "the model still has its old head, with the classes of pre-training. Three classes need a head of three outputs: "
    "replace it, and then build the optimizer.",
    "模型还带着旧分类头，类别是预训练时的那些。三个类别要用三个输出的分类头：把它换掉，然后再建优化器。",
    old_head_kept=partial(_tune, order="old head"),
)
exercise.requires(
    "the new head is not the right one: an nn.Linear with bias, from the old one's in_features to three classes.",
    "新分类头不对：应该是带偏置的 nn.Linear，从旧分类头的 in_features 到三个类别。",
)(lambda facts: facts["head"] == "new")
exercise.told(
    {"start": "zero"},
    "the new head is still zero when the run ends, so no gradient reaches the backbone, either, and the loss stays where "
    "a model is that knows nothing. Does the optimizer know this head? It is told its parameters once, when it is built.",
    "训练结束时，新分类头还是零，梯度也就传不到骨干，损失停在一无所知的水平。"
    "优化器认得这个分类头吗？它只在建立的那一刻拿到参数。",
    optimizer_first=partial(_tune, order="optimizer first", rate=0.1),
)
exercise.variant(
    _tune,
    "one of three is mended: the head learns. Now the pixels: the model was pre-trained on values from -1 to 1. And the "
    "backbone: see how far it moved. At this rate, nothing is left of what it had learned.",
    "三处治好了一处：分类头在学了。接着看像素：模型预训练时看的值是从 -1 到 1。再看骨干走了多远："
    "用这个学习率，它学过的东西一点也剩不下。",
    name="only_the_order_mended",
    scale=(255, 0),
    rate=0.1,
)
exercise.told(
    {"pixels": "from 0 to 1"},
    "the pixels are not as in pre-training: the model sees values from 0 to 1, and it learned from values from -1 to 1. "
    "Divide by 127.5, then subtract 1.",
    "像素和预训练时不一样：模型看到的值是从 0 到 1，而它当初学的是从 -1 到 1。应该除以 127.5，再减 1。",
    zero_to_one=partial(_tune, scale=(255, 0)),
)
exercise.told(
    {"pixels": "from 0 to 255"},
    "the model sees the bytes as they are, from 0 to 255. It was pre-trained on values from -1 to 1: divide by 127.5, "
    "then subtract 1.",
    "模型看到的是原样的字节，从 0 到 255。它预训练时看的是从 -1 到 1：应该除以 127.5，再减 1。",
    raw_bytes=partial(_tune, scale=(1, 0)),
)
exercise.told(
    {"pixels": "from 0 to 2"},
    "the model sees values from 0 to 2: after the division by 127.5, subtract 1.",
    "模型看到的值是从 0 到 2：除以 127.5 之后，还要减 1。",
    not_shifted=partial(_tune, scale=(127.5, 0)),
)
exercise.requires(
    "the model does not see the pixels as in pre-training: 0 has to become -1, and 255 has to become 1.",
    "模型看到的像素和预训练时不一样：0 应该变成 -1，255 应该变成 1。",
)(lambda facts: facts["pixels"] == "from -1 to 1")
exercise.told(
    {"backbone": "torn"},
    "the backbone went further than a third of its own length: what it had learned in pre-training is torn to pieces. "
    "That the loss falls all the same means little with so few images. Lower its learning rate, a hundredth will do.",
    "骨干走的路超过了自身长度的三分之一：预训练学到的东西全被撕碎了。损失照样下降，可图这么少，说明不了什么。"
    "把它的学习率降下来，降到百分之一左右就够了。",
    rate_far_too_high=partial(_tune, rate=0.1),
)
exercise.told(
    {"backbone": "untouched"},
    "the backbone did not move at all: frozen, or not in the optimizer. That is a linear probe. In fine-tuning it learns, "
    "too, gently.",
    "骨干一动没动：要么被冻结了，要么不在优化器里。那是线性探测。微调时骨干也要学，只是轻轻地学。",
    frozen=partial(_tune, freeze=True, rate=0.02),
)
exercise.told(
    {"dropout": "off"},
    "dropout was off: the run has to begin with model.train(). A model that comes from a file, or from an evaluation, is "
    "often in eval mode.",
    "dropout 是关着的：训练开头要调用 model.train()。从文件读来的模型，或者刚做完评估的模型，往往还在 eval 模式。",
    in_eval_mode=partial(_tune, train=False),
)
exercise.told(
    {"knows": "little"},
    "everything is in its place, but the head has learned little when the run ends: the rate is now too low for so few "
    "steps. Take a larger one, at least for the head.",
    "各处都对了，可训练结束时分类头还没学到多少：步数这么少，学习率又太低了。把它调大一些，至少分类头要大一些。",
    rate_too_low=partial(_tune, rate=1e-4),
)
