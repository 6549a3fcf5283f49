"""What the tests of the whole model share: a small one, images for it, and the paper's counts."""

from dataclasses import replace

import torch
from reference import random_tensor, randomise

from vit_tutorial import VisionTransformer, ViTConfig

CONFIG = ViTConfig(
    image_size=(8, 12), patch_size=4, embed_dim=12, depth=2, num_heads=3, mlp_dim=20, num_classes=5
)
CHOICES = [(position, pooling) for position in ("learned", "sincos2d", "none") for pooling in ("cls", "mean")]
COUNTS = {
    "ViT-Ti/16": 5_717_416,
    "ViT-S/16": 22_050_664,
    "ViT-S/32": 22_878_952,
    "ViT-B/16": 86_567_656,
    "ViT-B/32": 88_224_232,
    "ViT-L/16": 304_326_632,
    "ViT-L/32": 306_535_400,
    "ViT-H/14": 632_045_800,
}


def model(dtype: torch.dtype = torch.float64, **changes: object) -> VisionTransformer:
    return randomise(VisionTransformer(replace(CONFIG, **changes)).to(dtype))


def images(b: int = 2, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return random_tensor(b, 3, 8, 12, dtype=dtype)
