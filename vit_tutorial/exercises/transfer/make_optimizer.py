"""Exercise 07.4, two learning rates: solution, cases, properties, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW

from vit_tutorial.exercises.transfer.facts import FactsExercise
from vit_tutorial.exercises.transfer.optimizer_facts import run_optimizer
from vit_tutorial.transfer import freeze, parameter_groups, replace_head


def make_optimizer(model, num_classes, rate):
    model.head = nn.Linear(model.head.in_features, num_classes)
    nn.init.zeros_(model.head.weight)
    nn.init.zeros_(model.head.bias)
    head = list(model.head.parameters())
    backbone = [p for n, p in model.named_parameters() if not n.startswith("head.")]
    groups = [{"params": head}, {"params": backbone, "lr": rate / 10}]
    return torch.optim.AdamW(groups, lr=rate)


exercise = FactsExercise(
    "07.4", make_optimizer, cases=lambda: [(3, 0.02), (5, 0.003)], run=run_optimizer
)

BACKBONE = ("embeddings.", "encoder.")


def _with_rates(
    model, n, rate, rates=lambda rate: (rate, rate / 10), parts=BACKBONE, kind=AdamW
):
    """An optimizer with other rates of the head and the backbone, or without the one whose rate is None."""
    named = replace_head(model, n).named_parameters()
    backbone = [p for name, p in named if name.startswith(parts)]
    groups = zip((model.head.parameters(), backbone), rates(rate), strict=True)
    return kind([{"params": ps, "lr": lr} for ps, lr in groups if lr is not None])


def _built_before_the_head(model, n, rate):
    optimizer = AdamW(parameter_groups(model, rate))
    replace_head(model, n)
    return optimizer


def _random_start(model, n, rate):
    optimizer = make_optimizer(model, n, rate)
    model.head.reset_parameters()
    return optimizer


def _backbone_frozen(model, n, rate):
    optimizer = make_optimizer(model, n, rate)
    freeze(model, except_="head")
    return optimizer


def _rate_not_passed(model, n, rate):
    head, backbone = make_optimizer(model, n, rate).param_groups
    return AdamW([{"params": head["params"]}, backbone])


exercise.told(
    {"kind": "no optimizer"},
    "that is no optimizer. Hand the two groups to torch.optim.AdamW, and return what you get.",
    "这不是优化器。把两组参数交给 torch.optim.AdamW，返回它给你的东西。",
    groups_returned=lambda *case: make_optimizer(*case).param_groups,
)
exercise.told(
    {"kind": "Adam"},
    "that is Adam. Its weight decay goes through the gradients, and chapter 6 shows what comes of it: torch.optim.AdamW.",
    "这是 Adam。它的权重衰减要经过梯度，后果第 6 章讲过：应该用 torch.optim.AdamW。",
    adam=partial(_with_rates, kind=Adam),
)
exercise.told(
    {"kind": "another optimizer"},
    "that is another optimizer. Asked is torch.optim.AdamW.",
    "这是别的优化器。题目要的是 torch.optim.AdamW。",
    sgd=partial(_with_rates, kind=SGD),
)
exercise.told(
    {"listed": "strangers"},
    "the optimizer holds the old head: it was built before the head was replaced. It will never hear of the new one, "
    "which then stays at zero for ever. Replace the head first.",
    "优化器里装的是旧分类头：它是在换分类头之前建的。新分类头它根本不知道，于是永远停在零上。应该先换分类头。",
    built_before_the_head=_built_before_the_head,
)
exercise.told(
    {"listed": "twice"},
    "parameters are listed twice: model.parameters() has the head in it, too. The backbone is what is left without it.",
    "有参数列了两遍：model.parameters() 里面也有分类头。去掉它，剩下的才是骨干。",
    head_listed_twice=partial(_with_rates, parts=(*BACKBONE, "head.")),
)
exercise.told(
    {"head": "old"},
    "the model still has its old head. Put a new nn.Linear with num_classes outputs into model.head.",
    "模型还带着旧分类头。请给 model.head 换上一个新的 nn.Linear，输出是 num_classes 个。",
    head_not_replaced=lambda model, n, rate: AdamW(parameter_groups(model, rate)),
)
exercise.requires(
    "the new head is not the right one: an nn.Linear with bias, from the old one's in_features to num_classes.",
    "新分类头不对：应该是带偏置的 nn.Linear，从旧分类头的 in_features 到 num_classes。",
)(lambda facts, *case: facts["head"] == "new")
exercise.requires(
    "the new head does not start from zero: set its weight and its bias to zero.",
    "新分类头不是从零开始的：把它的权重和偏置都设为零。",
)(lambda facts, *case: facts["start"] == "zero")
exercise.told(
    {"start": "random weight and bias"},
    "the new head starts from random numbers, and its first gradients stir up the backbone: set weight and bias to zero.",
    "新分类头是从随机数开始的，头几步的梯度会把骨干搅乱：把权重和偏置都设为零。",
    random_start=_random_start,
)
exercise.told(
    {"frozen": "something"},
    "parameters are frozen: the optimizer has them and can't move them. Here everything learns, only the backbone more "
    "slowly.",
    "有参数被冻结了：它们在优化器里，却动不了。这里所有参数都要学，只是骨干学得慢一些。",
    backbone_frozen=_backbone_frozen,
)
exercise.told(
    {"head_rate": "missing"},
    "the optimizer does not have the head: the one part that knows nothing yet would learn nothing.",
    "优化器里没有分类头：偏偏是还什么都不会的那一部分，什么也学不到。",
    head_left_out=partial(_with_rates, rates=lambda rate: (None, rate / 10)),
)
exercise.told(
    {"backbone_rate": "missing"},
    "the optimizer has the head alone: that is a linear probe. The backbone learns as well, at a tenth of the rate.",
    "优化器里只有分类头：那是线性探测。骨干也要学，学习率是十分之一。",
    backbone_left_out=partial(_with_rates, rates=lambda rate: (rate, None)),
)
exercise.told(
    {"backbone_rate": "embeddings missing"},
    "the embeddings are missing: you took the encoder for the whole backbone. Class token, positions and patch embedding "
    "belong to it, too.",
    "漏了嵌入那部分：你把编码器当成了整个骨干。类别词元、位置嵌入和图像块嵌入也是骨干的一部分。",
    embeddings_left_out=partial(_with_rates, parts="encoder."),
)
exercise.variant(
    _with_rates,
    "the two rates are swapped: the head is new and has much to learn, at the whole rate; the backbone only needs a touch, "
    "at a tenth of it.",
    "两个学习率对调了：分类头是新的，要学的多，用完整的学习率；骨干只要稍微动一动，用十分之一。",
    name="rates_swapped",
    rates=lambda rate: (rate / 10, rate),
)
exercise.told(
    {"backbone_rate": "the rate"},
    "the backbone learns as fast as the head: what it has learned in pre-training is soon overwritten. "
    'Give its group a rate of its own: "lr": rate / 10.',
    '骨干和分类头学得一样快：预训练学到的东西很快就被盖掉了。给它那一组单独设学习率："lr": rate / 10。',
    all_at_one_rate=partial(_with_rates, rates=lambda rate: (rate, rate)),
)
exercise.told(
    {"head_rate": "a tenth"},
    "the head learns at a tenth of the rate. It is new and starts from zero: give it the whole rate.",
    "分类头只用了十分之一的学习率。它是新的，从零开始：应该用完整的学习率。",
    all_at_a_tenth=partial(_with_rates, rates=lambda rate: (rate / 10, rate / 10)),
)
exercise.told(
    {"backbone_rate": "ten times"},
    "the backbone learns ten times as fast as the head, not at a tenth: rate / 10, not rate * 10.",
    "骨干学得比分类头快十倍，而不是十分之一：应该是 rate / 10，不是 rate * 10。",
    ten_times=partial(_with_rates, rates=lambda rate: (rate, rate * 10)),
)
exercise.told(
    {"backbone_rate": "0.1 itself"},
    "the backbone's rate is 0.1 itself, whatever the head's is. A tenth of the head's is 0.1 * rate.",
    "骨干的学习率就是 0.1 本身，和分类头的无关。分类头的十分之一是 0.1 * rate。",
    a_tenth_of_one=partial(_with_rates, rates=lambda rate: (rate, 0.1)),
)
exercise.told(
    {"head_rate": "AdamW's own"},
    "the head has AdamW's own rate of 0.001: a group without lr takes the one that stands outside of the groups, "
    "and there is none. Pass lr=rate.",
    "分类头用的是 AdamW 自带的学习率 0.001：一组里没写 lr，就用各组外面的那个，而你外面也没写。请传入 lr=rate。",
    rate_not_passed=_rate_not_passed,
)
exercise.told(
    {"backbone_rate": "a hundredth"},
    "the backbone learns at a hundredth of the head's rate: you took a tenth twice.",
    "骨干的学习率成了分类头的百分之一：你取了两次十分之一。",
    a_tenth_of_a_tenth=partial(_with_rates, rates=lambda rate: (rate, rate / 100)),
)
exercise.requires(
    "the head does not learn at `rate`: look at the param_groups of your optimizer.",
    "分类头的学习率不是 `rate`：看看你的优化器的 param_groups。",
)(lambda facts, *case: facts["head_rate"] == "the rate")
exercise.requires(
    "not all of the backbone learns at a tenth of the rate: look at the param_groups of your optimizer, and at how many "
    "parameters each of them has.",
    "骨干的学习率不全是十分之一：看看你的优化器的 param_groups，再看看每一组里有多少参数。",
)(lambda facts, *case: facts["backbone_rate"] == "a tenth")
