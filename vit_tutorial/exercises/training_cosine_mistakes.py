"""The mistakes of exercise 06.3 about the cosine, and what `check` says to each."""

from __future__ import annotations

from math import cos, pi

from vit_tutorial.exercises.training import learning_rate, pacing


def _rate(step, total, warmup, peak, *, shape=lambda t: (1 + cos(pi * t)) / 2):
    """The schedule with another fall: `shape` of the share of the steps after warmup."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * shape((step - warmup) / (total - warmup))


@pacing.mistake(
    "the cosine counts from step 0, so the rate jumps down when the warmup ends. It begins with the peak at step "
    "warmup_steps: count from there, in numerator and denominator.",
    "余弦是从第 0 步数起的，所以预热一结束，学习率就猛地掉一截。它应该在第 warmup_steps 步从峰值开始：分子分母都从那里数起。",
)
def cosine_not_shifted(step, total, warmup, peak):
    if step < warmup:
        return peak * (step + 1) / warmup
    return learning_rate(step, total, 0, peak)


@pacing.mistake(
    "the cosine does not reach its end: you divide by total_steps. After the warmup only total_steps - warmup_steps "
    "are left.",
    "余弦没走完：你除以的是 total_steps。预热之后只剩 total_steps - warmup_steps 步。",
)
def cosine_too_slow(step, total, warmup, peak):
    return _rate(step, total + warmup, warmup, peak)


@pacing.mistake(
    "the rate comes back up: that is a whole period of the cosine, 2π. The fall is half of it: π.",
    "学习率又升了回来：你用了余弦的一整个周期 2π。下坡只是半个周期：π。",
)
def whole_period(step, total, warmup, peak):
    return _rate(step, total, warmup, peak, shape=lambda t: (1 + cos(2 * pi * t)) / 2)


@pacing.mistake(
    "that is a quarter of the period, cos(π/2 · t): it falls steeply at the end. The fall is half a period, lifted and "
    "halved: (1 + cos(π · t)) / 2.",
    "这是四分之一个周期 cos(π/2 · t)，末尾掉得很陡。应该用半个周期，抬高之后再减半：(1 + cos(π · t)) / 2。",
)
def quarter_period(step, total, warmup, peak):
    return _rate(step, total, warmup, peak, shape=lambda t: cos(pi / 2 * t))


@pacing.mistake(
    "the rate goes below zero, down to -peak, and the optimizer walks uphill. The cosine runs from 1 to -1: "
    "(1 + cos) / 2 runs from 1 to 0.",
    "学习率降到了零以下，一直到 -peak，优化器就会朝损失变大的方向走。余弦从 1 走到 -1，(1 + cos) / 2 才是从 1 走到 0。",
)
def below_zero(step, total, warmup, peak):
    return _rate(step, total, warmup, peak, shape=lambda t: cos(pi * t))


@pacing.mistake(
    "the cosine begins at twice the peak: 1 + cos runs from 2 to 0. Halve it.",
    "余弦从峰值的两倍开始：1 + cos 是从 2 走到 0。还要除以 2。",
)
def not_halved(step, total, warmup, peak):
    return _rate(step, total, warmup, peak, shape=lambda t: 1 + cos(pi * t))


@pacing.mistake(
    "the rate falls along a straight line. Bend it: (1 + cos(π · t)) / 2.",
    "学习率是沿直线往下掉的。要让它弯过来：(1 + cos(π · t)) / 2。",
)
def straight_line(step, total, warmup, peak):
    return _rate(step, total, warmup, peak, shape=lambda t: 1 - t)


@pacing.mistake(
    "the cosine is one step ahead: the last step has the rate 0 and does nothing. It begins with the peak at step "
    "warmup_steps, and 0 would be reached at total_steps, after the last one.",
    "余弦快了一步：最后一步的学习率成了 0，等于白走。它应该在第 warmup_steps 步从峰值开始，到第 total_steps 步才是 0，那时已经走完了。",
)
def cosine_one_step_ahead(step, total, warmup, peak):
    return learning_rate(step + (step >= warmup), total, warmup, peak)


@pacing.mistake(
    "the last step has the rate 0 and does nothing: you divided by one step too few. 0 would be reached at "
    "total_steps, after the last one.",
    "最后一步的学习率成了 0，等于白走：分母少了一步。到第 total_steps 步才是 0，那时已经走完了。",
)
def last_step_wasted(step, total, warmup, peak):
    return _rate(step, total - 1, warmup, peak)


@pacing.mistake(
    "after the warmup the rate stays at the peak. Let it fall along half a cosine. (If you wrote one: does // round the "
    "share down to 0?)",
    "预热之后，学习率一直停在峰值。应该让它沿半个余弦降下来。（如果你写了余弦：是不是用了 //，把比例舍成了 0？）",
)
def no_decay(step, total, warmup, peak):
    return _rate(step, total, warmup, peak, shape=lambda t: 1)


@pacing.mistake(
    "the cosine got degrees. It takes radians: half a period is π, not 180.",
    "你给余弦的是角度。它要的是弧度：半个周期是 π，不是 180。",
)
def in_degrees(step, total, warmup, peak):
    return _rate(step, total, warmup, peak, shape=lambda t: (1 + cos(180 * t)) / 2)


@pacing.mistake(
    "the way down goes up: 1 - cos runs from 0 to 2. It is (1 + cos(π · t)) / 2.",
    "下坡走成了上坡：1 - cos 是从 0 走到 2。应该是 (1 + cos(π · t)) / 2。",
)
def upside_down(step, total, warmup, peak):
    return _rate(step, total, warmup, peak, shape=lambda t: (1 - cos(pi * t)) / 2)
