"""Chapter 5: the whole Vision Transformer, from images to logits."""

from __future__ import annotations

import copy
from dataclasses import replace

from torch import Tensor, nn

from vit_tutorial.config import ViTConfig
from vit_tutorial.embeddings import Embeddings
from vit_tutorial.encoder import Encoder


class VisionTransformer(nn.Module):
    """Classify images: embeddings, encoder, a linear head on the read-out token.

    Attributes:
        config: the `ViTConfig` that it was built from.
        embeddings: images to tokens (chapter 2).
        encoder: tokens to tokens (chapters 3 to 5).
        head: the read-out to K logits; it starts from zero, so that all classes are
            equally likely before training.

    Args:
        config: sizes and choices; without one, ViT-B/16.

    Raises:
        TypeError: `config` is not a `ViTConfig`.

    Source:
        Dosovitskiy et al. 2021, Figure 1, Equations 1 to 4; the zero-initialised head
        of section 3.2; read-out by mean or class token: appendix D.3.
    """

    def __init__(self, config: ViTConfig | None = None) -> None:
        super().__init__()
        config = ViTConfig() if config is None else config
        if not isinstance(config, ViTConfig):
            raise TypeError(
                f"config must be a ViTConfig, got {type(config).__name__}. For example: "
                'VisionTransformer(ViTConfig.named("ViT-B/16")).'
            )
        self.config = config
        self.embeddings = Embeddings(
            config.image_size,
            config.patch_size,
            config.in_channels,
            config.embed_dim,
            config.dropout,
            config.position,
            class_token=config.pooling == "cls",
        )
        self.encoder = Encoder(
            config.depth,
            config.embed_dim,
            config.num_heads,
            config.mlp_dim,
            config.dropout,
            config.attention_dropout,
            config.layer_norm_eps,
        )
        self.head = nn.Linear(config.embed_dim, config.num_classes)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, images: Tensor) -> Tensor:
        """Classify images.

        Args:
            images: shape (B, C, H, W), with C, H and W as in the configuration.

        Returns:
            Logits, shape (B, K): before the softmax, which the loss takes.

        Raises:
            TypeError: `images` is not a tensor.
            ValueError: `images` has another shape than the configuration says.
        """
        return self.read_out(self.tokens(images))

    def tokens(self, images: Tensor) -> Tensor:
        """Encode images; errors as `forward`.

        Args:
            images: shape (B, C, H, W).

        Returns:
            Shape (B, T, D), after the last LayerNorm. With pooling "cls" T = N + 1,
            the class token first; with "mean" T = N.
        """
        return self.encoder(self.embeddings(images))

    def attention_maps(self, images: Tensor) -> Tensor:
        """Look at what each token attends to, in every block and head; errors as `forward`.

        Args:
            images: shape (B, C, H, W).

        Returns:
            Shape (L, B, h, T, T): [l, b, i, s, t] says how much token s takes from
            token t in block l and head i. Each row sums to 1.
        """
        _, weights = self.encoder(self.embeddings(images), return_weights=True)
        return weights

    def resized(self, image_size: int | tuple[int, int]) -> VisionTransformer:
        """Copy the model for images of another size.

        Args:
            image_size: the new (H, W) in pixels, or one int; P divides both.

        Returns:
            A new model with copies of all weights; learned positions are interpolated
            on their grid, sin-cos positions are computed for the new one.

        Raises:
            TypeError: a size is not a whole number.
            ValueError: P does not divide the new H or W.

        Source:
            Dosovitskiy et al. 2021, section 3.2.
        """
        config = replace(self.config, image_size=image_size)
        model = copy.deepcopy(self)
        model.config = config
        model.embeddings = self.embeddings.resized(image_size)
        return model

    def read_out(self, tokens: Tensor) -> Tensor:
        """Turn normalised tokens into logits.

        Args:
            tokens: shape (B, T, D), as `tokens` returns them.

        Returns:
            Shape (B, K).
        """
        if self.config.pooling == "cls":
            return self.head(tokens[:, 0])  # (B, T, D) -> (B, D) -> (B, K)
        return self.head(tokens.mean(dim=1))  # (B, T, D) -> (B, D) -> (B, K)
