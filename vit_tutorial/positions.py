"""Chapter 2: positions: a table by sines and cosines, and any table on another grid."""

import torch
import torch.nn.functional as F
from torch import Tensor

from vit_tutorial.checks import check_pair, check_positive
from vit_tutorial.tensor_checks import check_tensor


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
