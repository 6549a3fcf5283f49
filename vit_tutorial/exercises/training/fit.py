"""Exercise 06.5, mend a run: solution, properties, and the half-mended runs that are known by name."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.exercises.training.broken_run import broken_fit, diagnose


def fit(model, optimizer, images, labels, epochs):
    fall = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=epochs)
    for _ in range(epochs):
        order = torch.randperm(len(images))
        images, labels = images[order], labels[order]
        for x, y in zip(images.split(8), labels.split(8), strict=True):
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        fall.step()


exercise = Exercise("06.5", fit, run=diagnose)


@exercise.requires(
    "the optimizer that you were given made no step that changed anything.",
    "传给你的优化器，一步都没有让模型发生变化。",
)
def steps_are_made(output):
    return output["rate"] != "no step"


@exercise.requires(
    "the learning rate is zero before the run ends, so steps are made that change nothing: total_iters counts the calls "
    "of fall.step(), and the last step still needs a rate.",
    "训练还没结束，学习率就变成了零，后面的步子都白走了：total_iters 数的是 fall.step() 调用了多少次，最后一步也还要有学习率。",
)
def rate_lasts(output):
    return output["rate"] != "zero too early"


@exercise.requires(
    "the learning rate is not down to zero when the run ends. total_iters is the number of calls of fall.step().",
    "训练结束时，学习率还没有降到零。total_iters 是 fall.step() 一共调用的次数。",
)
def rate_falls(output):
    return output["rate"] != "not zero at the end"


@exercise.requires(
    "the model does not know the images by heart when the run ends. A healthy run takes the loss below 0.3: "
    "look at watch(fit).",
    "训练结束时，模型还没把这些图像背下来。健康的训练会让损失降到 0.3 以下：看看 watch(fit)。",
)
def known_by_heart(output):
    return output["knows"] == "by heart"


@exercise.requires(
    "every epoch brings the same batches. Shuffle the images in each epoch, and the labels with them; a seed that is set "
    "in each epoch, or an order drawn once, makes the same order every time.",
    "每一轮的批次都一样。每一轮都要打乱图像，标签也跟着一起打乱；如果每一轮都重设种子，或者顺序只抽了一次，得到的总是同一个顺序。",
)
def order_is_new(output):
    return output["order"] == "new"


MENDED_BY_HALF = {
    ("apart", "too fast"): (
        "both faults are still there. Read watch(fit) column by column: at which value does the loss stay, and from "
        "which step on is the learning rate zero?",
        "两处毛病都还在。把 watch(fit) 打印的表一列一列地看：损失停在什么值？学习率从第几步起变成了零？",
    ),
    ("together", "too fast"): (
        "one of the two is mended: every label stays with its image, and the loss begins to fall. Then it stands still, "
        "because the learning rate is zero: total_iters counts the calls of fall.step(), and there are more than you said.",
        "两处治好了一处：标签跟着图像走，损失开始下降了。可后来它就不动了，因为学习率变成了零："
        "total_iters 数的是 fall.step() 的调用次数，而实际调用的次数比你给它的多。",
    ),
    ("apart", "right"): (
        "one of the two is mended: the learning rate lasts to the end. But the loss stays where a model is that knows "
        "nothing, as if there were nothing to learn: after the shuffle, does label 0 still belong to image 0?",
        "两处治好了一处：学习率能撑到最后了。可损失还停在一无所知的水平，好像根本没有东西可学："
        "打乱之后，第 0 个标签还是第 0 张图的吗？",
    ),
    ("not", "too fast"): (
        "you took the shuffle out. Images and labels match again, but every epoch now brings the same batches: shuffle "
        "both by one order. And the other fault is still there: from which step on is the learning rate zero?",
        "你把打乱去掉了。图像和标签倒是对上了，可每一轮的批次都一样：应该用同一个顺序打乱两者。"
        "另一处毛病也还在：学习率从第几步起变成了零？",
    ),
    ("not", "right"): (
        "it learns, but you took the shuffle out: every epoch now brings the same batches. Shuffle images and labels by "
        "one order.",
        "能学了，但你把打乱去掉了：每一轮的批次都一样。应该用同一个顺序打乱图像和标签。",
    ),
    ("together", "gone"): (
        "it learns, but the learning rate is not down to zero when the run ends: large steps to the last. "
        "Keep the fall, and let total_iters be the number of calls of fall.step() in the whole run.",
        "能学了，可训练结束时学习率还没降到零：直到最后一步还是大步走。下降要留着，"
        "total_iters 应该等于整个训练里 fall.step() 调用的次数。",
    ),
    ("apart", "gone"): (
        "the learning rate is no longer zero too early, but now it is not down to zero when the run ends: total_iters is "
        "the number of calls of fall.step(). And the other fault is still there: after the shuffle, does label 0 still "
        "belong to image 0?",
        "学习率不再早早变成零，可到训练结束时又降不到零了：total_iters 是整个训练里 fall.step() 调用的次数。"
        "另一处毛病也还在：打乱之后，第 0 个标签还是第 0 张图的吗？",
    ),
    ("not", "gone"): (
        "it learns, but by what you took out: the shuffle, and the fall of the learning rate. Mend both, and keep them.",
        "能学了，不过是靠拆东西：打乱拆掉了，学习率的下降也拆掉了。两样都要修好，都要留着。",
    ),
}
for (_shuffle, _schedule), (_en, _zh) in MENDED_BY_HALF.items():
    _name = f"{_shuffle}_{_schedule}".replace(" ", "_")
    exercise.variant(
        broken_fit, _en, _zh, name=_name, shuffle=_shuffle, schedule=_schedule
    )
