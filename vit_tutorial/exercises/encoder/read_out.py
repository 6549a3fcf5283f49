"""Exercise 05.3, read the answer: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

from torch import nn

from vit_tutorial.exercises.cases import named_parameters, random_tensor, randomised
from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.exercises.outcomes import WithParameters


def read_out(stream, norm, head):
    return head(norm(stream)[:, 0])


def _run(answer, stream):
    d = stream.shape[-1]
    layers = nn.ModuleList([nn.LayerNorm(d), nn.Linear(d, 7)])
    output = answer(stream, *randomised(layers))
    return WithParameters(output, named_parameters(("norm", "head"), layers))


exercise = Exercise(
    "05.3",
    read_out,
    cases=lambda: [
        (random_tensor(*shape, seed=seed).requires_grad_(),)
        for seed, shape in enumerate(((2, 5, 6), (3, 4, 8), (1, 3, 4)))
    ],
    run=_run,
)


def _read(stream, norm, head, *, pick):
    """The read-out of something else: `pick` says what the head gets of the tokens."""
    return head(pick(norm(stream)))


_variant = partial(exercise.variant, _read)


@exercise.mistake(
    "the final norm is missing. The stream has grown with every block: normalise it before the head (Equation (5.3)).",
    "漏了最后的归一化。主干每过一个块都在变大：进分类头之前要先归一化（公式 (5.3)）。",
)
def norm_forgotten(stream, norm, head):
    return head(stream[:, 0])


_variant(
    "you averaged over all tokens: global average pooling. That is a variant without a class token; "
    "here the class token is read: [:, 0].",
    "你对所有词元取了平均，也就是全局平均池化。那是没有类别词元的变体；这里要读的是类别词元：[:, 0]。",
    name="mean_of_all",
    pick=lambda tokens: tokens.mean(dim=1),
)
_variant(
    "you averaged over the patches and left the class token out. Read the class token alone: [:, 0].",
    "你对图像块取了平均，把类别词元丢在了一边。应该只读类别词元：[:, 0]。",
    name="mean_of_patches",
    pick=lambda tokens: tokens[:, 1:].mean(dim=1),
)
_variant(
    "you read the last token. The class token stands in front: index 0.",
    "你读的是最后一个词元。类别词元排在最前面：下标是 0。",
    name="last_token",
    pick=lambda tokens: tokens[:, -1],
)
_variant(
    "you read the first patch. The class token stands before it: index 0.",
    "你读的是第一个图像块。类别词元还在它前面：下标是 0。",
    name="first_patch",
    pick=lambda tokens: tokens[:, 1],
)
_variant(
    "you took all tokens of the first image. The first axis is the batch: keep it whole, [:, 0].",
    "你取的是第一张图像的全部词元。第一个轴是批次，要整个留下：[:, 0]。",
    name="first_image",
    pick=lambda tokens: tokens[0],
)


@exercise.mistake(
    "probabilities returned, not logits. The loss applies its own softmax: return what the head gives.",
    "返回的是概率，不是 logits。损失函数自己会做 softmax：直接返回分类头的输出。",
)
def probabilities(stream, norm, head):
    return read_out(stream, norm, head).softmax(dim=-1)


_variant(
    "you added up all tokens. The class token alone is read: [:, 0].",
    "你把所有词元加在了一起。应该只读类别词元：[:, 0]。",
    name="sum_of_all",
    pick=lambda tokens: tokens.sum(dim=1),
)
_variant(
    "you took the largest value over all tokens. The class token alone is read: [:, 0].",
    "你在所有词元上取了最大值。应该只读类别词元：[:, 0]。",
    name="largest_of_all",
    pick=lambda tokens: tokens.amax(dim=1),
)
exercise.variant(
    lambda stream, norm, head: head(norm(stream.mean(dim=1))),
    "you averaged over all tokens. The class token alone is read: [:, 0].",
    "你对所有词元取了平均。应该只读类别词元：[:, 0]。",
    name="norm_of_the_mean",
)
exercise.variant(
    lambda stream, norm, head: read_out(stream, norm, head).log_softmax(dim=-1),
    "those are logarithms of probabilities. Return what the head gives: logits.",
    "这是概率的对数。应该直接返回分类头的输出，也就是 logits。",
    name="logarithms",
)
_variant(
    "the head answered for every token. Only the class token is read: [:, 0].",
    "分类头给每个词元都算了一遍。应该只读类别词元：[:, 0]。",
    name="all_tokens",
    pick=lambda tokens: tokens,
)
exercise.variant(
    lambda stream, norm, head: norm(stream)[:, 0],
    "the head is missing: that is the class token after the norm.",
    "漏了分类头：这是归一化之后的类别词元。",
    name="head_forgotten",
)
exercise.variant(
    lambda stream, norm, head: read_out(stream, norm, head).argmax(dim=-1),
    "those are the classes. Return the logits, one number for each class.",
    "这是类别。应该返回 logits，每个类别一个数。",
    name="classes",
)
