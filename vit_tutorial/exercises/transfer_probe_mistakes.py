"""The mistakes of exercise 07.2 about freezing, and what `check` says to each."""

from __future__ import annotations

import torch
from torch import nn

from vit_tutorial.exercises.transfer import linear_probe, probing
from vit_tutorial.exercises.transfer_facts import told


def _new_head(model, num_classes):
    """Half of the answer: a right head, on a model of which everything learns."""
    return linear_probe(model, num_classes).requires_grad_(True)


def _learn_where(learns, model, num_classes):
    """A right head, and then the choice of what learns, by name."""
    for name, parameter in _new_head(model, num_classes).named_parameters():
        parameter.requires_grad = learns(name)
    return model


@told(
    probing,
    "head_learns",
    "no",
    "the new head is frozen, and nothing learns at all. Did you freeze the model after you had replaced the head? The "
    "other way round the new head learns, as every new layer does.",
    "新分类头也被冻结了，整个模型什么都不学。你是不是先换分类头，再冻结模型的？反过来做，新分类头就在学，新建的层本来都在学。",
)
def head_frozen_by_order(model, num_classes):
    return linear_probe(model, num_classes).requires_grad_(False)


@told(
    probing,
    "head_learns",
    "in part",
    "only a part of the head learns. It has a weight and a bias, and both are new.",
    "分类头只有一部分在学。它有权重和偏置，两个都是新的。",
)
def only_the_weight_learns(model, num_classes):
    return _learn_where(lambda name: name == "head.weight", model, num_classes)


@told(
    probing,
    "backbone_learns",
    "everything",
    "nothing is frozen. detach() makes a copy and torch.no_grad() holds for its block only: neither changes a "
    "parameter for good. requires_grad of each has to become False: model.requires_grad_(False) does it for all.",
    "什么都没有冻结。detach() 得到的是另一个张量，torch.no_grad() 只管它那一段代码，参数本身都没有变。"
    "每个参数的 requires_grad 都要变成 False：model.requires_grad_(False) 一次就全改了。",
)
def frozen_nothing(model, num_classes):
    with torch.no_grad():
        return _new_head(model, num_classes)


@told(
    probing,
    "backbone_learns",
    "everything, in eval mode",
    "eval() freezes nothing: it switches dropout off, and an optimizer goes on changing every weight. "
    "Freezing is requires_grad_(False).",
    "eval() 什么也不冻结：它只是关掉 dropout，优化器照样会改每一个权重。冻结要用 requires_grad_(False)。",
)
def eval_for_freezing(model, num_classes):
    return _new_head(model, num_classes).eval()


@told(
    probing,
    "backbone_learns",
    "everything, with an attribute",
    "model.requires_grad = False gives the model an attribute that nobody reads: only parameters have a requires_grad. "
    "Call model.requires_grad_(False), with the underscore.",
    "model.requires_grad = False 只是给模型添了一个没人看的属性：有 requires_grad 的是参数，不是模型。"
    "应该调用 model.requires_grad_(False)，带下划线。",
)
def attribute_set(model, num_classes):
    model.requires_grad = False
    return _new_head(model, num_classes)


@told(
    probing,
    "backbone_learns",
    "single parameters",
    "the class token or the positions still learn. They stand in no layer of their own: walk over model.parameters(), "
    "not over the layers.",
    "类别词元或位置嵌入还在学。它们不在任何一层里面：应该遍历 model.parameters()，不是遍历各个层。",
)
def only_layers_frozen(model, num_classes):
    for layer in _new_head(model, num_classes).modules():
        if isinstance(layer, nn.Linear | nn.LayerNorm | nn.Conv2d):
            layer.requires_grad_(layer is model.head)
    return model


@told(
    probing,
    "backbone_learns",
    "embeddings",
    "only the encoder is frozen. The embeddings are pre-trained, too: class token, positions and the patch embedding "
    "still learn.",
    "只冻结了编码器。嵌入那部分也是预训练出来的：类别词元、位置嵌入和图像块嵌入还在学。",
)
def only_the_encoder_frozen(model, num_classes):
    return _learn_where(lambda name: "encoder." not in name, model, num_classes)


@told(
    probing,
    "backbone_learns",
    "encoder",
    "only the embeddings are frozen. The encoder's blocks still learn.",
    "只冻结了嵌入那部分。编码器的各个块还在学。",
)
def only_the_embeddings_frozen(model, num_classes):
    return _learn_where(lambda name: "embeddings." not in name, model, num_classes)


@told(
    probing,
    "backbone_learns",
    "some",
    "some of the backbone still learns, such as the LayerNorm after the last block. See what: "
    "[n for n, p in model.named_parameters() if p.requires_grad].",
    "骨干里还有一些参数在学，比如最后一个块后面的 LayerNorm。看看是哪些："
    "[n for n, p in model.named_parameters() if p.requires_grad]。",
)
def only_the_blocks_frozen(model, num_classes):
    return _learn_where(lambda name: "blocks." not in name, model, num_classes)
