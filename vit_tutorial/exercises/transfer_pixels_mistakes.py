"""The mistakes of exercise 07.3 about the pixels, and what `check` says to each."""

from __future__ import annotations

from vit_tutorial.exercises.transfer import predicting
from vit_tutorial.exercises.transfer_facts import told
from vit_tutorial.training import evaluating


def _predict(model, images):
    """The right prediction for images that are prepared already."""
    with evaluating(model):
        return model(images).detach().softmax(dim=-1)


@told(
    predicting,
    "axis",
    "missing",
    "the channel axis is missing: the model takes (B, C, H, W), and a grey image has one channel. "
    "Add the axis with unsqueeze(1).",
    "少了通道轴：模型要的是 (B, C, H, W)，灰度图有一个通道。用 unsqueeze(1) 加上这个轴。",
)
def no_channel_axis(model, pixels):
    return _predict(model, pixels / 127.5 - 1)


@told(
    predicting,
    "axis",
    "misplaced",
    "the channel axis is at the wrong place: (B, C, H, W) has it right after the images, so it is unsqueeze(1), neither "
    "unsqueeze(0) nor unsqueeze(-1).",
    "通道轴的位置不对：(B, C, H, W) 里它紧跟在 B 后面，所以是 unsqueeze(1)，不是 unsqueeze(0)，也不是 unsqueeze(-1)。",
)
def axis_in_front(model, pixels):
    return _predict(model, pixels.unsqueeze(0) / 127.5 - 1)


@told(
    predicting,
    "pixels",
    "from 0 to 1",
    "the model saw values from 0 to 1. It was pre-trained on values from -1 to 1: all it sees now is half as strong and "
    "too bright. Divide by 127.5, then subtract 1.",
    "模型看到的值是从 0 到 1。它预训练时看的是从 -1 到 1：现在对比度减了一半，图还偏亮。应该除以 127.5，再减 1。",
)
def zero_to_one(model, pixels):
    return _predict(model, pixels.unsqueeze(1) / 255)


@told(
    predicting,
    "pixels",
    "from 0 to 255",
    "the model saw the bytes as they are, from 0 to 255. It was pre-trained on values from -1 to 1: divide by 127.5, "
    "then subtract 1.",
    "你把字节原样给了模型，值是从 0 到 255。它预训练时看的是从 -1 到 1：应该除以 127.5，再减 1。",
)
def raw_bytes(model, pixels):
    return _predict(model, pixels.unsqueeze(1).float())


@told(
    predicting,
    "pixels",
    "from 0 to 2",
    "the model saw values from 0 to 2: after the division by 127.5, subtract 1.",
    "模型看到的值是从 0 到 2：除以 127.5 之后，还要减 1。",
)
def not_shifted(model, pixels):
    return _predict(model, pixels.unsqueeze(1) / 127.5)


@told(
    predicting,
    "pixels",
    "inverted",
    "you swapped black and white: 0 became the largest value and 255 the smallest. Black has to become -1, white 1.",
    "你把黑白弄反了：0 变成了最大的值，255 变成了最小的。黑色应该变成 -1，白色变成 1。",
)
def inverted(model, pixels):
    return _predict(model, 1 - pixels.unsqueeze(1) / 127.5)


@told(
    predicting,
    "pixels",
    "each image by itself",
    "you scaled each image by its own mean, or its own darkest and brightest pixel. In pre-training, all images were "
    "scaled by the same numbers: 0 became -1, and 255 became 1.",
    "你按每张图自己的均值，或者自己最暗、最亮的像素来缩放。预训练时，所有图用的是同一组数：0 变成 -1，255 变成 1。",
)
def standardised_by_itself(model, pixels):
    images = pixels.unsqueeze(1).float()
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    return _predict(model, (images - mean) / images.std(dim=(1, 2, 3), keepdim=True))


@told(
    predicting,
    "pixels",
    "rounded",
    "only a few different values are left of the pixels: // rounds down, and so does a conversion to whole numbers. "
    "Write /.",
    "像素只剩下几种不同的值了：// 会舍成整数，转成整数类型也一样。请用 /。",
)
def rounded_down(model, pixels):
    return _predict(model, (pixels.unsqueeze(1).int() // 127 - 1).float())


@told(
    predicting,
    "pixels",
    "wrapped",
    "the bytes ran over: uint8 knows 0 to 255 only, so 2 * 200 becomes 144, and 100 - 128 becomes 228. Divide first, "
    "or call .float(): then subtract.",
    "字节溢出了：uint8 只装得下 0 到 255，2 * 200 会变成 144，100 - 128 会变成 228。先做除法，或者先调用 .float()，然后再减。",
)
def ran_over(model, pixels):
    return _predict(model, (2 * pixels.unsqueeze(1) - 255) / 255)


@told(
    predicting,
    "pixels",
    "other numbers",
    "the pixels were shifted and scaled by other numbers than in pre-training. Are they the mean and the deviation of "
    "another data set, ImageNet for one? Here 0 becomes -1, and 255 becomes 1.",
    "平移和缩放像素用的数，和预训练时不一样。是不是别的数据集的均值和标准差，比如 ImageNet 的？这里 0 变成 -1，255 变成 1。",
)
def imagenets_numbers(model, pixels):
    return _predict(model, (pixels.unsqueeze(1) / 255 - 0.449) / 0.226)


predicting.requires(
    "the model did not see the images that it was given, each of them once.",
    "模型看到的不是传进来的那些图像，每张一次。",
)(lambda facts, *case: facts["pixels"] not in ("none", "other images"))
