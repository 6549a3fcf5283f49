"""A Vision Transformer built from nothing, one idea a module: the package behind “ViT, Patch by Patch”."""

from vit_tutorial.exercises import check
from vit_tutorial.patches import PatchEmbedding, patchify, unpatchify

__all__ = ["PatchEmbedding", "check", "patchify", "unpatchify"]
