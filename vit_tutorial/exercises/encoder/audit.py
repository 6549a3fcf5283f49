"""Exercise 05.5, audit three models: the right verdicts, and the wrong ones that are known by name."""

from __future__ import annotations

from functools import partial

from vit_tutorial.exercises.encoder.models_to_audit import DEPARTURES
from vit_tutorial.exercises.values import ValuesExercise


def audit():
    return {
        "A stem": "extra norm",
        "A encoder": "as in the paper",
        "A read-out": "mean of all tokens",
        "B stem": "global patch size",
        "B encoder": "attention across the batch",
        "B read-out": "as in the paper",
        "C stem": "as in the paper",
        "C encoder": "residual taken after the norm",
        "C read-out": "probabilities",
    }


exercise = ValuesExercise("05.5", audit, choices=DEPARTURES)

WRONG_VERDICTS = {
    ("A stem", "as in the paper"): (
        "count its LayerNorms: with the two inside each block and the one at the end, one is left over. Where does it stand?",
        "数数它有几个 LayerNorm：除去每个块里的两个和最后的一个，还多出一个。它在哪儿？",
    ),
    ("A encoder", "post-norm"): (
        "its blocks are the package's own, pre-norm. The norm that caught your eye stands outside the blocks.",
        "它的块就是包里的块，是前置归一化。你注意到的那个归一化在块外面。",
    ),
    ("A read-out", "as in the paper"): (
        "it has a class token, but look at which tokens the head gets to see.",
        "它有类别词元，可是看看分类头读的是哪些词元。",
    ),
    ("B stem", "as in the paper"): (
        "build it with another patch_size, 8, and run it. Which variable does forward read?",
        "换一个 patch_size，比如 8，建出来运行一下。forward 读的是哪个变量？",
    ),
    ("B encoder", "post-norm"): (
        "norm_first=True is there, so it is pre-norm. Another default of that layer was left alone.",
        "写了 norm_first=True，所以是前置归一化。被漏掉的是这个层的另一个默认值。",
    ),
    ("B encoder", "as in the paper"): (
        "give it two different images: the logits are the same. Whom does the class token hear, if that layer takes the first axis for the sequence?",
        "给它两张不同的图像，logits 居然一样。如果这个层把第一个轴当成序列，类别词元听到的是谁？",
    ),
    ("B read-out", "no final norm"): (
        "the norm is there. It is applied to the class token alone, and since LayerNorm works on each token by itself, "
        "that is the same.",
        "归一化是有的，只是只用在了类别词元上。LayerNorm 本来就是逐个词元算的，所以结果一样。",
    ),
    ("C stem", "global patch size"): (
        "16 is written into the layer itself, so kernel and stride always agree. A convolution, flattened and transposed, "
        "is chapter 1's patch embedding.",
        "16 直接写在了层里，卷积核和步幅总是一致的。卷积之后展平、转置，就是第 1 章的图像块嵌入。",
    ),
    ("C encoder", "as in the paper"): (
        "the norm does come first, but look at what x is when attention's output is added to it.",
        "归一化确实在前面，可是看看加上注意力的输出时，x 已经是什么了。",
    ),
    ("C encoder", "post-norm"): (
        "close: the stream does pass through the LayerNorms. But they stand before the layers, not after the addition.",
        "接近了：主干确实穿过了 LayerNorm。可它们在层的前面，不在加法的后面。",
    ),
    ("C read-out", "as in the paper"): (
        "add up the outputs of one image. Should logits do that?",
        "把一张图像的输出加起来看看。logits 会这样吗？",
    ),
}
for (_part, _verdict), (_en, _zh) in WRONG_VERDICTS.items():
    _name = f"{_part} {_verdict}".replace(" ", "_")
    exercise.wrong_values(
        _name, partial(dict, {_part: _verdict}), f"{_part}: {_en}", f"{_part}：{_zh}"
    )
