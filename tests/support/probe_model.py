"""A model that keeps what it is given, for tests of prediction."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from vit_tutorial import ViTConfig
from vit_tutorial.prediction import predict


class Probe(nn.Module):
    """Its logits are three pixels of the first channel; it keeps what it was given."""

    def __init__(self, image_size: int | tuple[int, int] = 4, channels: int = 3) -> None:
        super().__init__()
        self.config = ViTConfig(image_size, 2, channels, num_classes=3)
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.dropout = nn.Dropout(0.5)

    def forward(self, images: Tensor) -> Tensor:
        self.given = images
        return self.dropout(self.scale * images[:, 0, 0, :3])


def pixels(height: int = 4, width: int = 4, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, channels), dtype=np.uint8)


def given(image: object, channels: int = 3, size: int | tuple[int, int] = 4) -> Tensor:
    """What the model is given for an image, without the batch axis."""
    model = Probe(size, channels)
    predict(model, image)
    return model.given[0]


def expected(array: np.ndarray) -> Tensor:
    """Pixels (H, W, C) as a model wants them, by the formula."""
    return torch.from_numpy(array.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)
