"""The mistakes of exercise 07.3 about the model, and what `check` says to each."""

from __future__ import annotations

import torch

from vit_tutorial.exercises.transfer import predicting
from vit_tutorial.exercises.transfer_facts import told
from vit_tutorial.training import evaluating


def _logits(model, pixels):
    with evaluating(model), torch.no_grad():
        return model(pixels.unsqueeze(1) / 127.5 - 1)


@told(
    predicting,
    "mode",
    "train",
    "the model predicts with dropout at work: ask twice, and you get two answers. Call model.eval() first.",
    "模型预测的时候 dropout 还开着：问两次，得到两个答案。应该先调用 model.eval()。",
)
def eval_forgotten(model, pixels):
    with torch.no_grad():
        return model(pixels.unsqueeze(1) / 127.5 - 1).softmax(dim=-1)


@told(
    predicting,
    "left",
    "in eval mode",
    "the model came in train mode and stays in eval mode: if training goes on, it goes on without dropout, and nobody "
    "notices. Keep model.training at the start, and hand it to model.train(…) at the end.",
    "模型进来时是 train 模式，用完却留在了 eval 模式：接着训练的话就没有 dropout 了，谁也发现不了。"
    "开头记下 model.training，最后交给 model.train(…)。",
)
def left_in_eval_mode(model, pixels):
    logits = _logits(model, pixels)
    model.eval()
    return logits.softmax(dim=-1)


@told(
    predicting,
    "left",
    "in train mode",
    "the model came in eval mode and leaves in train mode: the next prediction has dropout in it. model.train() does not "
    "go back to what was; keep model.training at the start, and hand it over: model.train(was_training).",
    "模型进来时是 eval 模式，出去却成了 train 模式：下一次预测就带着 dropout。model.train() 并不会恢复原样，"
    "开头要记下 model.training，最后传给它：model.train(was_training)。",
)
def always_to_train_mode(model, pixels):
    logits = _logits(model, pixels)
    model.train()
    return logits.softmax(dim=-1)


@told(
    predicting,
    "gradients",
    "on",
    "gradients are recorded: every intermediate result stays in memory, for a backward() that never comes. detach() comes "
    "too late, the work is done by then. Call the model under torch.no_grad() or torch.inference_mode().",
    "你让 PyTorch 记录了梯度：所有中间结果都留在内存里，等一个永远不会来的 backward()。最后再 detach() 就晚了，"
    "该记的都记完了。应该在 torch.no_grad() 或 torch.inference_mode() 里面调用模型。",
)
def gradients_recorded(model, pixels):
    with evaluating(model):
        return model(pixels.unsqueeze(1) / 127.5 - 1).softmax(dim=-1)


@told(
    predicting,
    "output",
    "over the images",
    "softmax runs over the images: each class's column sums to 1, so an image's answer hangs on which others are in the "
    "batch. The classes are the last axis: dim=-1.",
    "softmax 是沿着图像做的：每个类别那一列加起来是 1，一张图的答案就要看同一批里还有哪些图。类别在最后一个轴：dim=-1。",
)
def softmax_over_the_images(model, pixels):
    return _logits(model, pixels).softmax(dim=0)


@told(
    predicting,
    "output",
    "logits",
    "those are logits: they may be negative, and they don't sum to 1. Apply softmax over the classes.",
    "这是 logits：可以是负数，加起来也不是 1。还要沿着类别做 softmax。",
)
def logits_returned(model, pixels):
    return _logits(model, pixels)


@told(
    predicting,
    "output",
    "classes",
    "those are the classes, without a word on how sure the model is. Return the probabilities, shape (B, K).",
    "这是类别，看不出模型有多大把握。应该返回概率，形状 (B, K)。",
)
def classes_returned(model, pixels):
    return _logits(model, pixels).argmax(dim=-1)


@told(
    predicting,
    "output",
    "logarithms",
    "those are the logarithms of the probabilities: softmax, not log_softmax.",
    "这是概率的对数：应该用 softmax，不是 log_softmax。",
)
def log_softmax(model, pixels):
    return _logits(model, pixels).log_softmax(dim=-1)


@told(
    predicting,
    "output",
    "sigmoid",
    "sigmoid judges every class by itself, and the rows don't sum to 1. One image has one class here: softmax.",
    "sigmoid 是一个类别一个类别单独判断的，每一行加起来不是 1。这里一张图只属于一个类别：用 softmax。",
)
def sigmoid(model, pixels):
    return _logits(model, pixels).sigmoid()


predicting.requires(
    "return the probabilities of the classes as a tensor of shape (B, K): the softmax of the logits that the model gave.",
    "应该返回各个类别的概率，是形状为 (B, K) 的张量：模型给出的 logits 做 softmax。",
)(lambda facts, *case: facts["output"] == "probabilities")
