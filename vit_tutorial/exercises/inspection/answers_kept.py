"""Exercise 08.4, a point of the deletion curve: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

import torch

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def answers_kept(model, patches, scores, k, fill):
    first = scores.argsort(dim=1, descending=True)[:, :k]  # (B, k)
    hidden = torch.zeros_like(scores, dtype=torch.bool).scatter(1, first, True)
    changed = torch.where(hidden[..., None], fill, patches)  # (B, N, M)
    return model(changed).argmax(dim=-1) == model(patches).argmax(dim=-1)  # (B,)


def _model(patches):
    """A fixed small network, (B, N, M) -> (B, 5): any patch may turn the answer."""
    _, n, m = patches.shape
    hidden = (patches.flatten(1) @ random_tensor(n * m, 8, seed=5)).tanh()
    return hidden @ random_tensor(8, 5, seed=6)


def _case(b, n, m, k, fill, seed):
    patches = random_tensor(b, n, m, seed=seed)
    return _model, patches, random_tensor(b, n, seed=seed + 1), k, fill


exercise = Exercise(
    "08.4",
    answers_kept,
    cases=lambda: [
        _case(40, 6, 4, 2, -1.0, 0),
        _case(30, 9, 2, 3, 0.5, 2),
        _case(1, 6, 3, 4, -1.0, 4),
    ],
)


def _ranks(scores, largest=True):
    return scores.argsort(dim=1, descending=largest).argsort(dim=1)


def _kept(
    model, patches, scores, k, fill, *, hide=lambda s, k: _ranks(s) < k, cover=None
):
    """Other patches hidden, or something else put in their place."""
    hidden = hide(scores, k)[..., None]
    changed = torch.where(hidden, fill if cover is None else cover(patches), patches)
    return model(changed).argmax(dim=-1) == model(patches).argmax(dim=-1)


_variant = partial(exercise.variant, _kept)

_variant(
    "you hid the patches with the lowest scores. Sort in descending order.",
    "你遮的是分数最低的图像块。排序要用降序。",
    name="lowest_first",
    hide=lambda s, k: _ranks(s, largest=False) < k,
)
_variant(
    "you compared argsort itself with k. argsort says which patch stands at a rank; which rank a patch has is the "
    "argsort of that. Or scatter True to the first k.",
    "你拿 argsort 的结果直接和 k 比。argsort 给出的是第几名是哪个图像块；每个图像块是第几名，要再 argsort 一次。"
    "也可以把前 k 个 scatter 成 True。",
    name="argsort_taken_for_ranks",
    hide=lambda s, k: s.argsort(dim=1, descending=True) < k,
)
_variant(
    "you showed the k best patches and hid all others. That is the insertion curve; here the k best are hidden.",
    "你只留下了最好的 k 块，其余全遮了。那是插入曲线；这里要遮的是最好的 k 块。",
    name="insertion",
    hide=lambda s, k: _ranks(s) >= k,
)
_variant(
    "one patch too many is hidden: k + 1.",
    "多遮了一块：遮了 k + 1 块。",
    name="one_too_many",
    hide=lambda s, k: _ranks(s) < k + 1,
)
_variant(
    "one patch too few is hidden: k - 1.",
    "少遮了一块：只遮了 k - 1 块。",
    name="one_too_few",
    hide=lambda s, k: _ranks(s) < k - 1,
)
_variant(
    "you hid only the patch at rank k. All k patches with the highest scores are hidden together.",
    "你只遮了第 k 名那一块。分数最高的 k 块要一起遮住。",
    name="only_the_kth",
    hide=lambda s, k: _ranks(s) == k - 1,
)
_variant(
    "the same patches are hidden in all images: those of the mean scores. Each image has scores of its own: sort along "
    "axis 1.",
    "所有图像遮的都是同样的图像块，也就是平均分数最高的那些。每张图有自己的分数：沿轴 1 排序。",
    name="same_patches_everywhere",
    hide=lambda s, k: (_ranks(s.mean(dim=0, keepdim=True)) < k).expand_as(s),
)
_variant(
    "you put 0 in the place of the hidden patches, whatever `fill` says.",
    "不管 fill 是什么，你都把遮住的图像块填成了 0。",
    name="filled_with_zero",
    cover=torch.zeros_like,
)
_variant(
    "you put the image's mean in the place of the hidden patches, not `fill`.",
    "你用图像的平均值填了遮住的图像块，而不是 fill。",
    name="filled_with_the_mean",
    cover=lambda p: p.mean(dim=(1, 2), keepdim=True),
)


@exercise.mistake(
    "True and False are exchanged: you say which answers change. The task asks which stay.",
    "True 和 False 反了：你给出的是哪些答案变了。题目问的是哪些没变。",
)
def answers_changed(model, patches, scores, k, fill):
    return ~answers_kept(model, patches, scores, k, fill)


@exercise.mistake(
    "this is the share over all images. Return one True or False for each: shape (B,).",
    "这是所有图像的比例。每张图要有一个 True 或 False：形状 (B,)。",
)
def share_of_all(model, patches, scores, k, fill):
    return answers_kept(model, patches, scores, k, fill).double().mean()
