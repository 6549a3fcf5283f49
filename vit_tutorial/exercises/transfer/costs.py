"""Exercise 07.1, what learns and what it costs: the right values, and the mistakes that are known by name."""

from __future__ import annotations

from vit_tutorial.exercises.compare import Text
from vit_tutorial.exercises.values import ValuesExercise

BLOCK, WHOLE = 7_087_872, 86_567_656


def costs(classes):
    head = classes * 769
    return {
        "probe": head,
        "last_block": BLOCK + head,
        "fine_tuning": tuned(classes),
        "probe_bytes": 2 * 4 * head,
        "fine_tuning_bytes": 2 * 4 * tuned(classes),
    }


def tuned(classes):
    """All parameters, with the new head in place of the old one."""
    return WHOLE - 1000 * 769 + classes * 769


exercise = ValuesExercise(
    "07.1",
    costs,
    Text(
        "the new head is for {classes} classes; the rest as in the book.",
        "新分类头有 {classes} 个类别；其余和书上一样。",
    ),
    classes=(3, 4, 7, 10, 37, 102),
)

exercise.wrong_values(
    "bias_forgotten",
    lambda classes, **_: {
        "probe": classes * 768,
        "last_block": BLOCK + classes * 768,
        "fine_tuning": WHOLE - 1000 * 769 + classes * 768,
    },
    "the bias of the new head is missing: one number for each class, besides its 768 weights.",
    "漏了新分类头的偏置：每个类别除了 768 个权重，还有一个偏置。",
)
exercise.wrong_values(
    "old_head_learns",
    lambda **_: {"probe": 1000 * 769, "last_block": BLOCK + 1000 * 769},
    "you counted the old head, of 1000 classes. It is gone; the one that learns has {classes} outputs.",
    "你数的是 1000 个类别的旧分类头。它已经不在了，在学的是有 {classes} 个输出的新分类头。",
)
exercise.wrong_values(
    "old_head_bias_kept",
    lambda classes, **_: {"fine_tuning": WHOLE - 1000 * 768 + classes * 769},
    "fine_tuning: the old head leaves with its biases: 769 numbers for each of the 1000 classes.",
    "fine_tuning：旧分类头走的时候，偏置也一起带走：1000 个类别，每个 769 个数。",
)
exercise.wrong_values(
    "block_without_the_head",
    lambda **_: {"last_block": BLOCK},
    "last_block: that is the block alone. The new head learns as well.",
    "last_block：这只是那一个块。新分类头也在学。",
)
exercise.wrong_values(
    "norm_after_the_block",
    lambda classes, **_: {"last_block": BLOCK + classes * 769 + 2 * 768},
    "last_block: you let the last LayerNorm learn, too. It stands after the block and is no part of it.",
    "last_block：你把最后那个 LayerNorm 也算进来了。它在块的后面，不属于这个块。",
)
exercise.wrong_values(
    "every_block_learns",
    lambda classes, **_: {"last_block": 12 * BLOCK + classes * 769},
    "last_block: you let all twelve blocks learn. Only the last one does.",
    "last_block：你让十二个块都学了。在学的只有最后一个。",
)
exercise.wrong_values(
    "old_head_still_there",
    lambda **_: {"fine_tuning": WHOLE},
    "fine_tuning: that is the model with its old head. The new one is much smaller.",
    "fine_tuning：这是还带着旧分类头的模型。新的那个要小得多。",
)
exercise.wrong_values(
    "two_heads",
    lambda classes, **_: {"fine_tuning": WHOLE + classes * 769},
    "fine_tuning: you counted two heads. The old one leaves when the new one comes.",
    "fine_tuning：你数了两个分类头。新的来了，旧的就走了。",
)
exercise.wrong_values(
    "backbone_only",
    lambda **_: {"fine_tuning": WHOLE - 1000 * 769},
    "fine_tuning: that is the backbone without any head. In fine-tuning the new head learns with it.",
    "fine_tuning：这只是骨干，没有分类头。微调时，新分类头也跟着一起学。",
)
exercise.wrong_values(
    "averages_of_frozen_parameters",
    lambda classes, **_: {"probe_bytes": 2 * 4 * tuned(classes)},
    "probe_bytes: AdamW keeps averages of gradients, and a frozen parameter has none. Count what learns.",
    "probe_bytes：AdamW 记的是梯度的平均，冻结的参数没有梯度。只数在学的参数。",
)
exercise.wrong_values(
    "one_average",
    lambda classes, **_: {
        "probe_bytes": 4 * classes * 769,
        "fine_tuning_bytes": 4 * tuned(classes),
    },
    "that is one number for each parameter. AdamW keeps two: the average of the gradients, and of their squares.",
    "这是每个参数只记一个数。AdamW 要记两个：梯度的平均，和梯度平方的平均。",
)
exercise.wrong_values(
    "numbers_not_bytes",
    lambda classes, **_: {
        "probe_bytes": 2 * classes * 769,
        "fine_tuning_bytes": 2 * tuned(classes),
    },
    "that is how many numbers there are. Each of them has four bytes.",
    "这是数的个数。每个数还要占四个字节。",
)
exercise.wrong_values(
    "parameter_counted_in",
    lambda classes, **_: {
        "probe_bytes": 3 * 4 * classes * 769,
        "fine_tuning_bytes": 3 * 4 * tuned(classes),
    },
    "you counted the parameter itself. Asked is what AdamW keeps in addition: two numbers.",
    "你把参数本身也算进来了。问的是 AdamW 额外记的东西：两个数。",
)
exercise.wrong_values(
    "bits_not_bytes",
    lambda classes, **_: {
        "probe_bytes": 2 * 32 * classes * 769,
        "fine_tuning_bytes": 2 * 32 * tuned(classes),
    },
    "those are bits. A byte has eight of them, a number four bytes.",
    "这是比特数。一个字节是八个比特，一个数是四个字节。",
)
