"""Exercise 06.3, warmup and cosine by hand: solution, cases, property, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial
from math import cos, pi

import torch

from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.exercises.training.schedules import rate, rates_of_a_run


def learning_rate(step, total_steps, warmup_steps, peak):
    if step < warmup_steps:
        return peak * (step + 1) / warmup_steps
    share = (step - warmup_steps) / (total_steps - warmup_steps)
    cosine = torch.tensor(torch.pi * share).cos().item()
    return peak * (1 + cosine) / 2


exercise = Exercise(
    "06.3",
    learning_rate,
    cases=lambda: [(11, 4, 0.8), (17, 3, 0.5)],
    run=rates_of_a_run,
)


@exercise.requires(
    "return one number (float) for each step.",
    "每一步都要返回一个数（float）。",
)
def rates_are_numbers(output, total_steps, warmup_steps, peak):
    return not bool(output.isnan().any())


_variant = partial(exercise.variant, rate)

_variant(
    "the cosine counts from step 0, so the rate jumps down when the warmup ends. It begins with the peak at step "
    "warmup_steps: count from there, in numerator and denominator.",
    "余弦是从第 0 步数起的，所以预热一结束，学习率就猛地掉一截。它应该在第 warmup_steps 步从峰值开始：分子分母都从那里数起。",
    name="cosine_not_shifted",
    share=lambda step, total, warmup: step / total,
)
_variant(
    "the cosine does not reach its end: you divide by total_steps. After the warmup only total_steps - warmup_steps "
    "are left.",
    "余弦没走完：你除以的是 total_steps。预热之后只剩 total_steps - warmup_steps 步。",
    name="cosine_too_slow",
    share=lambda step, total, warmup: (step - warmup) / total,
)
_variant(
    "the rate comes back up: that is a whole period of the cosine, 2π. The fall is half of it: π.",
    "学习率又升了回来：你用了余弦的一整个周期 2π。下坡只是半个周期：π。",
    name="whole_period",
    fall=lambda share: (1 + cos(2 * pi * share)) / 2,
)
_variant(
    "that is a quarter of the period, cos(π/2 · t): it falls steeply at the end. The fall is half a period, lifted and "
    "halved: (1 + cos(π · t)) / 2.",
    "这是四分之一个周期 cos(π/2 · t)，末尾掉得很陡。应该用半个周期，抬高之后再减半：(1 + cos(π · t)) / 2。",
    name="quarter_period",
    fall=lambda share: cos(pi / 2 * share),
)
_variant(
    "the rate goes below zero, down to -peak, and the optimizer walks uphill. The cosine runs from 1 to -1: "
    "(1 + cos) / 2 runs from 1 to 0.",
    "学习率降到了零以下，一直到 -peak，优化器就会朝损失变大的方向走。余弦从 1 走到 -1，(1 + cos) / 2 才是从 1 走到 0。",
    name="below_zero",
    fall=lambda share: cos(pi * share),
)
_variant(
    "the cosine begins at twice the peak: 1 + cos runs from 2 to 0. Halve it.",
    "余弦从峰值的两倍开始：1 + cos 是从 2 走到 0。还要除以 2。",
    name="not_halved",
    fall=lambda share: 1 + cos(pi * share),
)
_variant(
    "the rate falls along a straight line. Bend it: (1 + cos(π · t)) / 2.",
    "学习率是沿直线往下掉的。要让它弯过来：(1 + cos(π · t)) / 2。",
    name="straight_line",
    fall=lambda share: 1 - share,
)
_variant(
    "the cosine is one step ahead: the last step has the rate 0 and does nothing. It begins with the peak at step "
    "warmup_steps, and 0 would be reached at total_steps, after the last one.",
    "余弦快了一步：最后一步的学习率成了 0，等于白走。它应该在第 warmup_steps 步从峰值开始，到第 total_steps 步才是 0，那时已经走完了。",
    name="cosine_one_step_ahead",
    share=lambda step, total, warmup: (step + 1 - warmup) / (total - warmup),
)
_variant(
    "the last step has the rate 0 and does nothing: you divided by one step too few. 0 would be reached at "
    "total_steps, after the last one.",
    "最后一步的学习率成了 0，等于白走：分母少了一步。到第 total_steps 步才是 0，那时已经走完了。",
    name="last_step_wasted",
    share=lambda step, total, warmup: (step - warmup) / (total - warmup - 1),
)
_variant(
    "after the warmup the rate stays at the peak. Let it fall along half a cosine. (If you wrote one: does // round the "
    "share down to 0?)",
    "预热之后，学习率一直停在峰值。应该让它沿半个余弦降下来。（如果你写了余弦：是不是用了 //，把比例舍成了 0？）",
    name="no_decay",
    fall=lambda share: 1,
)
_variant(
    "the cosine got degrees. It takes radians: half a period is π, not 180.",
    "你给余弦的是角度。它要的是弧度：半个周期是 π，不是 180。",
    name="in_degrees",
    fall=lambda share: (1 + cos(180 * share)) / 2,
)
_variant(
    "the way down goes up: 1 - cos runs from 0 to 2. It is (1 + cos(π · t)) / 2.",
    "下坡走成了上坡：1 - cos 是从 0 走到 2。应该是 (1 + cos(π · t)) / 2。",
    name="upside_down",
    fall=lambda share: (1 - cos(pi * share)) / 2,
)
_variant(
    "step 0 has the rate 0: the first step does nothing. Steps count from 0, so the ramp is (step + 1) / warmup_steps.",
    "第 0 步的学习率是 0，等于白走一步。步数从 0 数起，所以上坡是 (step + 1) / warmup_steps。",
    name="first_step_wasted",
    ramp=lambda step, warmup: step / warmup,
)
_variant(
    "the ramp is one step too long: (step + 1) / (warmup_steps + 1). The last step of the warmup, step "
    "warmup_steps - 1, already has the peak.",
    "上坡长了一步：你写的是 (step + 1) / (warmup_steps + 1)。预热的最后一步，也就是第 warmup_steps - 1 步，就该到峰值。",
    name="ramp_too_long",
    ramp=lambda step, warmup: (step + 1) / (warmup + 1),
)


@exercise.mistake(
    "at step warmup_steps the rate is above the peak: the ramp lasts one step too many. "
    "Steps count from 0: step < warmup_steps.",
    "第 warmup_steps 步的学习率超过了峰值：上坡多走了一步。步数从 0 数起：条件是 step < warmup_steps。",
)
def ramp_beyond_the_peak(step, total, warmup, peak):
    if step <= warmup:
        return peak * (step + 1) / warmup
    return learning_rate(step, total, warmup, peak)


@exercise.mistake(
    "there is no warmup: the first step already has the peak.",
    "没有预热：第一步就已经是峰值了。",
)
def no_warmup(step, total, warmup, peak):
    return learning_rate(step, total, 0, peak)


_variant(
    "whole-number division: // rounds the ramp down to 0 and the share of the fall, too. Write /.",
    "这是整除：// 把上坡舍成了 0，下坡走过的比例也一样。请用 /。",
    name="rounded_down",
    ramp=lambda step, warmup: (step + 1) // warmup,
    share=lambda step, total, warmup: (step - warmup) // (total - warmup),
)


@exercise.mistake(
    "you multiplied ramp and cosine. One comes after the other: during the warmup there is no cosine yet.",
    "你把上坡和余弦乘在了一起。它们是一前一后的：预热期间还没有余弦。",
)
def ramp_times_cosine(step, total, warmup, peak):
    return min(1, (step + 1) / warmup) * learning_rate(step, total, 0, peak)


@exercise.mistake(
    "those are shares of the peak, from 0 to 1. Multiply by peak, in both parts.",
    "这是峰值的几分之几，在 0 到 1 之间。上坡和下坡都要再乘上 peak。",
)
def peak_forgotten(step, total, warmup, peak):
    return learning_rate(step, total, warmup, 1)


_variant(
    "the peak is reached one step late: that is LinearLR with total_iters=warmup_steps. The last step of the warmup, "
    "step warmup_steps - 1, already has the peak: peak * (step + 1) / warmup_steps.",
    "峰值晚到了一步：这是 LinearLR 配上 total_iters=warmup_steps 的结果。预热的最后一步，也就是第 warmup_steps - 1 步，"
    "就该到峰值：peak * (step + 1) / warmup_steps。",
    name="peak_one_step_late",
    ramp=lambda step, warmup: (1 + (warmup - 1) * step / warmup) / warmup,
)
_variant(
    "whole-number division: // rounds the ramp down to 0. Write /.",
    "这是整除：// 把上坡舍成了 0。请用 /。",
    name="ramp_rounded_down",
    ramp=lambda step, warmup: (step + 1) // warmup,
)
_variant(
    "two things: step 0 has the rate 0, so the first step does nothing; and the cosine counts from step 0, so the rate "
    "jumps down when the warmup ends. Use step + 1 on the way up, step - warmup_steps on the way down.",
    "有两处：第 0 步的学习率是 0，等于白走一步；余弦也是从第 0 步数起的，所以预热一结束，学习率就猛地掉一截。"
    "上坡用 step + 1，下坡用 step - warmup_steps。",
    name="both_count_from_zero",
    ramp=lambda step, warmup: step / warmup,
    share=lambda step, total, warmup: step / total,
)
