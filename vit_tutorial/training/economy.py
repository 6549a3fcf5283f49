"""Chapter 9: train with less memory or less arithmetic, by hooks that go when the training is over."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from vit_tutorial.embeddings import Embeddings
from vit_tutorial.model import VisionTransformer
from vit_tutorial.training.recipe import Recipe


@contextmanager
def economies(model: VisionTransformer, recipe: Recipe) -> Iterator[None]:
    """What a recipe asks for of the two below."""
    with ExitStack() as stack:
        if recipe.checkpointing:
            stack.enter_context(checkpointed(model))
        if recipe.drop_patches:
            stack.enter_context(patches_dropped(model, recipe.drop_patches))
        yield


@contextmanager
def checkpointed(model: VisionTransformer) -> Iterator[None]:
    """Keep no activations inside the encoder's blocks: the backward pass computes them again, dropout included.

    Source:
        Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost".
    """
    blocks = model.encoder.blocks
    for block in blocks:
        block.forward = partial(checkpoint, block.forward, use_reentrant=False)
    try:
        yield
    finally:
        for block in blocks:
            del block.forward  # the class's own is found again


@contextmanager
def patches_dropped(model: VisionTransformer, share: float) -> Iterator[None]:
    """In training mode, show each image to the encoder without a random share of its patches.

    At least one patch stays, and the class token always.

    Source:
        Li et al. 2023, "Scaling Language-Image Pre-training via Masking".
    """

    def drop(embeddings: Embeddings, _: tuple[Tensor], x: Tensor) -> Tensor:
        if not embeddings.training:
            return x
        first = int(embeddings.class_token is not None)
        b, n = len(x), x.shape[1] - first
        order = torch.rand(b, n, device=x.device).argsort(dim=1)  # of each image
        kept = order[:, : max(1, round((1 - share) * n))] + first
        rows = torch.arange(b, device=x.device)[:, None]
        return torch.cat([x[:, :first], x[rows, kept]], dim=1)  # (B, T, D) -> (B, fewer, D)

    handle = model.embeddings.register_forward_hook(drop)
    try:
        yield
    finally:
        handle.remove()
