"""Exercise 06.4, the W in AdamW: solution, cases, properties, and the mistakes that are known by name."""

from __future__ import annotations

from functools import partial

import torch

from vit_tutorial.exercises.cases import random_tensor
from vit_tutorial.exercises.engine import Exercise


def adamw_step(weight, gradient, mean, square, t, rate, decay):
    mean = 0.9 * mean + 0.1 * gradient
    square = 0.999 * square + 0.001 * gradient**2
    size = (square / (1 - 0.999**t)).sqrt() + 1e-8
    move = mean / (1 - 0.9**t) / size
    return weight - rate * move - rate * decay * weight, mean, square


def _run(answer, weight, gradients, rate, decay):
    """As many steps as there are gradients: weight and averages after the last one."""
    weight, mean, square = weight.clone(), weight * 0, weight * 0  # may be changed
    for t, gradient in enumerate(gradients, 1):
        state = answer(weight, gradient, mean, square, t, rate, decay)
        if not isinstance(state, tuple | list) or len(state) != 3:
            return state
        weight, mean, square = state
    return weight, mean, square


def _descent(shape: tuple[int, int], rate: float, decay: float) -> tuple:
    """A case: three gradients, from a millionth to a hundred in size."""
    sizes = 10 ** torch.linspace(-6, 2, shape[1], dtype=torch.float64)
    return random_tensor(*shape), sizes * random_tensor(3, *shape, seed=1), rate, decay


exercise = Exercise(
    "06.4",
    adamw_step,
    cases=lambda: [_descent((2, 5), 0.05, 0.3), _descent((3, 4), 0.02, 0.7)],
    run=_run,
)


def _after(gradients, beta, power):
    """The running average of the gradients' powers, as it is after all of them."""
    average = torch.zeros_like(gradients[0])
    for gradient in gradients:
        average = beta * average + (1 - beta) * gradient**power
    return average


@exercise.requires(
    "the average of the gradients is not right: 0.9 of the old mean and 0.1 of the gradient. It is handed back as it "
    "is: neither the decay nor the bias correction belongs into it.",
    "梯度的平均不对：应该是旧的 mean 的 0.9 倍，加上梯度的 0.1 倍。返回的就是它本身，衰减和偏差修正都不要算进去。",
)
def mean_is_right(output, weight, gradients, rate, decay):
    return torch.allclose(output[1], _after(gradients, 0.9, 1), rtol=1e-9, atol=0)


@exercise.requires(
    "the average of the squares is not right: 0.999 of the old square and 0.001 of the gradient squared. It is handed "
    "back as it is, without root and without bias correction.",
    "平方的平均不对：应该是旧的 square 的 0.999 倍，加上梯度平方的 0.001 倍。返回的就是它本身，不开方，也不做偏差修正。",
)
def square_is_right(output, weight, gradients, rate, decay):
    return torch.allclose(output[2], _after(gradients, 0.999, 2), rtol=1e-9, atol=0)


BETAS = (0.9, 0.999)


def _move(mean, square, a, b):
    return mean / a / ((square / b).sqrt() + 1e-8)


def _step(weight, gradient, mean, square, t, rate, decay, *, betas=BETAS, move=_move):
    """The step with other betas or another move; `a` and `b` are the bias corrections."""
    mean = betas[0] * mean + (1 - betas[0]) * gradient
    square = betas[1] * square + (1 - betas[1]) * gradient**2
    moved = rate * move(mean, square, 1 - betas[0] ** t, 1 - betas[1] ** t)
    return weight - moved - rate * decay * weight, mean, square


_variant = partial(exercise.variant, _step)


@exercise.mistake(
    "coupled: you added the decay to the gradient, as torch.optim.Adam does with its weight_decay. Then Adam divides it "
    "by the gradient's size, and the weights with the smallest gradients shrink most. Take the decay from the weight.",
    "这是耦合的写法：你把衰减加进了梯度，torch.optim.Adam 的 weight_decay 就是这么做的。"
    "接着 Adam 会拿它除以梯度的大小，梯度最小的权重反而缩得最快。衰减应该直接从权重上减。",
)
def coupled(weight, gradient, mean, square, t, rate, decay):
    return adamw_step(weight, gradient + decay * weight, mean, square, t, rate, decay=0)


@exercise.mistake(
    "the decay is not multiplied by the learning rate: the weights shrink just as fast when the schedule lowers the "
    "rate. Subtract rate * decay * weight.",
    "衰减没有乘学习率：调度把学习率降下来以后，权重还是缩得一样快。应该减去 rate * decay * weight。",
)
def decay_without_the_rate(weight, gradient, mean, square, t, rate, decay):
    new, mean, square = adamw_step(weight, gradient, mean, square, t, rate, 0)
    return new - decay * weight, mean, square


