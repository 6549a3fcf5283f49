"""A Vision Transformer built from nothing, one idea a module: the package behind “ViT, Patch by Patch”."""

from vit_tutorial.attention import MultiHeadSelfAttention, scaled_dot_product_attention
from vit_tutorial.config import ViTConfig
from vit_tutorial.embeddings import Embeddings
from vit_tutorial.encoder import Encoder, EncoderBlock
from vit_tutorial.exercises import check
from vit_tutorial.history import History
from vit_tutorial.mlp import MLP
from vit_tutorial.model import VisionTransformer
from vit_tutorial.patches import PatchEmbedding, patchify, unpatchify
from vit_tutorial.positions import (
    interpolate_position_embedding,
    sincos_position_embedding,
)
from vit_tutorial.prediction import Prediction, predict
from vit_tutorial.seeding import set_seed
from vit_tutorial.training import evaluate, train
from vit_tutorial.transfer import freeze, replace_head

__all__ = [
    "MLP",
    "Embeddings",
    "Encoder",
    "EncoderBlock",
    "History",
    "MultiHeadSelfAttention",
    "PatchEmbedding",
    "Prediction",
    "ViTConfig",
    "VisionTransformer",
    "check",
    "evaluate",
    "freeze",
    "interpolate_position_embedding",
    "patchify",
    "predict",
    "replace_head",
    "scaled_dot_product_attention",
    "set_seed",
    "sincos_position_embedding",
    "train",
    "unpatchify",
]
