"""The mistakes of exercise 06.3 about the warmup, and what `check` says to each."""

from __future__ import annotations

from vit_tutorial.exercises.training import learning_rate, pacing


@pacing.requires(
    "return one number (float) for each step.",
    "每一步都要返回一个数（float）。",
)
def rates_are_numbers(output, total_steps, warmup_steps, peak):
    return not bool(output.isnan().any())


@pacing.mistake(
    "step 0 has the rate 0: the first step does nothing. Steps count from 0, so the ramp is (step + 1) / warmup_steps.",
    "第 0 步的学习率是 0，等于白走一步。步数从 0 数起，所以上坡是 (step + 1) / warmup_steps。",
)
def first_step_wasted(step, total, warmup, peak):
    return learning_rate(step, total, warmup, peak) - (step < warmup) * peak / warmup


@pacing.mistake(
    "the ramp is one step too long: (step + 1) / (warmup_steps + 1). The last step of the warmup, step "
    "warmup_steps - 1, already has the peak.",
    "上坡长了一步：你写的是 (step + 1) / (warmup_steps + 1)。预热的最后一步，也就是第 warmup_steps - 1 步，就该到峰值。",
)
def ramp_too_long(step, total, warmup, peak):
    if step < warmup:
        return peak * (step + 1) / (warmup + 1)
    return learning_rate(step, total, warmup, peak)


@pacing.mistake(
    "at step warmup_steps the rate is above the peak: the ramp lasts one step too many. "
    "Steps count from 0: step < warmup_steps.",
    "第 warmup_steps 步的学习率超过了峰值：上坡多走了一步。步数从 0 数起：条件是 step < warmup_steps。",
)
def ramp_beyond_the_peak(step, total, warmup, peak):
    if step <= warmup:
        return peak * (step + 1) / warmup
    return learning_rate(step, total, warmup, peak)


@pacing.mistake(
    "there is no warmup: the first step already has the peak.",
    "没有预热：第一步就已经是峰值了。",
)
def no_warmup(step, total, warmup, peak):
    return learning_rate(step, total, 0, peak)


@pacing.mistake(
    "whole-number division: // rounds the ramp down to 0 and the share of the fall, too. Write /.",
    "这是整除：// 把上坡舍成了 0，下坡走过的比例也一样。请用 /。",
)
def rounded_down(step, total, warmup, peak):
    if step < warmup:
        return peak * ((step + 1) // warmup)
    return peak


@pacing.mistake(
    "you multiplied ramp and cosine. One comes after the other: during the warmup there is no cosine yet.",
    "你把上坡和余弦乘在了一起。它们是一前一后的：预热期间还没有余弦。",
)
def ramp_times_cosine(step, total, warmup, peak):
    return min(1, (step + 1) / warmup) * learning_rate(step, total, 0, peak)


@pacing.mistake(
    "those are shares of the peak, from 0 to 1. Multiply by peak, in both parts.",
    "这是峰值的几分之几，在 0 到 1 之间。上坡和下坡都要再乘上 peak。",
)
def peak_forgotten(step, total, warmup, peak):
    return learning_rate(step, total, warmup, 1)


@pacing.mistake(
    "the peak is reached one step late: that is LinearLR with total_iters=warmup_steps. The last step of the warmup, "
    "step warmup_steps - 1, already has the peak: peak * (step + 1) / warmup_steps.",
    "峰值晚到了一步：这是 LinearLR 配上 total_iters=warmup_steps 的结果。预热的最后一步，也就是第 warmup_steps - 1 步，"
    "就该到峰值：peak * (step + 1) / warmup_steps。",
)
def peak_one_step_late(step, total, warmup, peak):
    if step < warmup:
        return peak / warmup * (1 + (warmup - 1) * step / warmup)
    return learning_rate(step, total, warmup, peak)


@pacing.mistake(
    "whole-number division: // rounds the ramp down to 0. Write /.",
    "这是整除：// 把上坡舍成了 0。请用 /。",
)
def ramp_rounded_down(step, total, warmup, peak):
    if step < warmup:
        return peak * ((step + 1) // warmup)
    return learning_rate(step, total, warmup, peak)


@pacing.mistake(
    "two things: step 0 has the rate 0, so the first step does nothing; and the cosine counts from step 0, so the rate "
    "jumps down when the warmup ends. Use step + 1 on the way up, step - warmup_steps on the way down.",
    "有两处：第 0 步的学习率是 0，等于白走一步；余弦也是从第 0 步数起的，所以预热一结束，学习率就猛地掉一截。"
    "上坡用 step + 1，下坡用 step - warmup_steps。",
)
def both_count_from_zero(step, total, warmup, peak):
    if step < warmup:
        return peak * step / warmup
    return learning_rate(step, total, 0, peak)
