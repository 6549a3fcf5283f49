"""Chapter 2: patches become a sequence of tokens: class token and positions."""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vit_tutorial.checks import check_choice, check_image_size, check_rate, patch_grid
from vit_tutorial.config import POSITIONS
from vit_tutorial.patches import PatchEmbedding
from vit_tutorial.positions import (
    interpolate_position_embedding,
    sincos_position_embedding,
)


class Embeddings(nn.Module):
    """From images to the encoder's input: patch embeddings, class token, positions.

    Attributes:
        patch_embedding: the `PatchEmbedding`.
        class_token: a parameter of shape (1, 1, D), or None.
        position_embedding: a parameter of shape (1, T, D), a buffer for "sincos2d"
            (zeros for the class token), or None.

    Args:
        image_size: (H, W) in pixels, or one int for square images.
        patch_size: P, which divides H and W.
        in_channels: C.
        embed_dim: D; divisible by 4 for "sincos2d".
        dropout: rate of the dropout after the positions, in [0, 1).
        position: "learned", "sincos2d" or "none".
        class_token: whether a class token stands before the patches.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument has a value that is not allowed; the message names it.

    Source:
        Dosovitskiy et al. 2021, Equation 1; dropout: appendix B.1; kinds of position:
        appendix D.4. The class token starts from zero and learned positions from a
        normal distribution of standard deviation 0.02, as in the authors' code.
    """

    def __init__(
        self,
        image_size: int | tuple[int, int] = 224,
        patch_size: int = 16,
        in_channels: int = 3,
        embed_dim: int = 768,
        dropout: float = 0.0,
        position: str = "learned",
        class_token: bool = True,
    ) -> None:
        super().__init__()
        self.patch_embedding = PatchEmbedding(patch_size, in_channels, embed_dim)
        self.position = check_choice(position, "position", POSITIONS)
        self.image_size = check_image_size(image_size)
        self.grid_size = patch_grid(self.image_size, self.patch_embedding.patch_size)
        d = self.patch_embedding.embed_dim
        self.class_token = nn.Parameter(torch.zeros(1, 1, d)) if class_token else None
        self.position_embedding = None
        if position == "learned":
            table = torch.empty(1, self.num_tokens, d)
            self.position_embedding = nn.Parameter(nn.init.normal_(table, std=0.02))
        elif position == "sincos2d":
            del self.position_embedding
            self.register_buffer("position_embedding", self._sincos_table())
        self.dropout = nn.Dropout(check_rate(dropout, "dropout"))

    @property
    def num_tokens(self) -> int:
        """T: the number of patches, and one more with a class token."""
        return self.grid_size[0] * self.grid_size[1] + (self.class_token is not None)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images into sequences of tokens.

        Args:
            images: shape (B, C, H, W), with the H and W that this was built for.

        Returns:
            Shape (B, T, D), the class token first where there is one.

        Raises:
            TypeError: `images` is not a tensor.
            ValueError: `images` has another shape than this was built for.
        """
        x = self.patch_embedding(images)  # (B, C, H, W) -> (B, N, D)
        self._check_size(images.shape[2], images.shape[3])
        if self.class_token is not None:
            token = self.class_token.expand(x.shape[0], -1, -1)  # (B, 1, D)
            x = torch.cat([token, x], dim=1)  # (B, N+1, D)
        if self.position_embedding is not None:
            x = x + self.position_embedding  # (B, T, D) + (1, T, D)
        return self.dropout(x)

    def resized(self, image_size: int | tuple[int, int]) -> Embeddings:
        """Copy this for images of another size.

        Args:
            image_size: the new (H, W) in pixels, or one int.

        Returns:
            New embeddings with the same weights. Learned positions are interpolated,
            sin-cos positions computed for the new grid, as the original authors do.

        Raises:
            TypeError: a size is not a whole number.
            ValueError: P does not divide the new H or W.
        """
        size = check_image_size(image_size)
        grid = patch_grid(size, self.patch_embedding.patch_size)
        other = copy.deepcopy(self)
        other.image_size, other.grid_size = size, grid
        table = self.position_embedding
        if self.position == "learned":
            new = interpolate_position_embedding(table.detach(), self.grid_size, grid)
            other.position_embedding = nn.Parameter(
                new, requires_grad=table.requires_grad
            )
        elif self.position == "sincos2d":
            other.position_embedding = other._sincos_table().to(table)
        return other

    def _sincos_table(self) -> Tensor:
        d = self.patch_embedding.embed_dim
        table = sincos_position_embedding(self.grid_size, d)[None]  # (1, N, D)
        return F.pad(table, (0, 0, self.num_tokens - table.shape[1], 0))  # (1, T, D)

    def _check_size(self, height: int, width: int) -> None:
        if (height, width) != self.image_size:
            h, w = self.image_size
            raise ValueError(
                f"this model was built for images of {h}×{w}, but these are "
                f"{height}×{width}. Resize the images, or make a model for them, with "
                f"its positions interpolated: model.resized(({height}, {width}))."
            )
