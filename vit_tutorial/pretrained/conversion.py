"""The steps by which `pretrained` turns a checkpoint into a model."""

import math
import re
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from vit_tutorial.checks import check_heads, check_image_size, patch_grid
from vit_tutorial.config import VARIANTS, ViTConfig
from vit_tutorial.model import VisionTransformer
from vit_tutorial.pretrained.fitting import Sizes
from vit_tutorial.pretrained.names import Row
from vit_tutorial.pretrained.preprocessing import UNKNOWN
from vit_tutorial.wrapped import unwrap

Size = int | tuple[int, int] | None  # of images; None: read it off the weights
PREFIXES = re.compile(r"^((module|model|_orig_mod)\.)+")
WIDEST_USUAL = 1024  # up to here heads of width 64 are the rule; beyond, they are not


def state_dict_of(source: nn.Module | Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """The entries of a model or of a state dict, without what `torch.compile`, DataParallel or a trainer put around."""
    if isinstance(source, nn.Module):
        return unwrap(source).state_dict()
    if not isinstance(source, Mapping):
        raise TypeError(
            "pass a model or its state dict (names to tensors), got "
            f"{type(source).__name__}. A file is read with "
            "torch.load(path, weights_only=True)."
        )
    for key in ("model", "state_dict", "model_state_dict"):
        if isinstance(source.get(key), Mapping):
            source = source[key]
    return {PREFIXES.sub("", name): entry for name, entry in source.items() if name != "n_averaged"}


def ours(entries: Mapping[str, Tensor], rows: list[Row]) -> dict[str, Tensor]:
    """Our state dict; query, key and value that come singly are put together."""
    parts: dict[str, list[Tensor]] = {}
    for row in rows:
        parts.setdefault(row.ours, []).append(entries[row.theirs].detach())
    return {name: torch.cat(tensors).contiguous() for name, tensors in parts.items()}


def heads_of(sizes: Sizes, depth: int, num_heads: int | None) -> int:
    """The number of heads: given, or a named variant's, or by heads of width 64."""
    d = sizes["D"]
    if num_heads is not None:
        check_heads(d, num_heads)
        return num_heads
    for _, width, length, heads, mlp_dim in VARIANTS.values():
        if (width, length, mlp_dim) == (d, depth, sizes["M"]):
            return heads
    if d % 64 != 0 or d > WIDEST_USUAL:
        raise ValueError(
            f"a state dict does not hold the number of heads, and width {d} does not "
            "tell it. Pass the model itself, or num_heads."
        )
    return d // 64


def _layer_norm_eps(source: object) -> float:
    """The eps that all LayerNorms of a model share; where there is no model, 1e-6."""
    if not isinstance(source, nn.Module):
        return 1e-6
    found = {m.eps for m in source.modules() if isinstance(m, nn.LayerNorm)}
    if len(found) != 1:
        raise ValueError(
            f"the LayerNorms of this model have the eps {sorted(found)}: ours has one eps for all."
        )
    return found.pop()


def check_timm(source: nn.Module, has_class_token: bool) -> None:
    """Raise for what a timm model does differently without a weight that shows it."""
    block = source.blocks[0]
    activation = block.mlp.act
    exact = type(activation).__name__ == "GELU"
    exact = exact and getattr(activation, "approximate", "none") == "none"
    pool = "token" if has_class_token else "avg"
    lacking = {
        f"blocks of the kind {type(block).__name__}": type(block).__name__ != "Block",
        f"the activation {activation}, where ours is the exact GELU": not exact,
        f"global_pool={source.global_pool!r}, where ours would be {pool!r}: a model with "
        "class token reads it out, one without averages": source.global_pool != pool,
        "no position for the class token (no_embed_class)": has_class_token and source.no_embed_class,
    }
    found = [feature for feature, present in lacking.items() if present]
    if found:
        raise ValueError("this timm model has features that this model lacks: " + "; ".join(found))


def build(
    source: object, state: dict[str, Tensor], sizes: Sizes, depth: int, size: Size
) -> VisionTransformer:
    """A model around these weights, as they are; a source that is a model proves it."""
    has_class_token = "embeddings.class_token" in state
    with torch.device("meta"):  # no memory, no random numbers: all weights are there
        config = ViTConfig(
            image_size=_image_size(sizes, has_class_token, size),
            patch_size=sizes["P"],
            in_channels=sizes["C"],
            embed_dim=sizes["D"],
            depth=depth,
            num_heads=sizes["h"],
            mlp_dim=sizes["M"],
            num_classes=sizes["K"],
            pooling="cls" if has_class_token else "mean",
            layer_norm_eps=_layer_norm_eps(source),
        )
        model = VisionTransformer(config)
    model.load_state_dict(state, assign=True)
    model.preprocessing = UNKNOWN  # weights do not show it
    _check_logits(source, model)
    return model


def _image_size(sizes: Sizes, has_class_token: bool, size: Size) -> Size:
    """The image size, given or read off a square grid of positions."""
    n, p = sizes["T"] - has_class_token, sizes["P"]
    if size is None:
        side = math.isqrt(n)
        if side < 1 or side * side != n:
            raise ValueError(
                f"the table of {sizes['T']} positions holds no square grid. Pass the "
                "image_size (H, W) that it was made for."
            )
        return side * p
    height, width = check_image_size(size)
    rows, columns = patch_grid((height, width), p)
    if rows * columns != n:
        raise ValueError(
            f"images of {height}×{width} have {rows}×{columns} = {rows * columns} "
            f"patches, but there are positions for {n}. Pass the image_size that the "
            "table was made for, then use .resized(...) on the model."
        )
    return height if height == width else (height, width)


@torch.no_grad()
def _check_logits(source: object, model: VisionTransformer) -> None:
    """Where the source is a model, prove on a random image that the logits agree."""
    if not isinstance(source, nn.Module) or model.head.weight.is_meta:
        return
    shape = (1, model.config.in_channels, *model.embeddings.image_size)
    images = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    images = images.to(model.head.weight)
    training = [module for module in source.modules() if module.training]
    try:
        theirs = source.eval()(images).float()
    finally:
        for module in training:
            module.training = True
    difference = (model(images).float() - theirs).abs().max().item()
    limit = max(1e-3, 50 * torch.finfo(images.dtype).eps) * theirs.abs().max().item()
    if not difference <= limit:
        raise ValueError(
            f"on a random image the logits differ by {difference:.3g}: the source has a "
            "feature that this model lacks and that its weights do not show."
        )
