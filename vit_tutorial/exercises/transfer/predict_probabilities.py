"""Exercise 07.3, predict as in pre-training: solution, cases, properties, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

import torch

from vit_tutorial.exercises.transfer.facts import FactsExercise
from vit_tutorial.exercises.transfer.prediction_facts import run_prediction, some_pixels
from vit_tutorial.exercises.transfer.wrong_predictions import (
    attribute_alone,
    predict,
    standardised,
)


def predict_probabilities(model, pixels):
    images = pixels.unsqueeze(1) / 127.5 - 1  # (B, H, W) -> (B, 1, H, W)
    was_training = model.training
    model.eval()
    with torch.no_grad():
        probabilities = model(images).softmax(dim=-1)
    model.train(was_training)
    return probabilities


exercise = FactsExercise(
    "07.3",
    predict_probabilities,
    cases=lambda: [
        (some_pixels(b, b), mode)
        for b, mode in ((5, "train"), (3, "eval"), (1, "train"))
    ],
    run=run_prediction,
)
exercise.told(
    {"axis": "missing"},
    "the channel axis is missing: the model takes (B, C, H, W), and a grey image has one channel. "
    "Add the axis with unsqueeze(1).",
    "少了通道轴：模型要的是 (B, C, H, W)，灰度图有一个通道。用 unsqueeze(1) 加上这个轴。",
    no_channel_axis=partial(predict, images=lambda x: x / 127.5 - 1),
)
exercise.told(
    {"axis": "misplaced"},
    "the channel axis is at the wrong place: (B, C, H, W) has it right after the images, so it is unsqueeze(1), neither "
    "unsqueeze(0) nor unsqueeze(-1).",
    "通道轴的位置不对：(B, C, H, W) 里它紧跟在 B 后面，所以是 unsqueeze(1)，不是 unsqueeze(0)，也不是 unsqueeze(-1)。",
    axis_in_front=partial(predict, images=lambda x: x.unsqueeze(0) / 127.5 - 1),
)
exercise.told(
    {"pixels": "from 0 to 1"},
    "the model saw values from 0 to 1. It was pre-trained on values from -1 to 1: all it sees now is half as strong and "
    "too bright. Divide by 127.5, then subtract 1.",
    "模型看到的值是从 0 到 1。它预训练时看的是从 -1 到 1：现在对比度减了一半，图还偏亮。应该除以 127.5，再减 1。",
    zero_to_one=partial(predict, images=lambda x: x.unsqueeze(1) / 255),
)
exercise.told(
    {"pixels": "from 0 to 255"},
    "the model saw the bytes as they are, from 0 to 255. It was pre-trained on values from -1 to 1: divide by 127.5, "
    "then subtract 1.",
    "你把字节原样给了模型，值是从 0 到 255。它预训练时看的是从 -1 到 1：应该除以 127.5，再减 1。",
    raw_bytes=partial(predict, images=lambda x: x.unsqueeze(1).float()),
)
exercise.told(
    {"pixels": "from 0 to 2"},
    "the model saw values from 0 to 2: after the division by 127.5, subtract 1.",
    "模型看到的值是从 0 到 2：除以 127.5 之后，还要减 1。",
    not_shifted=partial(predict, images=lambda x: x.unsqueeze(1) / 127.5),
)
exercise.told(
    {"pixels": "inverted"},
    "you swapped black and white: 0 became the largest value and 255 the smallest. Black has to become -1, white 1.",
    "你把黑白弄反了：0 变成了最大的值，255 变成了最小的。黑色应该变成 -1，白色变成 1。",
    inverted=partial(predict, images=lambda x: 1 - x.unsqueeze(1) / 127.5),
)
exercise.told(
    {"pixels": "each image by itself"},
    "you scaled each image by its own mean, or its own darkest and brightest pixel. In pre-training, all images were "
    "scaled by the same numbers: 0 became -1, and 255 became 1.",
    "你按每张图自己的均值，或者自己最暗、最亮的像素来缩放。预训练时，所有图用的是同一组数：0 变成 -1，255 变成 1。",
    standardised_by_itself=partial(predict, images=standardised),
)
exercise.told(
    {"pixels": "rounded"},
    "only a few different values are left of the pixels: // rounds down, and so does a conversion to whole numbers. "
    "Write /.",
    "像素只剩下几种不同的值了：// 会舍成整数，转成整数类型也一样。请用 /。",
    rounded_down=partial(
        predict, images=lambda x: (x.unsqueeze(1).int() // 127 - 1).float()
    ),
)
exercise.told(
    {"pixels": "wrapped"},
    "the bytes ran over: uint8 knows 0 to 255 only, so 2 * 200 becomes 144, and 100 - 128 becomes 228. Divide first, "
    "or call .float(): then subtract.",
    "字节溢出了：uint8 只装得下 0 到 255，2 * 200 会变成 144，100 - 128 会变成 228。先做除法，或者先调用 .float()，然后再减。",
    ran_over=partial(predict, images=lambda x: (2 * x.unsqueeze(1) - 255) / 255),
)
exercise.told(
    {"pixels": "other numbers"},
    "the pixels were shifted and scaled by other numbers than in pre-training. Are they the mean and the deviation of "
    "another data set, ImageNet for one? Here 0 becomes -1, and 255 becomes 1.",
    "平移和缩放像素用的数，和预训练时不一样。是不是别的数据集的均值和标准差，比如 ImageNet 的？这里 0 变成 -1，255 变成 1。",
    imagenets_numbers=partial(
        predict, images=lambda x: (x.unsqueeze(1) / 255 - 0.449) / 0.226
    ),
)
exercise.requires(
    "the model did not see the images that it was given, each of them once.",
    "模型看到的不是传进来的那些图像，每张一次。",
)(lambda facts, *case: facts["pixels"] not in ("none", "other images"))
exercise.told(
    {"mode": "train"},
    "the model predicts with dropout at work: ask twice, and you get two answers. Call model.eval() first.",
    "模型预测的时候 dropout 还开着：问两次，得到两个答案。应该先调用 model.eval()。",
    eval_forgotten=partial(predict, dropout=True),
)
exercise.told(
    {"left": "in eval mode"},
    "the model came in train mode and stays in eval mode: if training goes on, it goes on without dropout, and nobody "
    "notices. Keep model.training at the start, and hand it to model.train(…) at the end.",
    "模型进来时是 train 模式，用完却留在了 eval 模式：接着训练的话就没有 dropout 了，谁也发现不了。"
    "开头记下 model.training，最后交给 model.train(…)。",
    left_in_eval_mode=partial(predict, leave=False),
)
exercise.told(
    {"left": "in train mode"},
    "the model came in eval mode and leaves in train mode: the next prediction has dropout in it. model.train() does not "
    "go back to what was; keep model.training at the start, and hand it over: model.train(was_training).",
    "模型进来时是 eval 模式，出去却成了 train 模式：下一次预测就带着 dropout。model.train() 并不会恢复原样，"
    "开头要记下 model.training，最后传给它：model.train(was_training)。",
    always_to_train_mode=partial(predict, leave=True),
)
exercise.told(
    {"left": "in two modes"},
    "model.training is as it was, but the layers inside are not: setting the attribute changes the model alone, and "
    "dropout looks at its own. Call model.train(was_training), which goes through all layers.",
    "model.training 恢复了，里面的各层却没有：给属性赋值只改了模型自己，dropout 看的是它自己的。"
    "应该调用 model.train(was_training)，它会改到每一层。",
    attribute_alone=attribute_alone,
)
exercise.told(
    {"weights": "frozen"},
    "the model's parameters no longer require a gradient, so it can't be trained any more. Use torch.no_grad() for the "
    "prediction alone.",
    "模型的参数不再需要梯度，往后就没法训练了。预测时用 torch.no_grad() 就够了。",
    frozen_for_good=lambda model, pixels: predict_probabilities(
        model.requires_grad_(False), pixels
    ),
)
exercise.requires(
    "the model's weights have changed. A prediction leaves them alone.",
    "模型的权重变了。预测不应该改动权重。",
)(lambda facts, *case: facts["weights"] == "as they were")
exercise.told(
    {"gradients": "on"},
    "gradients are recorded: every intermediate result stays in memory, for a backward() that never comes. detach() comes "
    "too late, the work is done by then. Call the model under torch.no_grad() or torch.inference_mode().",
    "你让 PyTorch 记录了梯度：所有中间结果都留在内存里，等一个永远不会来的 backward()。最后再 detach() 就晚了，"
    "该记的都记完了。应该在 torch.no_grad() 或 torch.inference_mode() 里面调用模型。",
    gradients_recorded=partial(predict, record=True),
)
exercise.told(
    {"output": "over the images"},
    "softmax runs over the images: each class's column sums to 1, so an image's answer hangs on which others are in the "
    "batch. The classes are the last axis: dim=-1.",
    "softmax 是沿着图像做的：每个类别那一列加起来是 1，一张图的答案就要看同一批里还有哪些图。类别在最后一个轴：dim=-1。",
    softmax_over_the_images=partial(
        predict, output=lambda logits: logits.softmax(dim=0)
    ),
)
exercise.told(
    {"output": "logits"},
    "those are logits: they may be negative, and they don't sum to 1. Apply softmax over the classes.",
    "这是 logits：可以是负数，加起来也不是 1。还要沿着类别做 softmax。",
    logits_returned=partial(predict, output=lambda logits: logits),
)
exercise.told(
    {"output": "classes"},
    "those are the classes, without a word on how sure the model is. Return the probabilities, shape (B, K).",
    "这是类别，看不出模型有多大把握。应该返回概率，形状 (B, K)。",
    classes_returned=partial(predict, output=lambda logits: logits.argmax(dim=-1)),
)
exercise.told(
    {"output": "logarithms"},
    "those are the logarithms of the probabilities: softmax, not log_softmax.",
    "这是概率的对数：应该用 softmax，不是 log_softmax。",
    log_softmax=partial(predict, output=lambda logits: logits.log_softmax(dim=-1)),
)
exercise.told(
    {"output": "sigmoid"},
    "sigmoid judges every class by itself, and the rows don't sum to 1. One image has one class here: softmax.",
    "sigmoid 是一个类别一个类别单独判断的，每一行加起来不是 1。这里一张图只属于一个类别：用 softmax。",
    sigmoid=partial(predict, output=lambda logits: logits.sigmoid()),
)
exercise.requires(
    "return the probabilities of the classes as a tensor of shape (B, K): the softmax of the logits that the model gave.",
    "应该返回各个类别的概率，是形状为 (B, K) 的张量：模型给出的 logits 做 softmax。",
)(lambda facts, *case: facts["output"] == "probabilities")
