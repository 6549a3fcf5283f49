"""The mistakes of exercise 07.2 about the head, and what `check` says to each."""

from __future__ import annotations

from torch import nn

from vit_tutorial.exercises.transfer import linear_probe, probing
from vit_tutorial.exercises.transfer_facts import told
from vit_tutorial.model import VisionTransformer


@told(
    probing,
    "returned",
    "something else",
    "return the model: with its backbone it turns images into logits. A head alone takes no images.",
    "应该返回整个模型：有骨干，才能从图像得到 logits。单独一个分类头，图像喂不进去。",
)
def head_returned(model, num_classes):
    return linear_probe(model, num_classes).head


@told(
    probing,
    "backbone",
    "other weights",
    "the backbone's weights are not those that came in. A new VisionTransformer has learned nothing: change the model "
    "that you are given, and of that only the head.",
    "骨干的权重不是进来时的那些了。新建的 VisionTransformer 什么都没学过：应该改传进来的这个模型，而且只改它的分类头。",
)
def new_backbone(model, num_classes):
    return linear_probe(VisionTransformer(model.config), num_classes)


@told(
    probing,
    "head",
    "old",
    "the model still has its old head, with the old classes. Put a new nn.Linear into model.head.",
    "模型还带着旧分类头，类别也是旧的。请给 model.head 换上一个新的 nn.Linear。",
)
def old_head_kept(model, num_classes):
    model.requires_grad_(False)
    model.head.requires_grad_(True)
    return model


@told(
    probing,
    "head",
    "turned",
    "the head is turned round: nn.Linear takes the width that comes in first, then the number of outputs.",
    "分类头装反了：nn.Linear 的参数先写输入的宽度，再写输出的个数。",
)
def turned_round(model, num_classes):
    width = model.head.in_features
    linear_probe(model, num_classes).head = nn.Linear(num_classes, width)
    return model


@told(
    probing,
    "head",
    "of another size",
    "the head has another size. Its inputs are the D numbers of a token, model.head.in_features; out_features is how "
    "many classes the old head had. Its outputs are num_classes.",
    "分类头的尺寸不对。输入是一个词元的 D 个数，即 model.head.in_features；out_features 是旧分类头的类别数。"
    "输出应该是 num_classes 个。",
)
def width_from_the_outputs(model, num_classes):
    classes = model.head.out_features
    linear_probe(model, num_classes).head = nn.Linear(classes, num_classes)
    return model


@told(
    probing,
    "head",
    "without bias",
    "the head has no bias. Leave bias=False out, and set the bias to zero.",
    "分类头没有偏置。不要写 bias=False，把偏置设为零就行。",
)
def no_bias(model, num_classes):
    width = model.head.in_features
    linear_probe(model, num_classes).head = nn.Linear(width, num_classes, bias=False)
    nn.init.zeros_(model.head.weight)
    return model


@told(
    probing,
    "head",
    "no linear layer",
    "model.head is no nn.Linear. A linear probe has one linear layer and nothing more; the softmax is the loss's affair.",
    "model.head 不是 nn.Linear。线性探测只有一个线性层，别的什么都没有；softmax 是损失函数的事。",
)
def softmax_in_the_head(model, num_classes):
    linear_probe(model, num_classes)
    model.head = nn.Sequential(model.head, nn.Softmax(dim=-1))
    return model


@told(
    probing,
    "start",
    "random weight and bias",
    "the new head starts from random numbers: that is how nn.Linear is made. Set weight and bias to zero.",
    "新分类头是从随机数开始的：nn.Linear 造出来就是这样。把权重和偏置都设为零。",
)
def random_start(model, num_classes):
    width = model.head.in_features
    linear_probe(model, num_classes).head = nn.Linear(width, num_classes)
    return model


@told(
    probing,
    "start",
    "random bias",
    "only the head's weight is zero. With a random bias, some classes are likelier than others before anything has been "
    "learned: set it to zero, too.",
    "只有分类头的权重是零。偏置还是随机数，什么都没学，有的类别就已经比别的可能性大了：偏置也要设为零。",
)
def random_bias(model, num_classes):
    nn.init.normal_(linear_probe(model, num_classes).head.bias)
    return model


@told(
    probing,
    "start",
    "random weight",
    "only the head's bias is zero. Set its weight to zero, too.",
    "只有分类头的偏置是零。权重也要设为零。",
)
def random_weight(model, num_classes):
    nn.init.normal_(linear_probe(model, num_classes).head.weight)
    return model
