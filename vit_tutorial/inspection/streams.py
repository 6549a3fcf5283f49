"""What the tokens hold: the residual stream, block by block, and the positions."""

import torch
import torch.nn.functional as F
from torch import Tensor

from vit_tutorial.model import VisionTransformer
from vit_tutorial.training.evaluation import evaluating


def token_streams(model: VisionTransformer, images: Tensor) -> Tensor:
    """Keep what flows through the blocks.

    Args:
        model: any `VisionTransformer`; it is asked in eval mode, and left as it was.
        images: shape (B, C, H, W).

    Returns:
        Shape (L+1, B, T, D): the tokens before the first block, then after each block,
        before the last LayerNorm. No gradients.

    Raises:
        TypeError, ValueError: as the model raises them for images of another shape.
    """
    with evaluating(model), torch.no_grad():
        streams = [model.embeddings(images)]
        for block in model.encoder.blocks:
            streams.append(block(streams[-1]))
    return torch.stack(streams)


def logit_lens(model: VisionTransformer, images: Tensor) -> Tensor:
    """Ask after each block what the answer would be if it were the last.

    The read-out of each block's stream goes through the model's own last LayerNorm and
    head, although neither was trained for it: an answer may be there that this misses.

    Args:
        model: as for `token_streams`.
        images: shape (B, C, H, W).

    Returns:
        Logits, shape (L, B, K); the last ones are the model's own.

    Source:
        nostalgebraist 2020, "interpreting GPT: the logit lens", for language models.
    """
    streams = token_streams(model, images)[1:]
    with torch.no_grad():
        return torch.stack([model.read_out(model.encoder.norm(x)) for x in streams])


def position_similarity(model: VisionTransformer) -> Tensor:
    """Compare the position embedding of each patch with that of every other.

    Args:
        model: with learned or sin-cos positions.

    Returns:
        Cosine similarity, shape (rows, columns, rows, columns): [r, c] is the map of
        the patch in row r and column c. The class token is left out.

    Raises:
        ValueError: the model has no position embeddings.

    Source:
        Dosovitskiy et al. 2021, Figure 7, centre.
    """
    table = model.embeddings.position_embedding
    if table is None:
        raise ValueError(
            'this model has position="none", so there is nothing to compare. '
            'Build one with position="learned" or "sincos2d".'
        )
    grid = model.config.grid_size
    patches = table.detach()[0, -model.config.num_patches :]  # (1, T, D) -> (N, D)
    patches = F.normalize(patches, dim=-1)
    return (patches @ patches.T).unflatten(1, grid).unflatten(0, grid)
