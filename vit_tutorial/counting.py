"""What a model costs, by formula: FLOPs, and the memory that a training step keeps.

A FLOP is an addition or a multiplication of a matrix product or convolution; as usual, everything else (softmax,
LayerNorm, GELU, sums) is not counted. Each function gives a dictionary by part of the model.
"""

from vit_tutorial.checks import check_image_size, check_positive
from vit_tutorial.config import ViTConfig


def forward_flops(config: ViTConfig, batch_size: int = 1) -> dict[str, int]:
    """FLOPs of one forward pass over `batch_size` images: two for each product that is added up."""
    d, b = config.embed_dim, check_positive(batch_size, "batch_size")
    patch, t = config.in_channels * config.patch_size**2, config.num_tokens
    # FLOPs for a weight that each token meets in each block
    blocks = 2 * b * t * config.depth
    return {
        "patch embedding": 2 * b * config.num_patches * patch * d,
        "projections": blocks * 4 * d * d,  # query, key, value, and what follows
        "attention": blocks * t * 2 * d,  # every token with every token, twice
        "mlp": blocks * 2 * d * config.mlp_dim,
        "head": 2 * b * d * config.num_classes,
    }


def training_flops(config: ViTConfig, batch_size: int = 1) -> dict[str, int]:
    """FLOPs of a forward and a backward pass with fused attention, the optimizer aside.

    Backward, each product needs two: for the gradients of weights and of inputs. Images need none, so the patch
    embedding takes one; fused attention, which has thrown its weights away, takes a fifth for its two.
    """
    times = {"patch embedding": 2, "attention": 3.5}
    return {
        part: int(times.get(part, 3) * n)
        for part, n in forward_flops(config, batch_size).items()
    }


def kept_bytes(config: ViTConfig, batch_size: int = 1) -> dict[str, int]:
    """Bytes that a forward pass in float32, without dropout and with fused attention, keeps for the backward pass.

    Parameters are not among them, nor gradients and the optimizer's state: with Adam 16 bytes for each parameter.
    """
    d, b = config.embed_dim, check_positive(batch_size, "batch_size")
    height, width = check_image_size(config.image_size)
    t = config.num_tokens
    norm = d + 2  # a LayerNorm keeps its input, and mean and deviation of each token
    attention = norm + 5 * d + config.num_heads  # its input, q, k, v, output; row sums
    mlp = norm + d + 2 * config.mlp_dim  # its input, and both sides of GELU
    read = (t if config.pooling == "cls" else 1) * d  # what the head's input lies in
    kept = {
        "images": config.in_channels * height * width,
        "attention": config.depth * t * attention,
        "mlp": config.depth * t * mlp,
        "read-out": t * norm + read,
    }
    return {part: 4 * b * number for part, number in kept.items()}
