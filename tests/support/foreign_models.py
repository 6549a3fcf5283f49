"""Small models of timm and torchvision, with random weights."""

import torch
import torchvision
from reference import random_tensor, randomise
from timm.models import vision_transformer as timm_vit
from torch import nn

from vit_tutorial import pretrained

SHARED = {"patch_size": 4, "num_heads": 3, "num_classes": 5}
TIMM = SHARED | {"img_size": 16, "embed_dim": 12, "depth": 2, "mlp_ratio": 2}
TORCHVISION = SHARED | {"image_size": 16, "hidden_dim": 12, "num_layers": 2, "mlp_dim": 20}


def of_timm(dtype: torch.dtype = torch.float64, **changes: object) -> timm_vit.VisionTransformer:
    return randomise(timm_vit.VisionTransformer(**(TIMM | changes)).to(dtype)).eval()


def of_torchvision(dtype: torch.dtype = torch.float64, **changes: object) -> nn.Module:
    return randomise(torchvision.models.VisionTransformer(**(TORCHVISION | changes)).to(dtype)).eval()


def images(*size: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return random_tensor(2, 3, *size, dtype=dtype)


SMALL = {
    "torchvision": (of_torchvision, pretrained.from_torchvision),
    "timm": (of_timm, pretrained.from_timm),
}
