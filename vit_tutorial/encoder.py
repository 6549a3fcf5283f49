"""Chapter 5: the encoder: attention and MLP in blocks, with pre-norm and residuals."""

import torch
from torch import Tensor, nn

from vit_tutorial.attention import MultiHeadSelfAttention
from vit_tutorial.checks import check_eps, check_positive
from vit_tutorial.mlp import MLP
from vit_tutorial.tensor_checks import check_tokens


class EncoderBlock(nn.Module):
    """One block of the encoder: attention, then an MLP, each normalised before it
    and added to what came in.

    Args:
        embed_dim: D, the width of the tokens.
        num_heads: h, which divides D.
        mlp_dim: D_mlp, the width inside the MLP.
        dropout: rate after each linear layer except `qkv`, in [0, 1).
        attention_dropout: rate for the attention weights, in [0, 1).
        layer_norm_eps: added to the variance in each LayerNorm, above 0.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: h does not divide D, or a value is out of its range.

    Source:
        Dosovitskiy et al. 2021, Figure 1, Equations 2 and 3.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        mlp_dim: int,
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
        layer_norm_eps: float = 1e-6,
    ) -> None:
        super().__init__()
        eps = check_eps(layer_norm_eps, "layer_norm_eps")
        attention = MultiHeadSelfAttention(
            embed_dim, num_heads, dropout, attention_dropout
        )
        self.norm1 = nn.LayerNorm(embed_dim, eps=eps)
        self.attention = attention
        self.norm2 = nn.LayerNorm(embed_dim, eps=eps)
        self.mlp = MLP(embed_dim, mlp_dim, dropout)

    def forward(
        self, x: Tensor, return_weights: bool = False
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Pass tokens through the block.

        Args:
            x: shape (B, T, D).
            return_weights: also return the attention weights.

        Returns:
            Shape (B, T, D); with `return_weights` also the weights (B, h, T, T).

        Raises:
            TypeError, ValueError: `x` is no tensor of shape (B, T, D).
        """
        check_tokens(x, self.attention.embed_dim)
        weights = None
        if return_weights:
            attended, weights = self.attention(self.norm1(x), return_weights=True)
            x = x + attended
        else:
            x = x + self.attention(self.norm1(x))
        x = x + self.mlp(self.norm2(x))
        return (x, weights) if return_weights else x


class Encoder(nn.Module):
    """L blocks, one after the other, and a last LayerNorm.

    Args:
        depth: L, the number of blocks, at least 1.
        embed_dim, num_heads, mlp_dim, dropout, attention_dropout, layer_norm_eps: as
            for `EncoderBlock`, with the same errors.

    Source:
        Dosovitskiy et al. 2021, Equations 2 to 4: the last LayerNorm is Equation 4's,
        taken here for all tokens.
    """

    def __init__(
        self,
        depth: int,
        embed_dim: int,
        num_heads: int,
        mlp_dim: int,
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
        layer_norm_eps: float = 1e-6,
    ) -> None:
        super().__init__()
        shared = (num_heads, mlp_dim, dropout, attention_dropout, layer_norm_eps)
        self.blocks = nn.ModuleList(
            EncoderBlock(embed_dim, *shared)
            for _ in range(check_positive(depth, "depth"))
        )  # each block starts from weights of its own
        self.norm = nn.LayerNorm(embed_dim, eps=layer_norm_eps)

    def forward(
        self, x: Tensor, return_weights: bool = False
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Pass tokens through all blocks and normalise them.

        Args:
            x: shape (B, T, D).
            return_weights: also return the attention weights of all blocks.

        Returns:
            Shape (B, T, D); with `return_weights` also the weights (L, B, h, T, T).

        Raises:
            TypeError, ValueError: `x` is no tensor of shape (B, T, D).
        """
        maps = []
        for block in self.blocks:
            if return_weights:
                x, weights = block(x, return_weights=True)
                maps.append(weights)
            else:
                x = block(x)
        x = self.norm(x)
        return (x, torch.stack(maps)) if return_weights else x
