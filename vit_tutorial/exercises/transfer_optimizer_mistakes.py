"""The mistakes of exercise 07.4, two learning rates, and what `check` says to each."""

from __future__ import annotations

from torch.optim import SGD, Adam, AdamW

from vit_tutorial.exercises.transfer import choosing, linear_probe, make_optimizer
from vit_tutorial.exercises.transfer_facts import told

WHOLE = ("embeddings.", "encoder.")


def with_rates(model, num_classes, head, rest, *, parts=WHOLE, kind=AdamW):
    """An optimizer with these two rates; None leaves a group out."""
    make_optimizer(model, num_classes, 1.0)
    backbone = [p for n, p in model.named_parameters() if n.startswith(parts)]
    groups = [(list(model.head.parameters()), head), (backbone, rest)]
    return kind([{"params": ps, "lr": lr} for ps, lr in groups if lr is not None])


@told(
    choosing,
    "kind",
    "no optimizer",
    "that is no optimizer. Hand the two groups to torch.optim.AdamW, and return what you get.",
    "这不是优化器。把两组参数交给 torch.optim.AdamW，返回它给你的东西。",
)
def groups_returned(model, num_classes, rate):
    return with_rates(model, num_classes, rate, rate / 10).param_groups


@told(
    choosing,
    "kind",
    "Adam",
    "that is Adam. Its weight decay goes through the gradients, and chapter 6 shows what comes of it: torch.optim.AdamW.",
    "这是 Adam。它的权重衰减要经过梯度，后果第 6 章讲过：应该用 torch.optim.AdamW。",
)
def adam(model, num_classes, rate):
    return with_rates(model, num_classes, rate, rate / 10, kind=Adam)


@told(
    choosing,
    "kind",
    "another optimizer",
    "that is another optimizer. Asked is torch.optim.AdamW.",
    "这是别的优化器。题目要的是 torch.optim.AdamW。",
)
def sgd(model, num_classes, rate):
    return with_rates(model, num_classes, rate, rate / 10, kind=SGD)


@told(
    choosing,
    "listed",
    "strangers",
    "the optimizer holds the old head: it was built before the head was replaced. It will never hear of the new one, "
    "which then stays at zero for ever. Replace the head first.",
    "优化器里装的是旧分类头：它是在换分类头之前建的。新分类头它根本不知道，于是永远停在零上。应该先换分类头。",
)
def built_before_the_head(model, num_classes, rate):
    head = list(model.head.parameters())
    optimizer = with_rates(model, num_classes, None, rate / 10)
    optimizer.add_param_group({"params": head, "lr": rate})
    return optimizer


@told(
    choosing,
    "listed",
    "twice",
    "parameters are listed twice: model.parameters() has the head in it, too. The backbone is what is left without it.",
    "有参数列了两遍：model.parameters() 里面也有分类头。去掉它，剩下的才是骨干。",
)
def head_listed_twice(model, num_classes, rate):
    optimizer = with_rates(model, num_classes, rate, rate / 10)
    optimizer.add_param_group({"params": model.parameters(), "lr": rate / 10})
    return optimizer


@told(
    choosing,
    "head",
    "old",
    "the model still has its old head. Put a new nn.Linear with num_classes outputs into model.head.",
    "模型还带着旧分类头。请给 model.head 换上一个新的 nn.Linear，输出是 num_classes 个。",
)
def head_not_replaced(model, num_classes, rate):
    head = model.head
    make_optimizer(model, num_classes, rate)
    model.head = head
    groups = [p for n, p in model.named_parameters() if not n.startswith("head.")]
    return AdamW(
        [{"params": groups, "lr": rate / 10}, {"params": head.parameters()}], rate
    )


choosing.requires(
    "the new head is not the right one: an nn.Linear with bias, from the old one's in_features to num_classes.",
    "新分类头不对：应该是带偏置的 nn.Linear，从旧分类头的 in_features 到 num_classes。",
)(lambda facts, *case: facts["head"] == "new")

choosing.requires(
    "the new head does not start from zero: set its weight and its bias to zero.",
    "新分类头不是从零开始的：把它的权重和偏置都设为零。",
)(lambda facts, *case: facts["start"] == "zero")


@told(
    choosing,
    "start",
    "random weight and bias",
    "the new head starts from random numbers, and its first gradients stir up the backbone: set weight and bias to zero.",
    "新分类头是从随机数开始的，头几步的梯度会把骨干搅乱：把权重和偏置都设为零。",
)
def random_start(model, num_classes, rate):
    optimizer = with_rates(model, num_classes, rate, rate / 10)
    model.head.reset_parameters()
    return optimizer


@told(
    choosing,
    "frozen",
    "something",
    "parameters are frozen: the optimizer has them and can't move them. Here everything learns, only the backbone more "
    "slowly.",
    "有参数被冻结了：它们在优化器里，却动不了。这里所有参数都要学，只是骨干学得慢一些。",
)
def backbone_frozen(model, num_classes, rate):
    linear_probe(model, num_classes)
    head, rest = list(model.head.parameters()), list(model.parameters())[:-2]
    return AdamW([{"params": head}, {"params": rest, "lr": rate / 10}], lr=rate)


@told(
    choosing,
    "head_rate",
    "missing",
    "the optimizer does not have the head: the one part that knows nothing yet would learn nothing.",
    "优化器里没有分类头：偏偏是还什么都不会的那一部分，什么也学不到。",
)
def head_left_out(model, num_classes, rate):
    return with_rates(model, num_classes, None, rate / 10)


@told(
    choosing,
    "backbone_rate",
    "missing",
    "the optimizer has the head alone: that is a linear probe. The backbone learns as well, at a tenth of the rate.",
    "优化器里只有分类头：那是线性探测。骨干也要学，学习率是十分之一。",
)
def backbone_left_out(model, num_classes, rate):
    return with_rates(model, num_classes, rate, None)


@told(
    choosing,
    "backbone_rate",
    "embeddings missing",
    "the embeddings are missing: you took the encoder for the whole backbone. Class token, positions and patch embedding "
    "belong to it, too.",
    "漏了嵌入那部分：你把编码器当成了整个骨干。类别词元、位置嵌入和图像块嵌入也是骨干的一部分。",
)
def embeddings_left_out(model, num_classes, rate):
    return with_rates(model, num_classes, rate, rate / 10, parts=("encoder.",))
