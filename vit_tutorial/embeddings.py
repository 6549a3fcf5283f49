"""Chapter 2: patches become a sequence of tokens: class token and positions."""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vit_tutorial.checks import (
    check_choice,
    check_image_size,
    check_pair,
    check_positive,
    check_rate,
    check_tensor,
    patch_grid,
)
from vit_tutorial.patches import PatchEmbedding

POSITIONS = ("learned", "sincos2d", "none")


def sincos_position_embedding(
    grid_size: int | tuple[int, int], embed_dim: int, temperature: float = 10_000.0
) -> Tensor:
    """Sines and cosines of each patch's column and row: positions without learning.

    A quarter of the width each holds the sine of the column, its cosine, the sine of
    the row and its cosine, at wavelengths from 2π up to 2π·temperature patches.

    Args:
        grid_size: (rows, columns) of the grid of patches, or one int for a square one.
        embed_dim: D, divisible by 4.
        temperature: the ratio of the longest wavelength to the shortest, above 0.

    Returns:
        Shape (rows·columns, D), row-major like the patches, values in [-1, 1].

    Raises:
        TypeError: a size is not a whole number.
        ValueError: a size is smaller than 1, D is not divisible by 4, or the
            temperature is not above 0.

    Source:
        `posemb_sincos_2d` of the original authors' big_vision, models/vit.py.
    """
    rows, columns = check_pair(grid_size, "grid_size")
    quarter, rest = divmod(check_positive(embed_dim, "embed_dim"), 4)
    if rest:
        raise ValueError(
            f"sin-cos positions need an embed_dim divisible by 4, got {embed_dim}: sine "
            f"and cosine of column and row. Choose {quarter * 4 + 4}, or learned positions."
        )
    if not temperature > 0:
        raise ValueError(f"temperature must be greater than 0, got {temperature}.")
    exponent = torch.arange(quarter, dtype=torch.float64) / max(quarter - 1, 1)
    omega = temperature**-exponent  # (D/4,): from 1 down to 1/temperature
    y = torch.arange(rows, dtype=torch.float64).repeat_interleave(columns)  # (N,)
    x = torch.arange(columns, dtype=torch.float64).repeat(rows)  # (N,)
    y, x = y[:, None] * omega, x[:, None] * omega  # (N, D/4) each
    table = torch.cat([x.sin(), x.cos(), y.sin(), y.cos()], dim=1)  # (N, D)
    return table.to(torch.get_default_dtype())


def interpolate_position_embedding(
    table: Tensor, old_grid: int | tuple[int, int], new_grid: int | tuple[int, int]
) -> Tensor:
    """Stretch a table of positions to another grid of patches, as a picture is resized.

    Args:
        table: shape (1, T, D): one row for each patch, row-major, and before them one
            for the class token where T is rows·columns + 1.
        old_grid: (rows, columns) that the table was made for, or one int.
        new_grid: (rows, columns) to stretch it to, or one int.

    Returns:
        Shape (1, T', D), in the table's dtype: bicubic with antialiasing; the class
        token's row is kept as it is, and so is the whole table where the grids agree.

    Raises:
        TypeError: `table` is not a tensor, or a size is not a whole number.
        ValueError: `table` has not the shape (1, T, D), or T does not fit `old_grid`.

    Source:
        Dosovitskiy et al. 2021, section 3.2; timm's `resample_abs_pos_embed`.
    """
    check_tensor(table, "table", "(1, T, D)", 3)
    old_rows, old_columns = check_pair(old_grid, "old_grid")
    new_rows, new_columns = check_pair(new_grid, "new_grid")
    n = old_rows * old_columns
    if table.shape[0] != 1 or table.shape[1] not in (n, n + 1):
        raise ValueError(
            f"table must have shape (1, {n}, D), or (1, {n + 1}, D) with a class token, "
            f"for old_grid {old_rows}×{old_columns}, got {tuple(table.shape)}. Pass the "
            "grid that the table was made for."
        )
    if (old_rows, old_columns) == (new_rows, new_columns):
        return table.clone()
    class_row, grid = table.split([table.shape[1] - n, n], dim=1)  # (1, 0 or 1, D), …
    x = grid.float() if grid.dtype in (torch.float16, torch.bfloat16) else grid
    x = x.unflatten(1, (old_rows, old_columns))  # (1, rows, columns, D)
    x = x.permute(0, 3, 1, 2)  # (1, D, rows, columns)
    x = F.interpolate(x, (new_rows, new_columns), mode="bicubic", antialias=True)
    x = x.flatten(2).transpose(1, 2).to(table.dtype)  # (1, N', D)
    return torch.cat([class_row, x], dim=1)  # (1, T', D)


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
        normal distribution of standard deviation 0.02, as in the authors' code (here
        truncated at ±2).
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
            self.position_embedding = nn.Parameter(
                nn.init.trunc_normal_(table, std=0.02)
            )
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
