"""Exercise 05.2, wire a block: solution, cases, and the mistakes that are known by name."""

from __future__ import annotations

from torch import nn

from vit_tutorial.attention import MultiHeadSelfAttention
from vit_tutorial.exercises.cases import named_parameters, random_tensor, randomised
from vit_tutorial.exercises.engine import Exercise
from vit_tutorial.exercises.outcomes import WithParameters
from vit_tutorial.mlp import MLP


def encoder_block(x, norm1, attention, norm2, mlp):
    x = x + attention(norm1(x))
    return x + mlp(norm2(x))


def _run(answer, x, heads):
    d = x.shape[-1]
    attention, mlp = MultiHeadSelfAttention(d, heads), MLP(d, 2 * d)
    layers = nn.ModuleList([nn.LayerNorm(d), attention, nn.LayerNorm(d), mlp])
    output = answer(x, *randomised(layers))
    names = ("norm1", "attention", "norm2", "mlp")
    return WithParameters(output, named_parameters(names, layers))


exercise = Exercise(
    "05.2",
    encoder_block,
    cases=lambda: [
        (random_tensor(*shape, seed=seed).requires_grad_(), heads)
        for seed, (shape, heads) in enumerate(
            (((2, 5, 6), 2), ((3, 4, 9), 3), ((1, 3, 4), 2))
        )
    ],
    run=_run,
)


@exercise.mistake(
    "post-norm: you normalise after the addition, so the LayerNorm stands on the stream. "
    "Put it on the branch: x + attention(norm1(x)).",
    "这是后置归一化：你在加法之后才归一化，LayerNorm 站到了主干上。应该放在支路上：x + attention(norm1(x))。",
)
def post_norm(x, norm1, attention, norm2, mlp):
    x = norm1(x + attention(x))
    return norm2(x + mlp(x))


@exercise.mistake(
    "the residual connections are missing: each layer overwrites the stream. Add its output to x.",
    "漏了残差连接：每一层都把主干覆盖掉了。应该把输出加到 x 上。",
)
def no_residuals(x, norm1, attention, norm2, mlp):
    return mlp(norm2(attention(norm1(x))))


@exercise.mistake(
    "the residual around attention is missing. Both halves of the block add to x.",
    "注意力那一半漏了残差连接。块的两半都要往 x 上加。",
)
def no_first_residual(x, norm1, attention, norm2, mlp):
    x = attention(norm1(x))
    return x + mlp(norm2(x))


@exercise.mistake(
    "the residual around the MLP is missing. Both halves of the block add to x.",
    "MLP 那一半漏了残差连接。块的两半都要往 x 上加。",
)
def no_second_residual(x, norm1, attention, norm2, mlp):
    return mlp(norm2(x + attention(norm1(x))))


@exercise.mistake(
    "norm1 is used twice. On a fresh model nobody would notice, because all LayerNorms start alike; "
    "the second half has its own: norm2.",
    "norm1 用了两次。在新建的模型上谁也看不出来，因为所有 LayerNorm 的初始值都一样；后一半有自己的：norm2。",
)
def same_norm_twice(x, norm1, attention, norm2, mlp):
    return encoder_block(x, norm1, attention, norm1, mlp)


@exercise.mistake(
    "the residual is taken after the norm: you overwrote x by norm(x), then added to that. "
    "Add to the x that came in.",
    "残差取在了归一化之后：你先用 norm(x) 覆盖了 x，再往上加。应该加到进来的那个 x 上。",
)
def residual_after_norm(x, norm1, attention, norm2, mlp):
    x = norm1(x)
    x = x + attention(x)
    x = norm2(x)
    return x + mlp(x)


@exercise.mistake(
    "attention and MLP work side by side on the same x. The MLP has to read the stream after attention has added to it.",
    "注意力和 MLP 并排处理了同一个 x。MLP 应该读取注意力加过之后的主干。",
)
def in_parallel(x, norm1, attention, norm2, mlp):
    return x + attention(norm1(x)) + mlp(norm2(x))


@exercise.mistake(
    "the MLP comes first. Equation (5.1) is attention, (5.2) the MLP.",
    "MLP 跑到前面去了。公式 (5.1) 是注意力，公式 (5.2) 才是 MLP。",
)
def mlp_first(x, norm1, attention, norm2, mlp):
    return encoder_block(x, norm2, mlp, norm1, attention)


exercise.variant(
    lambda x, norm1, attention, norm2, mlp: encoder_block(
        x, nn.Identity(), attention, nn.Identity(), mlp
    ),
    "there is no LayerNorm. Each half begins with one: attention(norm1(x)), mlp(norm2(x)).",
    "没有层归一化。两半都要以它开头：attention(norm1(x))、mlp(norm2(x))。",
    name="norms_forgotten",
)
exercise.variant(
    lambda x, norm1, attention, norm2, mlp: encoder_block(
        x, norm1, attention, nn.Identity(), mlp
    ),
    "norm2 is missing: the MLP reads norm2(x).",
    "漏了 norm2：MLP 读的是 norm2(x)。",
    name="second_norm_forgotten",
)
exercise.variant(
    lambda x, norm1, attention, norm2, mlp: encoder_block(
        x, nn.Identity(), attention, norm2, mlp
    ),
    "norm1 is missing: attention reads norm1(x).",
    "漏了 norm1：注意力读的是 norm1(x)。",
    name="first_norm_forgotten",
)
exercise.variant(
    lambda x, norm1, attention, norm2, mlp: encoder_block(
        norm1(x), nn.Identity(), attention, norm2, mlp
    ),
    "norm1 stands on the stream: you add to norm1(x). Add to the x that came in.",
    "norm1 站到了主干上：你加到了 norm1(x) 上。应该加到进来的那个 x 上。",
    name="stream_normalised",
)
exercise.variant(
    lambda x, norm1, attention, norm2, mlp: x + mlp(norm2(x + attention(norm1(x)))),
    "the second sum takes the x that came in, so what attention added is lost. Add to the stream as it is now.",
    "第二次加法用的还是进来的 x，注意力加的东西就丢了。应该加到现在的主干上。",
    name="second_sum_from_the_start",
)
exercise.variant(
    lambda x, norm1, attention, norm2, mlp: x + attention(norm1(x)),
    "the second half is missing: x + mlp(norm2(x)).",
    "漏了后一半：x + mlp(norm2(x))。",
    name="mlp_forgotten",
)
