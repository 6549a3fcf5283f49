"""How other libraries name and shape the same weights, for `pretrained`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# Each table: their name, its shape in symbols, our name. {i} counts the blocks; a line
# with * stands for a weight and its bias, whose shapes are separated by a bar. JAX calls
# a weight "kernel", or "scale" in a LayerNorm.
TORCHVISION = """
conv_proj.*  D,C,P,P|D  embeddings.patch_embedding.projection.*
class_token             1,1,D    embeddings.class_token
encoder.pos_embedding   1,T,D    embeddings.position_embedding
encoder.layers.encoder_layer_{i}.ln_1.*  D|D  encoder.blocks.{i}.norm1.*
encoder.layers.encoder_layer_{i}.self_attention.in_proj_*  3D,D|3D  encoder.blocks.{i}.attention.qkv.*
encoder.layers.encoder_layer_{i}.self_attention.out_proj.*  D,D|D  encoder.blocks.{i}.attention.projection.*
encoder.layers.encoder_layer_{i}.ln_2.*  D|D  encoder.blocks.{i}.norm2.*
encoder.layers.encoder_layer_{i}.mlp.0.*  M,D|M  encoder.blocks.{i}.mlp.linear1.*
encoder.layers.encoder_layer_{i}.mlp.3.*  D,M|D  encoder.blocks.{i}.mlp.linear2.*
encoder.ln.*  D|D  encoder.norm.*
heads.head.*  K,D|K  head.*
"""

TIMM = """
patch_embed.proj.*  D,C,P,P|D  embeddings.patch_embedding.projection.*
cls_token                1,1,D    embeddings.class_token
pos_embed                1,T,D    embeddings.position_embedding
blocks.{i}.norm1.*  D|D  encoder.blocks.{i}.norm1.*
blocks.{i}.attn.qkv.*  3D,D|3D  encoder.blocks.{i}.attention.qkv.*
blocks.{i}.attn.proj.*  D,D|D  encoder.blocks.{i}.attention.projection.*
blocks.{i}.norm2.*  D|D  encoder.blocks.{i}.norm2.*
blocks.{i}.mlp.fc1.*  M,D|M  encoder.blocks.{i}.mlp.linear1.*
blocks.{i}.mlp.fc2.*  D,M|D  encoder.blocks.{i}.mlp.linear2.*
norm.*  D|D  encoder.norm.*
head.*  K,D|K  head.*
"""

# Dense kernels lie the other way round here, and each head has its own axis.
JAX = """
embedding/*  P,P,C,D|D  embeddings.patch_embedding.projection.*
cls          1,1,D      embeddings.class_token
Transformer/posembed_input/pos_embedding  1,T,D  embeddings.position_embedding
Transformer/encoderblock_{i}/{norm1}/*    D|D    encoder.blocks.{i}.norm1.*
Transformer/encoderblock_{i}/{msa}/query/*  D,h,d|h,d  encoder.blocks.{i}.attention.qkv.*
Transformer/encoderblock_{i}/{msa}/key/*    D,h,d|h,d  encoder.blocks.{i}.attention.qkv.*
Transformer/encoderblock_{i}/{msa}/value/*  D,h,d|h,d  encoder.blocks.{i}.attention.qkv.*
Transformer/encoderblock_{i}/{msa}/out/*    h,d,D|D    encoder.blocks.{i}.attention.projection.*
Transformer/encoderblock_{i}/{norm2}/*  D|D  encoder.blocks.{i}.norm2.*
Transformer/encoderblock_{i}/{mlp}/Dense_0/*  D,M|M  encoder.blocks.{i}.mlp.linear1.*
Transformer/encoderblock_{i}/{mlp}/Dense_1/*  M,D|D  encoder.blocks.{i}.mlp.linear2.*
Transformer/encoder_norm/*  D|D  encoder.norm.*
head/*  D,K|K  head.*
"""

MSA = "MultiHeadDotProductAttention_"
JAX_RELEASED = {"norm1": "LayerNorm_0", "msa": MSA + "1", "norm2": "LayerNorm_2", "mlp": "MlpBlock_3"}  # fmt: skip
JAX_NEWER = {"norm1": "LayerNorm_0", "msa": MSA + "0", "norm2": "LayerNorm_1", "mlp": "MlpBlock_0"}  # fmt: skip

# What an entry that our model has no place for says about the source.
FEATURES = {
    r"\.ls[12]\.|layer_scale": "LayerScale",
    r"^reg_token|register": "register tokens",
    r"dist_token|head_dist": "a distillation token",
    r"^fc_norm\.": "a head on pooled tokens, normalised after pooling (fc_norm)",
    r"^attn_pool\.|MAPHead|^probe": "a read-out by attention pooling",
    r"[qk]_norm|(query|key)_norm|query_ln|key_ln": "qk-norm",
    r"attn\.norm\.|mlp\.norm\.": "a LayerNorm inside attention or MLP",
    r"^norm_pre\.": "a LayerNorm before the blocks (pre_norm)",
    r"^patch_embed\.norm\.": "a LayerNorm in the patch embedding",
    r"pre_logits": "a pre-logits layer",
    r"mlp\.(fc1_[gx]|w12|w[123]\b)": "a gated MLP (SwiGLU)",
    r"attn\.gate\.": "gated attention",
    r"\.attns\.|\.ffns\.|blocks\.\d+\.(in_proj|mlp_out_proj)": "parallel blocks",
    r"rel_pos|relative_position": "relative positions",
    r"^conv_proj\.conv|^conv_root|^patch_embed\.(backbone|conv|stem)": "a stem of convolutions",
    r"^heads?[./](?!weight$|bias$|kernel$|head\.)": "a head with a hidden layer",
}


@dataclass(frozen=True)
class Row:
    """One entry of a checkpoint: its name there, our name for it, its shape there."""

    theirs: str
    ours: str
    shape: tuple[str, ...]


def rows_of(table: str, depth: int, jax: Mapping[str, str] | None = None) -> list[Row]:
    """Read a table, with one row for each block; `jax` says how its parts are called."""
    rows = []
    for line in table.strip().splitlines():
        theirs, shapes, ours = line.split()
        weight = "weight"
        if jax:
            weight = "scale" if "norm" in ours else "kernel"
        for i in range(depth if "{i}" in line else 1):
            for kind, shape in zip(("weight", "bias"), shapes.split("|"), strict=False):
                their_kind = weight if kind == "weight" else kind
                their_name = theirs.replace("*", their_kind).format(i=i, **(jax or {}))
                our_name = ours.replace("*", kind).format(i=i)
                rows.append(Row(their_name, our_name, tuple(shape.split(","))))
    return rows


def depth_of(names: Mapping[str, object], prefix: str) -> int:
    """The number of blocks: the highest number after `prefix`, and one."""
    found = (re.match(re.escape(prefix) + r"(\d+)\b", name) for name in names)
    return max((int(match[1]) + 1 for match in found if match), default=1)
