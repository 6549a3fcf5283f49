"""Exercise 09.4, a process's share of an epoch: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

import torch

from vit_tutorial.exercises.engine import Exercise


def epoch_indices(n, processes, rank, epoch, seed):
    generator = torch.Generator().manual_seed(seed + epoch)
    order = torch.randperm(n, generator=generator).tolist()
    order += order[: -n % processes]  # so that all shares are equally long
    return order[rank::processes]


exercise = Exercise(
    "09.4",
    epoch_indices,
    cases=lambda: [
        (12, 3, 1, 0, 0),
        (12, 3, 1, 4, 0),
        (10, 4, 3, 2, 7),
        (11, 2, 0, 1, 3),
        (9, 4, 2, 5, 1),
    ],
)


def _indices(
    n,
    processes,
    rank,
    epoch,
    seed,
    *,
    number=lambda seed, epoch, rank: seed + epoch,
    shuffle=True,
    pad=lambda order, missing: order[:missing],
    slices=False,
):
    generator = torch.Generator().manual_seed(number(seed, epoch, rank))
    order = torch.randperm(n, generator=generator).tolist()
    order = order if shuffle else list(range(n))
    order = order + pad(order, -n % processes)
    size = len(order) // processes
    return order[rank * size :][:size] if slices else order[rank::processes]


_variant = partial(exercise.variant, _indices)

_variant(
    "the order is the same in every epoch. This is what a DistributedSampler does without set_epoch: add the epoch to "
    "the seed.",
    "每一轮的顺序都一样。DistributedSampler 忘了 set_epoch 就是这样：要把轮数加到种子上。",
    name="same_order_in_every_epoch",
    number=lambda seed, epoch, rank: seed,
)
_variant(
    "each process shuffles in its own way, because the rank is in the seed: the shares then overlap, and some images come "
    "to nobody. The order has to be the same in all; the rank chooses from it.",
    "你把 rank 也放进了种子，各个进程的顺序就不同：各份会重叠，有的图像谁也没分到。顺序在所有进程里必须相同，rank 只决定从中取哪些。",
    name="rank_in_the_seed",
    number=lambda seed, epoch, rank: seed + epoch + rank,
)
_variant(
    "the seed is not used: the epoch alone decides, so all runs have the same orders.",
    "没有用上种子：顺序只由轮数决定，所有训练的顺序都一样。",
    name="no_seed",
    number=lambda seed, epoch, rank: epoch,
)
_variant(
    "nothing is shuffled.",
    "没有打乱顺序。",
    name="not_shuffled",
    shuffle=False,
)
_variant(
    "the shares are not equally long: where n can't be divided, the first images of the order come once more at its end. "
    "With shares of unequal length one process waits for ever for the others' gradients.",
    "各份不一样长：n 除不尽时，要把顺序里最前面的几张图补到末尾。各份长短不一，就会有一个进程永远等着别人的梯度。",
    name="not_padded",
    pad=lambda order, missing: [],
)
_variant(
    "padded with the last images of the order. DistributedSampler takes the first ones.",
    "你用顺序里最后几张图来补。DistributedSampler 用的是最前面的。",
    name="padded_with_the_last",
    pad=lambda order, missing: order[len(order) - missing :],
)
_variant(
    "you cut the order into contiguous parts. A DistributedSampler deals it out like cards: order[rank::processes].",
    "你把顺序切成了连续的几段。DistributedSampler 像发牌一样分：order[rank::processes]。",
    name="contiguous_parts",
    slices=True,
)


@exercise.mistake(
    "the images that are left over are dropped. Here none is: the first of the order come once more at its end.",
    "除不尽剩下的图像被丢掉了。这里一张也不丢：把顺序里最前面的几张补到末尾。",
)
def rest_dropped(n, processes, rank, epoch, seed):
    generator = torch.Generator().manual_seed(seed + epoch)
    order = torch.randperm(n, generator=generator).tolist()
    return order[: n - n % processes][rank::processes]


@exercise.mistake(
    "these are all images: every process would do the whole work. Take each `processes`-th, from `rank` on.",
    "这是全部图像：每个进程都把活全干了一遍。要从 rank 开始，每隔 processes 个取一个。",
)
def everything(n, processes, rank, epoch, seed):
    generator = torch.Generator().manual_seed(seed + epoch)
    order = torch.randperm(n, generator=generator).tolist()
    return order + order[: -n % processes]
