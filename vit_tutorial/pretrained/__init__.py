"""Trained weights: those of this package, and other libraries', poured into this model."""

from vit_tutorial.pretrained.files import load
from vit_tutorial.pretrained.preprocessing import transform
from vit_tutorial.pretrained.sources import from_jax, from_timm, from_torchvision

__all__ = ["from_jax", "from_timm", "from_torchvision", "load", "transform"]
