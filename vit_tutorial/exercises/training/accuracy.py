"""Exercise 06.1, accuracy over batches: solution, cases, properties, and the mistakes that are known by name."""

from __future__ import annotations

import math
from functools import partial

import torch.nn.functional as F

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.exercises.training.plain_numbers import as_floats


def accuracy(batches):
    right = seen = 0
    for logits, labels in batches:
        right += (logits.argmax(dim=-1) == labels).sum().item()
        seen += len(labels)
    return right / seen


def _batches(sizes: list[int], num_classes: int) -> tuple:
    """A case: batches of these sizes, most of the answers right."""
    batches = []
    for seed, size in enumerate(sizes):
        labels = (100 * random_tensor(size, seed=seed + 50).abs()).long() % num_classes
        logits = random_tensor(size, num_classes, seed=seed)
        batches.append((logits + F.one_hot(labels, num_classes), labels))
    return (batches,)


def _run(answer, batches):
    share = as_floats([answer(batches)])
    return round(share[0], 6) if isinstance(share, list) else share


exercise = Exercise(
    "06.1",
    accuracy,
    # where images are as many as classes, argmax over the wrong axis raises nothing
    cases=lambda: [_batches([5, 5, 2], 7), _batches([4, 4], 4), _batches([6, 6, 1], 3)],
    run=_run,
)


@exercise.requires(
    "return one number (float). A tensor of one value becomes a number with .item().",
    "应该返回一个数（float）。只有一个值的张量，用 .item() 就变成数。",
)
def is_a_number(output, batches):
    return not math.isnan(output)


@exercise.requires(
    "a share lies between 0 and 1: the right answers of all batches, divided by the images of all batches.",
    "比例应该在 0 和 1 之间：所有批次里答对的张数，除以所有批次的总张数。",
)
def is_a_share(output, batches):
    return 0 <= output <= 1


def _images(batches) -> int:
    return sum(len(labels) for _, labels in batches)


def _share(
    batches, *, guess=lambda logits: logits.argmax(dim=-1), divide_by=_images
) -> float:
    """The accuracy with other guesses, or divided by something else."""
    right = sum((guess(logits) == labels).sum().item() for logits, labels in batches)
    return right / divide_by(batches)


_variant = partial(exercise.variant, _share)


@exercise.mistake(
    "you averaged the accuracies of the batches. An image of the small last batch then counts for more than the "
    "others. Add up right answers and images over all batches, and divide once, at the end.",
    "你把各批次的准确率平均了一下。这样一来，最后那个小批次里的一张图，分量比别的图都重。"
    "应该把所有批次里答对的张数和总张数分别加起来，最后只除一次。",
)
def mean_of_the_batches(batches):
    return sum(accuracy([batch]) for batch in batches) / len(batches)


@exercise.mistake(
    "you added up the accuracies of the batches. Add up the right answers and the images, and divide at the end.",
    "你把各批次的准确率加在了一起。该加起来的是答对的张数和总张数，最后再相除。",
)
def sum_of_accuracies(batches):
    return sum(accuracy([batch]) for batch in batches)


_variant(
    "argmax over the wrong axis: dim=0 asks which image has the largest value for a class. The classes are the last "
    "axis of (B, K): dim=-1. Where B and K differ, PyTorch complains; where they are the same, nobody does.",
    "argmax 的轴不对：dim=0 问的是“对某个类别，哪张图的值最大”。(B, K) 里类别在最后一个轴：dim=-1。"
    "B 和 K 不相等时 PyTorch 会报错，相等时谁也不吭声。",
    name="argmax_over_the_images",
    guess=lambda logits: logits.argmax(dim=0),
)
_variant(
    "argmax() without dim looks for one largest value in the whole batch. Each image has an answer of its own: dim=-1.",
    "argmax() 不写 dim，就是在整个批次里只找一个最大值。每张图都有自己的答案：dim=-1。",
    name="argmax_of_everything",
    guess=lambda logits: logits.argmax(),
)


@exercise.mistake(
    "that is in percent. Return the share, from 0 to 1, and let the print format it: f'{share:.1%}'.",
    "这是百分数。应该返回 0 到 1 之间的比例，百分号留给打印的时候：f'{share:.1%}'。",
)
def in_percent(batches):
    return 100 * accuracy(batches)


@exercise.mistake(
    "that is the share of wrong answers. Accuracy counts the right ones: ==, not !=.",
    "这是答错的比例。准确率数的是答对的：用 ==，不是 !=。",
)
def share_of_wrong_answers(batches):
    return 1 - accuracy(batches)


_variant(
    "that is how many answers are right. Divide by how many images there are.",
    "这是答对的张数。还要除以一共有多少张图。",
    name="only_counted",
    divide_by=lambda batches: 1,
)
_variant(
    "you divided by the number of batches. Divide by the number of images: the sum of len(labels).",
    "你除以了批次的个数。应该除以图像的张数，也就是各个 len(labels) 之和。",
    name="divided_by_the_batches",
    divide_by=len,
)
_variant(
    "you took all batches for as large as the first one. The last one is smaller: add up len(labels).",
    "你把每个批次都当成和第一个一样大。最后一个要小一些：应该把各个 len(labels) 加起来。",
    name="all_as_large_as_the_first",
    divide_by=lambda batches: len(batches) * len(batches[0][1]),
)
_variant(
    "you divided by the number of logits, B·K. There is one answer for each image: divide by len(labels).",
    "你除以了 logits 的个数 B·K。一张图只有一个答案：应该除以 len(labels)。",
    name="divided_by_the_logits",
    divide_by=lambda batches: sum(logits.numel() for logits, _ in batches),
)


@exercise.mistake(
    "that is the accuracy of the first batch. Does `return` stand inside the loop?",
    "这只是第一个批次的准确率。`return` 是不是写在循环里面了？",
)
def first_batch_only(batches):
    return accuracy(batches[:1])


@exercise.mistake(
    "that is the accuracy of the last batch. Each batch overwrites what the one before has counted: set the counts to "
    "0 once, before the loop, and add with +=.",
    "这只是最后一个批次的准确率。每个批次都把前面数的盖掉了：计数只在循环之前清一次零，循环里用 +=。",
)
def last_batch_only(batches):
    return accuracy(batches[-1:])


_variant(
    "0 for every set of batches: no answer counts as right. Two usual reasons: the largest value was compared with the "
    "label (max), not its place (argmax); or // rounded the share down.",
    "不管什么批次，结果都是 0：没有一个答案算对。常见的原因有两个：拿去和标签比的是最大值（max），"
    "不是它的位置（argmax）；或者用了 //，把比例舍成了 0。",
    name="values_for_places",
    guess=lambda logits: logits.amax(dim=-1),
)
_variant(
    "you took the smallest logit. The answer is the largest one: argmax.",
    "你取的是最小的 logit。答案是最大的那个：argmax。",
    name="smallest_for_largest",
    guess=lambda logits: logits.argmin(dim=-1),
)
exercise.variant(
    lambda batches: round(accuracy(batches), 2),
    "you rounded the share. Return it as it is, and let the print round it.",
    "你把比例四舍五入了。应该原样返回，打印时再取整。",
    name="rounded",
)
