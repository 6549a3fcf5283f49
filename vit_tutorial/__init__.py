"""A Vision Transformer built from nothing, one idea a module: the package behind “ViT, Patch by Patch”."""

import lazy_loader

# Loaded when they are first asked for: the command line's `--help` needs no PyTorch.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["data", "inspection", "plots", "pretrained"],
    submod_attrs={
        "patches": ["PatchEmbedding", "patchify", "unpatchify"],
        "positions": ["interpolate_position_embedding", "sincos_position_embedding"],
        "embeddings": ["Embeddings"],
        "attention": ["MultiHeadSelfAttention", "scaled_dot_product_attention"],
        "mlp": ["MLP"],
        "encoder": ["Encoder", "EncoderBlock"],
        "config": ["ViTConfig"],
        "model": ["VisionTransformer"],
        "training": ["History", "evaluate", "set_seed", "train"],
        "transfer": ["freeze", "replace_head"],
        "prediction": ["Prediction", "predict"],
        "exercises": ["check"],
    },
)
