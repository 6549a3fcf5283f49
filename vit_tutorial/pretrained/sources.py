"""Other libraries' models and files, poured into this package's model."""

import re
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor, nn

from vit_tutorial.model import VisionTransformer
from vit_tutorial.pretrained import conversion, names
from vit_tutorial.pretrained.conversion import Size
from vit_tutorial.pretrained.fitting import fit
from vit_tutorial.pretrained.npz import read_npz, turn
from vit_tutorial.wrapped import unwrap

Source = nn.Module | Mapping[str, Tensor]


def from_torchvision(
    source: Source, num_heads: int | None = None, image_size: Size = None
) -> VisionTransformer:
    """Pour a `torchvision.models.VisionTransformer` into ours.

    Args:
        source: the model, or its state dict.
        num_heads: h, for a state dict (it does not hold the number). Without it: what a
            variant of the paper of the same sizes has, or heads of width 64.
        image_size: (H, W) in pixels, for a state dict of a model that is not square.

    Returns:
        A model with copies of the weights, in their dtype and on their device, whose
        logits equal the source's. Its dropout rates are 0.

    Raises:
        TypeError: `source` is neither a module nor a mapping.
        ValueError: entries are missing, unexpected or misshapen, or the source has a
            feature that our model lacks; the message lists or names them all.
    """
    entries = conversion.state_dict_of(source)
    entries = {  # the released files were written by an older torchvision
        name.replace("mlp.linear_1", "mlp.0").replace("mlp.linear_2", "mlp.3"): entry
        for name, entry in entries.items()
    }
    if (
        len([name for name in entries if re.match(r"heads\..*weight$", name)]) == 1
    ):  # one layer, however wrapped
        entries = {re.sub(r"^heads\.(.*\.)?", "heads.head.", name): entry for name, entry in entries.items()}
    depth = names.depth_of(entries, "encoder.layers.encoder_layer_")
    rows = names.rows_of(names.TORCHVISION, depth)
    sizes = fit(entries, rows, "torchvision model")
    if isinstance(source, nn.Module):
        source = unwrap(source)
        num_heads, image_size = source.encoder.layers[0].num_heads, source.image_size
    sizes["h"] = conversion.heads_of(sizes, depth, num_heads)
    state = conversion.ours(entries, rows)
    return conversion.build(source, state, sizes, depth, image_size)


def from_timm(source: Source, num_heads: int | None = None, image_size: Size = None) -> VisionTransformer:
    """Pour a `timm.models.VisionTransformer` into ours.

    A model without class token must average its tokens after the last LayerNorm
    (`global_pool="avg", fc_norm=False`), as ours does. A state dict does not say how
    its tokens are read out, nor its activation: pass the model wherever you have it.

    Args, result and errors as for `from_torchvision`.
    """
    entries = conversion.state_dict_of(source)
    depth = names.depth_of(entries, "blocks.")
    rows = names.rows_of(names.TIMM, depth)
    if "cls_token" not in entries:
        rows = [row for row in rows if row.theirs != "cls_token"]
    sizes = fit(entries, rows, "timm model")
    if isinstance(source, nn.Module):
        source = unwrap(source)
        conversion.check_timm(source, has_class_token="cls_token" in entries)
        num_heads = source.blocks[0].attn.num_heads
        image_size = source.patch_embed.img_size
    sizes["h"] = conversion.heads_of(sizes, depth, num_heads)
    state = conversion.ours(entries, rows)
    return conversion.build(source, state, sizes, depth, image_size)


def from_jax(path_to_npz: str | Path, image_size: Size = None) -> VisionTransformer:
    """Pour a checkpoint of the original authors' code (`.npz`) into ours.

    Nothing in the file is run: it is read without pickle. The authors' `nn.gelu` is by default the tanh
    approximation of the exact GELU that this model has, so logits differ from their code's by that, and from
    nothing else.

    Args:
        path_to_npz: the file, with a class token (`cls`) or without one.
        image_size: (H, W) in pixels, where the grid of positions is not square.

    Returns:
        A float32 model (or in the file's dtype) with pooling "mean" where the file has no class token.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged or of another kind, entries are missing, unexpected or misshapen, or
            it has a feature that our model lacks.
    """
    entries = read_npz(path_to_npz)
    depth = names.depth_of(entries, "Transformer/encoderblock_")
    newer = any(f"/{names.JAX_NEWER['msa']}/" in name for name in entries)
    parts = names.JAX_NEWER if newer else names.JAX_RELEASED
    rows = names.rows_of(names.JAX, depth, parts)
    if "cls" not in entries:
        rows = [row for row in rows if row.theirs != "cls"]
    sizes = fit(entries, rows, f"file {path_to_npz}")
    if sizes["h"] * sizes["d"] != sizes["D"]:
        raise ValueError(
            f"the file {path_to_npz} has {sizes['h']} heads of width {sizes['d']}, which "
            f"do not make up its width {sizes['D']}: this model's heads must."
        )
    turned = {name: turn(name, entry) for name, entry in entries.items()}
    state = conversion.ours(turned, rows)
    return conversion.build(path_to_npz, state, sizes, depth, image_size)
