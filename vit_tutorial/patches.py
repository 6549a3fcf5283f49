"""Chapter 1: cut images into patches, put them together again, embed them."""

from torch import Tensor, nn

from vit_tutorial.checks import check_image_size, check_positive, patch_grid
from vit_tutorial.tensor_checks import check_images, check_tensor


def patchify(images: Tensor, patch_size: int) -> Tensor:
    """Cut images into non-overlapping square patches and flatten each one.

    Patches come in row-major order (left to right, then top to bottom). Each one is flattened as
    (channel, row, column), the order of `torch.nn.functional.unfold` and of a convolution's weight.

    Args:
        images: shape (B, C, H, W), any dtype and device; P divides H and W.
        patch_size: P, the side of a patch in pixels, at least 1.

    Returns:
        Shape (B, N, C·P·P) with N = (H/P)·(W/P): the same values, none added, none lost. In memory they
        lie as `unfold` returns them, (B, C·P·P, N), so use `reshape` and not `view` on the result.

    Raises:
        TypeError: `images` is not a tensor, or `patch_size` is not a whole number.
        ValueError: `images` has not four axes, P < 1, or P does not divide H or W.

    Source:
        Dosovitskiy et al. 2021, section 3.1, the reshaping of x into x_p.
    """
    p = check_positive(patch_size, "patch_size")
    check_images(images)
    b, c, h, w = images.shape
    rows, columns = patch_grid((h, w), p)
    x = images.reshape(b, c, rows, p, columns, p)  # (B, C, H/P, P, W/P, P)
    x = x.permute(0, 1, 3, 5, 2, 4)  # (B, C, P, P, H/P, W/P)
    # In this order memory is copied in long runs, also where P is small.
    x = x.reshape(b, c * p * p, rows * columns)  # (B, C·P·P, N)
    return x.transpose(1, 2)  # (B, N, C·P·P)


def unpatchify(
    patches: Tensor, patch_size: int, image_size: int | tuple[int, int]
) -> Tensor:
    """Put the patches of `patchify` together again: its exact inverse.

    Args:
        patches: shape (B, N, C·P·P), in the order that `patchify` gives.
        patch_size: P, the side of a patch in pixels, at least 1.
        image_size: the image's (H, W) in pixels, or one int for a square image.

    Returns:
        Shape (B, C, H, W).

    Raises:
        TypeError: `patches` is not a tensor, or a size is not a whole number.
        ValueError: `patches` has not three axes, P does not divide H or W, N is not (H/P)·(W/P),
            or the length of a patch is not a multiple of P·P.
    """
    p = check_positive(patch_size, "patch_size")
    check_tensor(patches, "patches", "(B, N, C·P·P)", 3)
    h, w = check_image_size(image_size)
    rows, columns = patch_grid((h, w), p)
    b, n, length = patches.shape
    if n != rows * columns:
        raise ValueError(
            f"an image of {h}×{w} has {rows}×{columns} = {rows * columns} patches of {p}×{p}, but patches "
            f"has N = {n}. Pass the (H, W) of the image that was cut, and no class token."
        )
    if length == 0 or length % (p * p) != 0:
        raise ValueError(
            f"a flattened patch of {p}×{p} pixels has C·{p * p} values, but the last axis of patches has "
            f"{length}. Use the patch_size that the image was cut with; embedded patches cannot be undone."
        )
    x = patches.reshape(
        b, rows, columns, length // (p * p), p, p
    )  # (B, H/P, W/P, C, P, P)
    x = x.permute(0, 3, 1, 4, 2, 5)  # (B, C, H/P, P, W/P, P)
    return x.reshape(b, length // (p * p), h, w)  # (B, C, H, W)


class PatchEmbedding(nn.Module):
    """Map each patch of an image to a vector of width D by one learned linear layer.

    The layer is a convolution whose kernel and stride are both P: each kernel position sees one patch,
    so this equals `patchify` followed by a linear layer with the kernel's weights.
    The image size may change from call to call; patch size and channels may not.

    Args:
        patch_size: P, the side of a patch in pixels, at least 1.
        in_channels: C, at least 1 (3 for RGB).
        embed_dim: D, the width of the output vectors, at least 1.

    Raises:
        TypeError: an argument is not a whole number.
        ValueError: an argument is smaller than 1.

    Source:
        Dosovitskiy et al. 2021, Equation 1: the matrix E. Weights start from a normal distribution with
        variance 1/(C·P·P), biases from zero, as in torchvision's `VisionTransformer`.
    """

    def __init__(
        self, patch_size: int = 16, in_channels: int = 3, embed_dim: int = 768
    ) -> None:
        super().__init__()
        self.patch_size = p = check_positive(patch_size, "patch_size")
        self.in_channels = c = check_positive(in_channels, "in_channels")
        self.embed_dim = d = check_positive(embed_dim, "embed_dim")
        self.projection = nn.Conv2d(c, d, kernel_size=p, stride=p)
        nn.init.normal_(self.projection.weight, std=(c * p * p) ** -0.5)
        nn.init.zeros_(self.projection.bias)

    def forward(self, images: Tensor) -> Tensor:
        """Embed every patch.

        Args:
            images: shape (B, C, H, W), with P dividing H and W.

        Returns:
            Shape (B, N, D), N = (H/P)·(W/P), patches in row-major order.

        Raises:
            TypeError: `images` is not a tensor.
            ValueError: `images` has not four axes or not C channels, or P does not divide H or W.
        """
        check_images(images)
        if images.shape[1] != self.in_channels:
            raise ValueError(
                f"this PatchEmbedding reads {self.in_channels} channels, but images of shape "
                f"{tuple(images.shape)} have {images.shape[1]}. Convert the images, or build it with "
                f"in_channels={images.shape[1]}."
            )
        patch_grid((images.shape[2], images.shape[3]), self.patch_size)
        x = self.projection(images)  # (B, D, H/P, W/P)
        return x.flatten(2).transpose(1, 2)  # (B, D, N) -> (B, N, D)
