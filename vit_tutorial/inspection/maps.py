"""What looks at what: attention's reach, and how it adds up over the blocks."""

import torch
from torch import Tensor

from vit_tutorial.checks import check_choice, check_pair
from vit_tutorial.config import POOLINGS
from vit_tutorial.model import VisionTransformer
from vit_tutorial.tensor_checks import check_tensor
from vit_tutorial.training.evaluation import evaluating


def attention_distance(weights: Tensor, grid_size: int | tuple[int, int], patch_size: float = 1.0) -> Tensor:
    """Measure how far from itself a patch looks, on average.

    Args:
        weights: attention weights, shape (..., T, T), with T = N or N + 1; a class
            token, the first one, is left out as query and as key.
        grid_size: rows and columns of the N patches.
        patch_size: P, for distances in pixels; 1.0 gives them in patches.

    Returns:
        Shape (...): the distance between query and key patch, averaged with the
        weights (which are made to sum to 1 over the patches), then over the queries.

    Raises:
        TypeError: `weights` is no tensor, or a size no whole number.
        ValueError: the weights do not fit the grid.

    Source:
        Dosovitskiy et al. 2021, Figure 7 right, appendix D.7.
    """
    rows, columns = check_pair(grid_size, "grid_size")
    n = rows * columns
    if not isinstance(weights, Tensor):
        raise TypeError(f"weights must be a torch.Tensor, got {type(weights).__name__}.")
    if weights.ndim < 2 or weights.shape[-2:] not in ((n, n), (n + 1, n + 1)):
        raise ValueError(
            f"weights must have shape (..., {n}, {n}), or one more for a class token, for "
            f"a grid of {rows}×{columns} patches, got {tuple(weights.shape)}."
        )
    weights = weights[..., -n:, -n:]  # (..., N, N)
    weights = weights / weights.sum(dim=-1, keepdim=True)
    places = torch.cartesian_prod(torch.arange(rows), torch.arange(columns))
    places = places.reshape(n, 2).to(weights)
    distances = patch_size * torch.cdist(places, places)  # (N, N)
    return (weights * distances).sum(dim=-1).mean(dim=-1)


# fmt: off
def rollout(weights: Tensor) -> Tensor:
    """Follow attention through all blocks, as if tokens were mixed by it alone.

    Each block is half the mean of its heads, half the identity, which stands for the
    residual connection. MLPs, values and norms are left out.

    Args:
        weights: attention weights, shape (L, B, h, T, T), as `attention_maps` gives.

    Returns:
        Shape (B, T, T): how much of each token is in each token at the end; each row sums to 1.

    Raises:
        TypeError, ValueError: `weights` is no tensor of five axes.

    Source:
        Abnar and Zuidema 2020, section 3; Dosovitskiy et al. 2021, appendix D.8.
    """
    check_tensor(weights, "weights", "(L, B, h, T, T)", 5)
    identity = torch.eye(weights.shape[-1]).to(weights)
    mixed = identity.expand(weights.shape[1], -1, -1)  # (B, T, T)
    for block in weights.mean(dim=2):  # the first block first
        mixed = (block + identity) / 2 @ mixed
    return mixed


def relevance(
    model: VisionTransformer, images: Tensor, targets: Tensor | None = None
) -> Tensor:
    """Follow that part of attention through all blocks which raises a class's logit.

    Args:
        model: any `VisionTransformer`; it is asked in eval mode, and left as it was.
        images: shape (B, C, H, W).
        targets: the class to explain for each image, shape (B,); None: the answers.

    Returns:
        Shape (B, T, T): R = R + mean over heads of max(∇A ⊙ A, 0) · R, block by block, from the identity on.

    Raises:
        TypeError, ValueError: as the model raises them for images of another shape.

    Source:
        Chefer, Gur and Wolf 2021 (ICCV), Equations 5 and 6.
    """
    maps = []
    with evaluating(model), torch.inference_mode(False), torch.enable_grad():
        x = model.embeddings(images.clone()).detach().requires_grad_()
        for block in model.encoder.blocks:
            x, weights = block(x, return_weights=True)
            maps.append(weights)
        logits = model.read_out(model.encoder.norm(x))
        targets = logits.argmax(dim=-1) if targets is None else targets.clone()
        chosen = logits.gather(1, targets[:, None]).sum()
        gradients = torch.autograd.grad(chosen, maps)
    related = torch.eye(x.shape[1]).to(x).expand(len(x), -1, -1).detach()  # (B, T, T)
    for weights, gradient in zip(maps, gradients, strict=True):
        helpful = (gradient * weights.detach()).clamp(min=0).mean(dim=1)
        related = related + helpful @ related
    return related
# fmt: on


def patch_scores(mixed: Tensor, pooling: str = "cls") -> Tensor:
    """Read from a map of tokens what each patch gives to the answer.

    Args:
        mixed: shape (..., T, T), such as `rollout` or `relevance` gives.
        pooling: "cls": the class token's row, without the class token; "mean": the
            mean over the rows, as the read-out is the mean over the tokens.

    Returns:
        Shape (..., N).

    Raises:
        ValueError: `pooling` is neither.
    """
    check_choice(pooling, "pooling", POOLINGS)
    return mixed[..., 0, 1:] if pooling == "cls" else mixed.mean(dim=-2)
