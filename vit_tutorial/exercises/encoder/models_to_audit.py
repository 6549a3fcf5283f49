"""Three small ViTs for exercise 05.5: each departs from the paper somewhere. The answers stand in `audit.py`."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vit_tutorial.encoder import EncoderBlock
from vit_tutorial.patches import PatchEmbedding, patchify

DEPARTURES = (
    "as in the paper",
    "extra norm",
    "global patch size",
    "no position embedding",
    "one class token for each sample",
    "attention across the batch",
    "no residuals",
    "post-norm",
    "residual taken after the norm",
    "mean of all tokens",
    "no final norm",
    "probabilities",
)
PATCH = 16


class SuspectA(nn.Module):
    def __init__(self, d=64, depth=3, num_classes=5):
        super().__init__()
        self.patches = PatchEmbedding(16, 3, d)
        self.norm1 = nn.LayerNorm(d, eps=1e-6)
        self.class_token = nn.Parameter(torch.zeros(1, 1, d))
        self.positions = nn.Parameter(torch.zeros(1, 17, d))
        self.blocks = nn.Sequential(*(EncoderBlock(d, 4, 4 * d) for _ in range(depth)))
        self.norm2 = nn.LayerNorm(d, eps=1e-6)
        self.head = nn.Linear(d, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        x = self.norm1(self.patches(images))
        x = torch.cat([self.class_token.expand(len(x), -1, -1), x], dim=1)
        x = self.blocks(x + self.positions)
        x = self.norm2(x).mean(dim=1)
        return self.head(x)


class SuspectB(nn.Module):
    def __init__(self, d=64, depth=3, num_classes=5, patch_size=16):
        super().__init__()
        self.embed = nn.Linear(3 * patch_size**2, d)
        self.class_token = nn.Parameter(torch.zeros(1, 1, d))
        self.positions = nn.Parameter(torch.zeros(1, (64 // patch_size) ** 2 + 1, d))
        self.blocks = nn.Sequential(
            *(
                nn.TransformerEncoderLayer(
                    d, 4, 4 * d, 0.0, "gelu", layer_norm_eps=1e-6, norm_first=True
                )
                for _ in range(depth)
            )
        )
        self.norm = nn.LayerNorm(d, eps=1e-6)
        self.head = nn.Linear(d, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        x = self.embed(patchify(images, PATCH))
        x = torch.cat([self.class_token.expand(len(x), -1, -1), x], dim=1)
        x = self.blocks(x + self.positions)
        return self.head(self.norm(x[:, 0]))


class BlockC(EncoderBlock):
    def forward(self, x: Tensor) -> Tensor:
        x = self.norm1(x)
        x = x + self.attention(x)
        x = self.norm2(x)
        return x + self.mlp(x)


class SuspectC(nn.Module):
    def __init__(self, d=64, depth=3, num_classes=5):
        super().__init__()
        self.patches = nn.Conv2d(3, d, kernel_size=16, stride=16)
        self.class_token = nn.Parameter(torch.zeros(1, 1, d))
        self.positions = nn.Parameter(torch.zeros(1, 17, d))
        self.blocks = nn.Sequential(*(BlockC(d, 4, 4 * d) for _ in range(depth)))
        self.norm = nn.LayerNorm(d, eps=1e-6)
        self.head = nn.Linear(d, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        x = self.patches(images).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_token.expand(len(x), -1, -1), x], dim=1)
        x = self.norm(self.blocks(x + self.positions))
        x = self.head(x[:, 0])
        return F.softmax(x, dim=-1)


def suspects() -> dict[str, nn.Module]:
    """The three models for images of 64×64 pixels, all parameters random, ready to be questioned.

    Returns:
        The models "A", "B" and "C" in eval mode; each turns (B, 3, 64, 64) into (B, 5).
    """
    with torch.random.fork_rng():
        torch.manual_seed(0)
        models = {"A": SuspectA(), "B": SuspectB(), "C": SuspectC()}
        with torch.no_grad():
            for model in models.values():
                for parameter in model.eval().parameters():
                    parameter.add_(0.1 * torch.randn_like(parameter))
    return models
