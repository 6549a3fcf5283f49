"""The Vision Transformer of chapter 6, for images of 28×28 grey pixels in ten classes."""

from __future__ import annotations

from vit_tutorial import VisionTransformer, ViTConfig


def small_vit(patch_size: int = 14) -> VisionTransformer:
    """Four blocks of width 64, with random weights."""
    sizes = {"embed_dim": 64, "depth": 4, "num_heads": 4, "mlp_dim": 128}
    return VisionTransformer(ViTConfig(28, patch_size, in_channels=1, num_classes=10, **sizes))
