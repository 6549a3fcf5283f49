"""Chapter 4: the MLP, which works on each token by itself."""

from torch import Tensor, nn

from vit_tutorial.checks import check_positive, check_rate
from vit_tutorial.tensor_checks import check_tokens


class MLP(nn.Module):
    """Two linear layers with a GELU between them, the same for every token.

    Args:
        embed_dim: D, the width of the tokens.
        mlp_dim: D_mlp, the width between the two layers (in the paper 4·D).
        dropout: rate of the dropout after each layer, in [0, 1).

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a width is smaller than 1, or the rate lies outside [0, 1).

    Source:
        Dosovitskiy et al. 2021, section 3.1; dropout: appendix B.1. Weights start
        Xavier-uniform and biases normal with standard deviation 1e-6, as in the
        authors' code. GELU is the exact one (Hendrycks & Gimpel 2016), as in
        torchvision and timm; the authors' JAX code uses its tanh approximation.
    """

    def __init__(self, embed_dim: int, mlp_dim: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.embed_dim = check_positive(embed_dim, "embed_dim")
        self.mlp_dim = check_positive(mlp_dim, "mlp_dim")
        check_rate(dropout, "dropout")
        self.linear1 = nn.Linear(self.embed_dim, self.mlp_dim)
        self.activation = nn.GELU()
        self.dropout1 = nn.Dropout(dropout)
        self.linear2 = nn.Linear(self.mlp_dim, self.embed_dim)
        self.dropout2 = nn.Dropout(dropout)
        for linear in (self.linear1, self.linear2):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.normal_(linear.bias, std=1e-6)

    def forward(self, x: Tensor) -> Tensor:
        """Transform each token by itself.

        Args:
            x: shape (B, T, D).

        Returns:
            Shape (B, T, D).

        Raises:
            TypeError, ValueError: `x` is no tensor of shape (B, T, D).
        """
        check_tokens(x, self.embed_dim)
        x = self.activation(self.linear1(x))  # (B, T, D) -> (B, T, D_mlp)
        x = self.dropout1(x)
        return self.dropout2(self.linear2(x))  # (B, T, D_mlp) -> (B, T, D)
