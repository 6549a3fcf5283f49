"""Checks of tensors that several modules share: each error names shape and way out."""

from torch import Tensor


def check_tensor(x: Tensor, name: str, shape: str, ndim: int) -> None:
    """Check that `x` is a tensor with `ndim` axes, described in words by `shape`."""
    if not isinstance(x, Tensor):
        raise TypeError(
            f"{name} must be a torch.Tensor of shape {shape}, got {type(x).__name__}."
        )
    if x.ndim != ndim:
        hint = ""
        if ndim == 4 and x.ndim == 3:
            hint = " For one image, add the batch axis with images.unsqueeze(0)."
        raise ValueError(f"{name} must have shape {shape}, got {tuple(x.shape)}.{hint}")


def check_images(images: Tensor) -> None:
    """Check that `images` is a tensor of four axes; errors as `check_tensor`."""
    check_tensor(images, "images", "(B, C, H, W)", 4)


def check_tokens(x: Tensor, embed_dim: int) -> None:
    """Check that `x` is a tensor of shape (B, T, D) with the given D."""
    check_tensor(x, "x", "(B, T, D)", 3)
    if x.shape[-1] != embed_dim:
        raise ValueError(
            f"x must have shape (B, T, {embed_dim}), got {tuple(x.shape)}: its last axis "
            f"is {x.shape[-1]}. Embed the tokens to this width, or build the layer with "
            f"embed_dim={x.shape[-1]}."
        )
