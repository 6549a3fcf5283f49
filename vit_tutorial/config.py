"""The sizes and choices that make a Vision Transformer, checked as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vit_tutorial import checks

POSITIONS = ("learned", "sincos2d", "none")
POOLINGS = ("cls", "mean")

SIZES = ("patch_size", "embed_dim", "depth", "num_heads", "mlp_dim")
VARIANTS = {
    "ViT-Ti/16": (16, 192, 12, 3, 768),
    "ViT-S/16": (16, 384, 12, 6, 1536),
    "ViT-S/32": (32, 384, 12, 6, 1536),
    "ViT-B/16": (16, 768, 12, 12, 3072),
    "ViT-B/32": (32, 768, 12, 12, 3072),
    "ViT-L/16": (16, 1024, 24, 16, 4096),
    "ViT-L/32": (32, 1024, 24, 16, 4096),
    "ViT-H/14": (14, 1280, 32, 16, 5120),
}


@dataclass(frozen=True)
class ViTConfig:
    """All sizes and choices of a `VisionTransformer`; the defaults are ViT-B/16.

    Attributes:
        image_size: (H, W) in pixels, or one int for square images.
        patch_size: P in pixels; divides H and W.
        in_channels: C.
        embed_dim: D, the width of the tokens; divisible by 4 for "sincos2d".
        depth: L, the number of encoder blocks.
        num_heads: h; divides D.
        mlp_dim: D_mlp, the width inside each MLP.
        num_classes: K.
        dropout: rate after the positions and each linear layer but `qkv`, in [0, 1).
        attention_dropout: rate for the attention weights, in [0, 1).
        position: "learned", "sincos2d" or "none".
        pooling: "cls" reads the class token; "mean" has none and averages all tokens.
        layer_norm_eps: added to the variance in each LayerNorm, above 0.

    Raises:
        TypeError: a value has the wrong type.
        ValueError: a value is not allowed; the message names it and the way out.

    Source:
        Dosovitskiy et al. 2021, Table 1 (B, L, H); Touvron et al. 2021, Table 1 (Ti, S).
    """

    image_size: int | tuple[int, int] = 224
    patch_size: int = 16
    in_channels: int = 3
    embed_dim: int = 768
    depth: int = 12
    num_heads: int = 12
    mlp_dim: int = 3072
    num_classes: int = 1000
    dropout: float = 0.0
    attention_dropout: float = 0.0
    position: str = "learned"
    pooling: str = "cls"
    layer_norm_eps: float = 1e-6

    def __post_init__(self) -> None:
        for name in ("patch_size", "in_channels", "depth", "mlp_dim", "num_classes"):
            checks.check_positive(getattr(self, name), name)
        checks.check_heads(self.embed_dim, self.num_heads)
        checks.check_rate(self.dropout, "dropout")
        checks.check_rate(self.attention_dropout, "attention_dropout")
        checks.check_choice(self.position, "position", POSITIONS)
        checks.check_choice(self.pooling, "pooling", POOLINGS)
        checks.check_eps(self.layer_norm_eps, "layer_norm_eps")
        if isinstance(self.image_size, list):  # a list, from JSON, cannot be hashed
            object.__setattr__(self, "image_size", tuple(self.image_size))
        size = checks.check_image_size(self.image_size)
        checks.patch_grid(size, self.patch_size)
        if self.position == "sincos2d" and self.embed_dim % 4 != 0:
            raise ValueError(
                f'position="sincos2d" needs an embed_dim divisible by 4, got '
                f'{self.embed_dim}. Choose another width, or position="learned".'
            )

    @property
    def grid_size(self) -> tuple[int, int]:
        """Rows and columns of the grid of patches."""
        size = checks.check_image_size(self.image_size)
        return checks.patch_grid(size, self.patch_size)

    @property
    def num_patches(self) -> int:
        """N, the number of patches of an image."""
        return self.grid_size[0] * self.grid_size[1]

    @property
    def num_tokens(self) -> int:
        """T: N, and one more for the class token with pooling "cls"."""
        return self.num_patches + (self.pooling == "cls")

    @classmethod
    def named(cls, name: str, **overrides: Any) -> ViTConfig:
        """Look a variant of the paper up by its name.

        Args:
            name: such as "ViT-B/16": size, then the patch's side in pixels.
            **overrides: attributes that shall differ, such as `num_classes=3`.

        Returns:
            The configuration, for 224 px and 1000 classes where not overridden.

        Raises:
            TypeError: an override is no attribute of `ViTConfig`.
            ValueError: the name is unknown (the message lists the known ones), or an
                override is not allowed.
        """
        if name not in VARIANTS:
            raise ValueError(f"unknown variant {name!r}. Known: {', '.join(VARIANTS)}.")
        sizes = dict(zip(SIZES, VARIANTS[name], strict=True))
        return cls(**(sizes | overrides))
