"""The mistakes of exercise 07.4 about the two learning rates, and what `check` says to each."""

from __future__ import annotations

from torch.optim import AdamW

from vit_tutorial.exercises.transfer import choosing, make_optimizer
from vit_tutorial.exercises.transfer_facts import told
from vit_tutorial.exercises.transfer_optimizer_mistakes import with_rates


@choosing.mistake(
    "the two rates are swapped: the head is new and has much to learn, at the whole rate; the backbone only needs a touch, "
    "at a tenth of it.",
    "两个学习率对调了：分类头是新的，要学的多，用完整的学习率；骨干只要稍微动一动，用十分之一。",
)
def rates_swapped(model, num_classes, rate):
    return with_rates(model, num_classes, rate / 10, rate)


@told(
    choosing,
    "backbone_rate",
    "the rate",
    "the backbone learns as fast as the head: what it has learned in pre-training is soon overwritten. "
    'Give its group a rate of its own: "lr": rate / 10.',
    '骨干和分类头学得一样快：预训练学到的东西很快就被盖掉了。给它那一组单独设学习率："lr": rate / 10。',
)
def all_at_one_rate(model, num_classes, rate):
    return with_rates(model, num_classes, rate, rate)


@told(
    choosing,
    "head_rate",
    "a tenth",
    "the head learns at a tenth of the rate. It is new and starts from zero: give it the whole rate.",
    "分类头只用了十分之一的学习率。它是新的，从零开始：应该用完整的学习率。",
)
def all_at_a_tenth(model, num_classes, rate):
    return with_rates(model, num_classes, rate / 10, rate / 10)


@told(
    choosing,
    "backbone_rate",
    "ten times",
    "the backbone learns ten times as fast as the head, not at a tenth: rate / 10, not rate * 10.",
    "骨干学得比分类头快十倍，而不是十分之一：应该是 rate / 10，不是 rate * 10。",
)
def ten_times(model, num_classes, rate):
    return with_rates(model, num_classes, rate, rate * 10)


@told(
    choosing,
    "backbone_rate",
    "0.1 itself",
    "the backbone's rate is 0.1 itself, whatever the head's is. A tenth of the head's is 0.1 * rate.",
    "骨干的学习率就是 0.1 本身，和分类头的无关。分类头的十分之一是 0.1 * rate。",
)
def a_tenth_of_one(model, num_classes, rate):
    return with_rates(model, num_classes, rate, 0.1)


@told(
    choosing,
    "head_rate",
    "AdamW's own",
    "the head has AdamW's own rate of 0.001: a group without lr takes the one that stands outside of the groups, "
    "and there is none. Pass lr=rate.",
    "分类头用的是 AdamW 自带的学习率 0.001：一组里没写 lr，就用各组外面的那个，而你外面也没写。请传入 lr=rate。",
)
def rate_not_passed(model, num_classes, rate):
    optimizer = make_optimizer(model, num_classes, rate)
    head, backbone = (group["params"] for group in optimizer.param_groups)
    return AdamW([{"params": head}, {"params": backbone, "lr": rate / 10}])


@told(
    choosing,
    "backbone_rate",
    "a hundredth",
    "the backbone learns at a hundredth of the head's rate: you took a tenth twice.",
    "骨干的学习率成了分类头的百分之一：你取了两次十分之一。",
)
def a_tenth_of_a_tenth(model, num_classes, rate):
    return with_rates(model, num_classes, rate, rate / 100)


choosing.requires(
    "the head does not learn at `rate`: look at the param_groups of your optimizer.",
    "分类头的学习率不是 `rate`：看看你的优化器的 param_groups。",
)(lambda facts, *case: facts["head_rate"] == "the rate")

choosing.requires(
    "not all of the backbone learns at a tenth of the rate: look at the param_groups of your optimizer, and at how many "
    "parameters each of them has.",
    "骨干的学习率不全是十分之一：看看你的优化器的 param_groups，再看看每一组里有多少参数。",
)(lambda facts, *case: facts["backbone_rate"] == "a tenth")
