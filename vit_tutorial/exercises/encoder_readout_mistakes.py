"""The mistakes of exercises 05.3 and 05.4, the read-out and the poured weights, and what `check` says to each."""

from __future__ import annotations

from vit_tutorial.exercises.encoder import (
    classify,
    pour,
    read_out,
    translate,
)

# 05.3 The read-out


@classify.mistake(
    "the final norm is missing. The stream has grown with every block: normalise it before the head (Equation 4).",
    "漏了最后的归一化。主干每过一个块都在变大：进分类头之前要先归一化（公式 4）。",
)
def norm_forgotten(stream, norm, head):
    return head(stream[:, 0])


@classify.mistake(
    "you averaged over all tokens: global average pooling. That is a variant without a class token; "
    "here the class token is read: [:, 0].",
    "你对所有词元取了平均，也就是全局平均池化。那是没有类别词元的变体；这里要读的是类别词元：[:, 0]。",
)
def mean_of_all(stream, norm, head):
    return head(norm(stream).mean(dim=1))


@classify.mistake(
    "you averaged over the patches and left the class token out. Read the class token alone: [:, 0].",
    "你对图像块取了平均，把类别词元丢在了一边。应该只读类别词元：[:, 0]。",
)
def mean_of_patches(stream, norm, head):
    return head(norm(stream)[:, 1:].mean(dim=1))


@classify.mistake(
    "you read the last token. The class token stands in front: index 0.",
    "你读的是最后一个词元。类别词元排在最前面：下标是 0。",
)
def last_token(stream, norm, head):
    return head(norm(stream)[:, -1])


@classify.mistake(
    "you read the first patch. The class token stands before it: index 0.",
    "你读的是第一个图像块。类别词元还在它前面：下标是 0。",
)
def first_patch(stream, norm, head):
    return head(norm(stream)[:, 1])


@classify.mistake(
    "you took all tokens of the first image. The first axis is the batch: keep it whole, [:, 0].",
    "你取的是第一张图像的全部词元。第一个轴是批次，要整个留下：[:, 0]。",
)
def first_image(stream, norm, head):
    return head(norm(stream)[0])


@classify.mistake(
    "probabilities returned, not logits. The loss applies its own softmax: return what the head gives.",
    "返回的是概率，不是 logits。损失函数自己会做 softmax：直接返回分类头的输出。",
)
def probabilities(stream, norm, head):
    return read_out(stream, norm, head).softmax(dim=-1)


# 05.4 Pour the weights


@translate.mistake(
    "norm1 and norm2 are swapped. In both blocks norm1 belongs to attention and norm2 to the MLP: keep their names.",
    "norm1 和 norm2 对调了。两边都是 norm1 属于注意力，norm2 属于 MLP：名字不用改。",
)
def norms_swapped(source):
    return pour({_swap(name): value for name, value in source.items()})


@translate.mistake(
    "the weights are transposed. Both sides are torch's linear layers, (out, in): leave them as they are. "
    "It is JAX that stores (in, out).",
    "权重被转置了。两边都是 torch 的线性层，形状是 (out, in)，不用动。存成 (in, out) 的是 JAX。",
)
def weights_transposed(source):
    return {n: v.T if v.ndim == 2 else v for n, v in pour(source).items()}


@translate.mistake(
    "the biases are missing: half of the entries. `.weight` and `.bias` both have to go over.",
    "漏了偏置，少了一半的条目。`.weight` 和 `.bias` 都要搬过去。",
)
def biases_forgotten(source):
    return {n: v for n, v in pour(source).items() if n.endswith("weight")}


@translate.mistake(
    "the names inside the MLP have no prefix. Ours are mlp.linear1 and mlp.linear2.",
    "MLP 里的名字少了前缀。我们的是 mlp.linear1 和 mlp.linear2。",
)
def mlp_prefix_forgotten(source):
    return {n.replace("mlp.", ""): v for n, v in pour(source).items()}


@translate.mistake(
    "in_proj_weight became qkv_weight. torch writes it with an underscore, ours is a layer: attention.qkv.weight.",
    "in_proj_weight 变成了 qkv_weight。torch 用下划线连着写，我们这里是一个层：attention.qkv.weight。",
)
def underscore_kept(source):
    return {n.replace("qkv.", "qkv_"): v for n, v in pour(source).items()}


def _swap(name: str) -> str:
    return (
        name.replace("norm1", "norm0")
        .replace("norm2", "norm1")
        .replace("norm0", "norm2")
    )