exercise.variant(
    lambda *case: adamw_step(*case[:-1], 0),
    "that is Adam without any decay. The W is still missing: subtract rate * decay * weight, too.",
    "这是没有衰减的 Adam。还缺那个 W：再减去 rate * decay * weight。",
    name="no_decay",
)
exercise.variant(
    lambda *case: adamw_step(*case[:-1], -case[-1]),
    "the decay makes the weight grow: it has the wrong sign. Subtract rate * decay * weight.",
    "衰减反而让权重变大了：符号反了。应该减去 rate * decay * weight。",
    name="decay_with_the_wrong_sign",
)


@exercise.mistake(
    "you took the decay from the weight that had already moved. It is a share of the weight that came in. "
    "The difference is small, and PyTorch's numbers show it.",
    "你是在权重移动之后才衰减的。衰减按进来的那个权重算。差别很小，但和 PyTorch 的数对不上。",
)
def decay_of_the_moved_weight(weight, gradient, mean, square, t, rate, decay):
    new, mean, square = adamw_step(weight, gradient, mean, square, t, rate, 0)
    return new * (1 - rate * decay), mean, square


_variant(
    "the bias correction is missing. Both averages begin at zero and are too small at first: divide them by "
    "1 - 0.9**t and 1 - 0.999**t.",
    "漏了偏差修正。两个平均都从零开始，头几步偏小：要分别除以 1 - 0.9**t 和 1 - 0.999**t。",
    name="start_not_corrected",
    move=lambda mean, square, a, b: mean / (square.sqrt() + 1e-8),
)
_variant(
    "only the mean is bias-corrected. The average of the squares needs the correction, too: divide by 1 - 0.999**t.",
    "只有梯度的平均做了偏差修正。平方的平均也要做：除以 1 - 0.999**t。",
    name="square_not_corrected",
    move=lambda mean, square, a, b: mean / a / (square.sqrt() + 1e-8),
)
_variant(
    "only the square is bias-corrected. The average of the gradients needs the correction, too: divide by 1 - 0.9**t.",
    "只有平方的平均做了偏差修正。梯度的平均也要做：除以 1 - 0.9**t。",
    name="mean_not_corrected",
    move=lambda mean, square, a, b: mean / ((square / b).sqrt() + 1e-8),
)


@exercise.mistake(
    "you returned the corrected averages. The correction is for this step's move alone: hand the plain ones on, "
    "or the next step corrects them once more.",
    "你返回的是修正过的平均。修正只用来算这一步怎么走：往下传的应该是没修正的，不然下一步又会修正一遍。",
)
def corrected_averages_kept(weight, gradient, mean, square, t, rate, decay):
    new, mean, square = adamw_step(weight, gradient, mean, square, t, rate, decay)
    return new, mean / (1 - 0.9**t), square / (1 - 0.999**t)


_variant(
    "1e-8 stands inside the root. There it weighs as much as a gradient of 1e-4: small gradients hardly move their "
    "weights. Take the root first, then add.",
    "1e-8 写到了根号里面。在那里它相当于大小为 1e-4 的梯度，梯度小的权重就几乎不动了。应该先开方，再加。",
    name="epsilon_inside_the_root",
    move=lambda mean, square, a, b: mean / a / (square / b + 1e-8).sqrt(),
)
_variant(
    "the root is missing: you divided by the average of the squares. Then small gradients make huge steps.",
    "漏了开方：你除以的是平方的平均。这样一来，梯度小的反而迈出了巨大的一步。",
    name="root_forgotten",
    move=lambda mean, square, a, b: mean / a / (square / b + 1e-8),
)
_variant(
    "the two numbers are swapped: the mean forgets with 0.9, the square with 0.999.",
    "两个数对调了：mean 用的是 0.9，square 用的是 0.999。",
    name="numbers_swapped",
    betas=(0.999, 0.9),
)
_variant(
    "you walk uphill: the move is added. Subtract it.",
    "你在朝损失变大的方向走：这一步应该减，不是加。",
    name="uphill",
    move=lambda mean, square, a, b: -_move(mean, square, a, b),
)


REORDERED = {"weight_comes_last": (1, 2, 0), "averages_swapped": (0, 2, 1)}
for _name, _order in REORDERED.items():
    exercise.variant(
        lambda *case, order: tuple(adamw_step(*case)[i] for i in order),
        "the three values come in another order: return weight, mean, square.",
        "三个值的次序不对：应该依次返回 weight、mean、square。",
        name=_name,
        order=_order,
    )
