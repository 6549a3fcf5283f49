"""Trained weights: those of this package, and other libraries', poured into this model."""

from vit_tutorial.pretrained.loading import load, transform
from vit_tutorial.pretrained.sources import from_jax, from_timm, from_torchvision

__all__ = ["from_jax", "from_timm", "from_torchvision", "load", "transform"]
