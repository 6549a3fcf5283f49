"""Chapter 3: attention: each token collects from all tokens what it needs."""

import torch.nn.functional as F
from torch import Tensor, nn

from vit_tutorial.checks import check_heads, check_rate
from vit_tutorial.tensor_checks import check_tokens


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    dropout: float = 0.0,
    return_weights: bool = False,
) -> Tensor | tuple[Tensor, Tensor]:
    """Average the values, weighted by how well each key fits the query.

    With `return_weights` the four steps are written out; without, PyTorch's fused
    function does the same faster and never stores the weights.

    Args:
        query: shape (..., T, D_h).
        key: shape (..., M, D_h); in self-attention M = T.
        value: shape (..., M, D_v).
        dropout: rate in [0, 1) of weights that are dropped, at every call: pass 0.0
            when the model is not in training.
        return_weights: also return the weights.

    Returns:
        Shape (..., T, D_v); with `return_weights` also the weights before dropout, of
        shape (..., T, M), each row of which sums to 1.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: the shapes do not fit, or `dropout` lies outside [0, 1).

    Source:
        Vaswani et al. 2017, Equation 1; Dosovitskiy et al. 2021, appendix A,
        Equations 6 and 7.
    """
    _check_shapes(query, key, value)
    check_rate(dropout, "dropout")
    if not return_weights:
        return F.scaled_dot_product_attention(query, key, value, dropout_p=dropout)
    query = query * query.shape[-1] ** -0.5  # 1/√D_h keeps the scores' variance near 1
    scores = query @ key.transpose(-2, -1)  # (..., T, D_h) @ (..., D_h, M)
    weights = scores.softmax(dim=-1)  # (..., T, M), over the keys
    dropped = F.dropout(weights, dropout)
    return dropped @ value, weights  # (..., T, M) @ (..., M, D_v) -> (..., T, D_v)


class MultiHeadSelfAttention(nn.Module):
    """Attention of a sequence to itself, by several heads side by side.

    One linear layer makes the queries, keys and values of all heads (in this order
    along its output); each head attends in its own slice of the width; one linear
    layer mixes what the heads have found.

    Args:
        embed_dim: D, the width of the tokens.
        num_heads: h, which divides D; each head has the width D_h = D/h.
        dropout: rate of the dropout after the last layer, in [0, 1).
        attention_dropout: rate of the dropout of attention weights, in [0, 1).

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: h does not divide D, or a value is out of its range.

    Source:
        Dosovitskiy et al. 2021, appendix A, Equations 5 to 8; dropout: appendix B.1.
        Weights start Xavier-uniform, the three parts of `qkv` each for itself, and
        biases from zero, as in the authors' code.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.head_dim = check_heads(embed_dim, num_heads)
        self.embed_dim, self.num_heads = embed_dim, num_heads
        self.attention_dropout = check_rate(attention_dropout, "attention_dropout")
        self.qkv = nn.Linear(embed_dim, 3 * embed_dim)
        self.projection = nn.Linear(embed_dim, embed_dim)
        self.dropout = nn.Dropout(check_rate(dropout, "dropout"))
        for weight in (*self.qkv.weight.chunk(3), self.projection.weight):
            nn.init.xavier_uniform_(weight)
        nn.init.zeros_(self.qkv.bias)
        nn.init.zeros_(self.projection.bias)

    def forward(
        self, x: Tensor, return_weights: bool = False
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Let every token attend to all tokens of its own sequence.

        Args:
            x: shape (B, T, D).
            return_weights: also return the attention weights.

        Returns:
            Shape (B, T, D); with `return_weights` also the weights (B, h, T, T): row i
            says how much token i takes from each token, and sums to 1.

        Raises:
            TypeError, ValueError: `x` is no tensor of shape (B, T, D).
        """
        check_tokens(x, self.embed_dim)
        heads = (3, self.num_heads, self.head_dim)
        qkv = self.qkv(x).unflatten(-1, heads)  # (B, T, 3·D) -> (B, T, 3, h, D_h)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind()  # (B, h, T, D_h) each
        rate = self.attention_dropout if self.training else 0.0
        weights = None
        if return_weights:
            x, weights = scaled_dot_product_attention(query, key, value, rate, True)
        else:
            x = scaled_dot_product_attention(query, key, value, rate)  # (B, h, T, D_h)
        x = x.transpose(1, 2).flatten(2)  # (B, T, h, D_h) -> (B, T, D)
        x = self.dropout(self.projection(x))
        return (x, weights) if return_weights else x


def _check_shapes(query: Tensor, key: Tensor, value: Tensor) -> None:
    for name, x in (("query", query), ("key", key), ("value", value)):
        if not isinstance(x, Tensor):
            raise TypeError(f"{name} must be a torch.Tensor, got {type(x).__name__}.")
        if x.ndim < 2:
            raise ValueError(
                f"{name} must have shape (..., T, D_h), got {tuple(x.shape)}."
            )
    got = f"query {tuple(query.shape)}, key {tuple(key.shape)}, value {tuple(value.shape)}"
    if query.shape[-1] != key.shape[-1]:
        raise ValueError(
            f"query and key must have the same width D_h, got {query.shape[-1]} and "
            f"{key.shape[-1]}: {got}."
        )
    if key.shape[-2] != value.shape[-2]:
        raise ValueError(
            f"there must be one value for each key, got {key.shape[-2]} keys and "
            f"{value.shape[-2]} values: {got}."
        )
    if not query.shape[:-2] == key.shape[:-2] == value.shape[:-2]:
        raise ValueError(f"all axes but the last two must agree, got {got}.")
