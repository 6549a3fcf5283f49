"""Trained weights: those of this package, and other libraries', poured into this model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image
from torch import Tensor, nn

from vit_tutorial import _checkpoint_model as pouring
from vit_tutorial import _checkpoint_names as layouts
from vit_tutorial._checkpoint_fit import fit
from vit_tutorial._checkpoint_npz import read_npz, turn
from vit_tutorial._preprocessing import (
    BUNDLED,
    NAMES,
    name_and_size,
    torchvision_weights,
    transform_of,
)
from vit_tutorial._pretrained_files import load_bundled, load_torchvision
from vit_tutorial.checks import check_choice
from vit_tutorial.model import VisionTransformer

Source = nn.Module | Mapping[str, Tensor]
Size = int | tuple[int, int] | None  # None: read it off the source


def load(name: str) -> VisionTransformer:
    """Trained weights by name, ready to predict or to be fine-tuned.

    Args:
        name: "vit-fashion": 28×28 grey images of clothes, ten classes, in this package;
            its checksum is verified. Or torchvision's weights for ImageNet's 1,000
            classes, 224×224 colours: "torchvision/vit_b_16" (346 MB), "…/vit_b_32",
            "…/vit_l_16" or "…/vit_l_32"; they lie in torchvision's cache, or are
            downloaded there, and torchvision verifies the checksum.

    Returns:
        A float32 model in eval mode on the CPU, with the names of its classes as
        `classes`; its `preprocessing` is the name, by which `transform` and `predict`
        know what its images have to go through.

    Raises:
        ValueError: the name is unknown.
        DownloadError: the weights are not here and can't be fetched (an `OSError`); the
            message says how to place the file by hand.
        CheckpointError: the file is damaged, or holds something else.
    """
    check_choice(name, "name", NAMES)
    if name == BUNDLED:
        model = load_bundled()
    else:
        weights = torchvision_weights(name)
        model = load_torchvision(weights, from_torchvision)
        model.classes = tuple(weights.meta["categories"])
    model.preprocessing = name
    return model.float().eval()


def transform(
    source: str | VisionTransformer, image_size: Size = None
) -> Callable[[Image.Image], Tensor]:
    """What an image has to go through before a pre-trained model sees it.

    Args:
        source: a name as for `load`, or a model: one that `load` gave, also with a new
            head, resized, or saved and loaded again. A model that was trained on
            `data.image_transform` has that.
        image_size: of the model's images; None: as the model, or the weights, have it.

    Returns:
        From an upright Pillow image, as `data.read_image` gives it, to a tensor
        (C, H, W).

    Raises:
        TypeError: the source is another model.
        ValueError: the name is unknown, or the size is not square where it has to be.
    """
    if isinstance(source, nn.Module):
        name, own = name_and_size(source)
    else:
        name = check_choice(source, "name", NAMES)
        own = 28 if name == BUNDLED else 224
    return transform_of(name, own if image_size is None else image_size)


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
    entries = pouring.state_dict_of(source)
    entries = {  # the released files were written by an older torchvision
        name.replace("mlp.linear_1.", "mlp.0.").replace(
            "mlp.linear_2.", "mlp.3."
        ): entry
        for name, entry in entries.items()
    }
    depth = layouts.depth_of(entries, "encoder.layers.encoder_layer_")
    rows = layouts.rows_of(layouts.TORCHVISION, depth)
    sizes = fit(entries, rows, "torchvision model")
    eps = 1e-6
    if isinstance(source, nn.Module):
        num_heads, image_size = source.encoder.layers[0].num_heads, source.image_size
        eps = pouring.layer_norm_eps(source)
    sizes["h"] = pouring.heads_of(sizes, depth, num_heads)
    model = pouring.build(pouring.ours(entries, rows), sizes, depth, image_size, eps)
    pouring.check_logits(source, model)
    return model


def from_timm(
    source: Source, num_heads: int | None = None, image_size: Size = None
) -> VisionTransformer:
    """Pour a `timm.models.VisionTransformer` into ours.

    A model without class token must average its tokens after the last LayerNorm
    (`global_pool="avg", fc_norm=False`), as ours does. A state dict does not say how
    its tokens are read out, nor its activation: pass the model wherever you have it.

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
    entries = pouring.state_dict_of(source)
    depth = layouts.depth_of(entries, "blocks.")
    rows = layouts.rows_of(layouts.TIMM, depth)
    if "cls_token" not in entries:
        rows = [row for row in rows if row.theirs != "cls_token"]
    sizes = fit(entries, rows, "timm model")
    eps = 1e-6
    if isinstance(source, nn.Module):
        pouring.check_timm(source, has_class_token="cls_token" in entries)
        num_heads = source.blocks[0].attn.num_heads
        image_size, eps = source.patch_embed.img_size, pouring.layer_norm_eps(source)
    sizes["h"] = pouring.heads_of(sizes, depth, num_heads)
    model = pouring.build(pouring.ours(entries, rows), sizes, depth, image_size, eps)
    pouring.check_logits(source, model)
    return model


def from_jax(path_to_npz: str | Path, image_size: Size = None) -> VisionTransformer:
    """Pour a checkpoint of the original authors' code (`.npz`) into ours.

    Nothing in the file is run: it is read without pickle. The authors' `nn.gelu` is by
    default the tanh approximation of the exact GELU that this model has, so logits
    differ from their code's by that, and from nothing else.

    Args:
        path_to_npz: the file, with a class token (`cls`) or without one.
        image_size: (H, W) in pixels, where the grid of positions is not square.

    Returns:
        A float32 model (or in the file's dtype) with pooling "mean" where the file has
        no class token.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged or of another kind, entries are missing,
            unexpected or misshapen, or it has a feature that our model lacks.
    """
    entries = read_npz(path_to_npz)
    depth = layouts.depth_of(entries, "Transformer/encoderblock_")
    newer = any(f"/{layouts.JAX_NEWER['MSA']}/" in name for name in entries)
    parts = layouts.JAX_NEWER if newer else layouts.JAX_RELEASED
    rows = layouts.rows_of(layouts.JAX, depth, parts)
    if "cls" not in entries:
        rows = [row for row in rows if row.theirs != "cls"]
    sizes = fit(entries, rows, f"file {path_to_npz}")
    if sizes["h"] * sizes["d"] != sizes["D"]:
        raise ValueError(
            f"the file {path_to_npz} has {sizes['h']} heads of width {sizes['d']}, which "
            f"do not make up its width {sizes['D']}: this model's heads must."
        )
    turned = {name: turn(name, entry) for name, entry in entries.items()}
    return pouring.build(pouring.ours(turned, rows), sizes, depth, image_size, eps=1e-6)
