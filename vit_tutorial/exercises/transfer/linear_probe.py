"""Exercise 07.2, a linear probe: solution, cases, properties, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

from torch import nn

from vit_tutorial.exercises.transfer.facts import FactsExercise
from vit_tutorial.exercises.transfer.probe_facts import run_probe
from vit_tutorial.model import VisionTransformer
from vit_tutorial.transfer import freeze, replace_head


def linear_probe(model, num_classes):
    model.requires_grad_(False)
    model.head = nn.Linear(model.head.in_features, num_classes)
    nn.init.zeros_(model.head.weight)
    nn.init.zeros_(model.head.bias)
    return model


exercise = FactsExercise(
    "07.2", linear_probe, cases=lambda: [(3, "cls"), (5, "mean")], run=run_probe
)


def _with_head(model, n, new):
    """A linear probe for n classes with another head, which `new` makes of the old one and n."""
    old = model.head
    linear_probe(model, n).head = new(old, n)
    return model


def _no_bias(model, n):
    linear_probe(model, n).head.bias = None
    return model


def _softmax_in_the_head(model, n):
    model.head = nn.Sequential(linear_probe(model, n).head, nn.Softmax(dim=-1))
    return model


def _with_random(model, n, part):
    """A linear probe whose head has a random weight or bias."""
    nn.init.normal_(linear_probe(model, n).head.get_parameter(part))
    return model


def _learning(model, n, parts):
    """A right head on a model of which these parts learn."""
    return freeze(replace_head(model, n), except_=parts)


def _attribute_set(model, n):
    model.requires_grad = False
    return replace_head(model, n)


def _only_layers_frozen(model, n):
    for layer in replace_head(model, n).modules():
        if isinstance(layer, nn.Linear | nn.LayerNorm | nn.Conv2d):
            layer.requires_grad_(layer is model.head)
    return model


exercise.told(
    {"returned": "something else"},
    "return the model: with its backbone it turns images into logits. A head alone takes no images.",
    "应该返回整个模型：有骨干，才能从图像得到 logits。单独一个分类头，图像喂不进去。",
    head_returned=lambda model, n: linear_probe(model, n).head,
)
exercise.told(
    {"backbone": "other weights"},
    "the backbone's weights are not those that came in. A new VisionTransformer has learned nothing: change the model "
    "that you are given, and of that only the head.",
    "骨干的权重不是进来时的那些了。新建的 VisionTransformer 什么都没学过：应该改传进来的这个模型，而且只改它的分类头。",
    new_backbone=lambda model, n: linear_probe(VisionTransformer(model.config), n),
)
exercise.told(
    {"head": "old"},
    "the model still has its old head, with the old classes. Put a new nn.Linear into model.head.",
    "模型还带着旧分类头，类别也是旧的。请给 model.head 换上一个新的 nn.Linear。",
    old_head_kept=lambda model, n: freeze(model, "head"),
)
exercise.told(
    {"head": "turned"},
    "the head is turned round: nn.Linear takes the width that comes in first, then the number of outputs.",
    "分类头装反了：nn.Linear 的参数先写输入的宽度，再写输出的个数。",
    turned_round=partial(_with_head, new=lambda old, n: nn.Linear(n, old.in_features)),
)
exercise.told(
    {"head": "of another size"},
    "the head has another size. Its inputs are the D numbers of a token, model.head.in_features; out_features is how "
    "many classes the old head had. Its outputs are num_classes.",
    "分类头的尺寸不对。输入是一个词元的 D 个数，即 model.head.in_features；out_features 是旧分类头的类别数。"
    "输出应该是 num_classes 个。",
    width_from_the_outputs=partial(
        _with_head, new=lambda old, n: nn.Linear(old.out_features, n)
    ),
)
exercise.told(
    {"head": "without bias"},
    "the head has no bias. Leave bias=False out, and set the bias to zero.",
    "分类头没有偏置。不要写 bias=False，把偏置设为零就行。",
    no_bias=_no_bias,
)
exercise.told(
    {"head": "no linear layer"},
    "model.head is no nn.Linear. A linear probe has one linear layer and nothing more; the softmax is the loss's affair.",
    "model.head 不是 nn.Linear。线性探测只有一个线性层，别的什么都没有；softmax 是损失函数的事。",
    softmax_in_the_head=_softmax_in_the_head,
)
exercise.told(
    {"start": "random weight and bias"},
    "the new head starts from random numbers: that is how nn.Linear is made. Set weight and bias to zero.",
    "新分类头是从随机数开始的：nn.Linear 造出来就是这样。把权重和偏置都设为零。",
    random_start=partial(_with_head, new=lambda old, n: nn.Linear(old.in_features, n)),
)
exercise.told(
    {"start": "random bias"},
    "only the head's weight is zero. With a random bias, some classes are likelier than others before anything has been "
    "learned: set it to zero, too.",
    "只有分类头的权重是零。偏置还是随机数，什么都没学，有的类别就已经比别的可能性大了：偏置也要设为零。",
    random_bias=partial(_with_random, part="bias"),
)
exercise.told(
    {"start": "random weight"},
    "only the head's bias is zero. Set its weight to zero, too.",
    "只有分类头的偏置是零。权重也要设为零。",
    random_weight=partial(_with_random, part="weight"),
)
exercise.told(
    {"head_learns": "no"},
    "the new head is frozen, and nothing learns at all. Did you freeze the model after you had replaced the head? The "
    "other way round the new head learns, as every new layer does.",
    "新分类头也被冻结了，整个模型什么都不学。你是不是先换分类头，再冻结模型的？反过来做，新分类头就在学，新建的层本来都在学。",
    head_frozen_by_order=lambda model, n: linear_probe(model, n).requires_grad_(False),
)
exercise.told(
    {"head_learns": "in part"},
    "only a part of the head learns. It has a weight and a bias, and both are new.",
    "分类头只有一部分在学。它有权重和偏置，两个都是新的。",
    only_the_weight_learns=partial(_learning, parts="head.weight"),
)
exercise.told(
    {"backbone_learns": "everything"},
    "nothing is frozen. detach() makes a copy and torch.no_grad() holds for its block only: neither changes a "
    "parameter for good. requires_grad of each has to become False: model.requires_grad_(False) does it for all.",
    "什么都没有冻结。detach() 得到的是另一个张量，torch.no_grad() 只管它那一段代码，参数本身都没有变。"
    "每个参数的 requires_grad 都要变成 False：model.requires_grad_(False) 一次就全改了。",
    frozen_nothing=replace_head,
)
exercise.told(
    {"backbone_learns": "everything, in eval mode"},
    "eval() freezes nothing: it switches dropout off, and an optimizer goes on changing every weight. "
    "Freezing is requires_grad_(False).",
    "eval() 什么也不冻结：它只是关掉 dropout，优化器照样会改每一个权重。冻结要用 requires_grad_(False)。",
    eval_for_freezing=lambda model, n: replace_head(model, n).eval(),
)
exercise.told(
    {"backbone_learns": "everything, with an attribute"},
    "model.requires_grad = False gives the model an attribute that nobody reads: only parameters have a requires_grad. "
    "Call model.requires_grad_(False), with the underscore.",
    "model.requires_grad = False 只是给模型添了一个没人看的属性：有 requires_grad 的是参数，不是模型。"
    "应该调用 model.requires_grad_(False)，带下划线。",
    attribute_set=_attribute_set,
)
exercise.told(
    {"backbone_learns": "single parameters"},
    "the class token or the positions still learn. They stand in no layer of their own: walk over model.parameters(), "
    "not over the layers.",
    "类别词元或位置嵌入还在学。它们不在任何一层里面：应该遍历 model.parameters()，不是遍历各个层。",
    only_layers_frozen=_only_layers_frozen,
)
exercise.told(
    {"backbone_learns": "embeddings"},
    "only the encoder is frozen. The embeddings are pre-trained, too: class token, positions and the patch embedding "
    "still learn.",
    "只冻结了编码器。嵌入那部分也是预训练出来的：类别词元、位置嵌入和图像块嵌入还在学。",
    only_the_encoder_frozen=partial(_learning, parts=("head", "embeddings")),
)
exercise.told(
    {"backbone_learns": "encoder"},
    "only the embeddings are frozen. The encoder's blocks still learn.",
    "只冻结了嵌入那部分。编码器的各个块还在学。",
    only_the_embeddings_frozen=partial(_learning, parts=("head", "encoder")),
)
exercise.told(
    {"backbone_learns": "some"},
    "some of the backbone still learns, such as the LayerNorm after the last block. See what: "
    "[n for n, p in model.named_parameters() if p.requires_grad].",
    "骨干里还有一些参数在学，比如最后一个块后面的 LayerNorm。看看是哪些："
    "[n for n, p in model.named_parameters() if p.requires_grad]。",
    only_the_blocks_frozen=partial(
        _learning, parts=("head", "embeddings", "encoder.norm")
    ),
)
