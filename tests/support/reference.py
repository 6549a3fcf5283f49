"""What tests of the model share: random parameters, and the original JAX model in plain numpy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from scipy.special import ndtr
from torch import nn

PRECISION = [(torch.float32, 1e-5), (torch.float64, 1e-10)]  # dtype, relative tolerance
RELEASED = ("LayerNorm_0", "MultiHeadDotProductAttention_1", "LayerNorm_2", "MlpBlock_3")
NEWER = ("LayerNorm_0", "MultiHeadDotProductAttention_0", "LayerNorm_1", "MlpBlock_0")


def random_tensor(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


@torch.no_grad()
def randomise(module: nn.Module, scale: float = 0.5) -> Any:
    """Make every parameter random: zeros and ones would hide that one is ignored."""
    for i, parameter in enumerate(module.parameters()):
        fan_in = parameter[0].numel() if parameter.ndim > 1 else 1
        parameter.copy_(random_tensor(*parameter.shape, seed=i) * scale * fan_in**-0.5)
        if parameter.ndim == 1:
            parameter.add_(scale)
    return module


def assert_close(ours: torch.Tensor, theirs: torch.Tensor, relative: float) -> None:
    """Largest difference, relative to the largest value."""
    assert ours.shape == theirs.shape
    scale = theirs.abs().max().item()
    assert scale > 0
    assert (ours - theirs).abs().max().item() <= relative * scale


def assert_error_names(call: Callable[[], object], error: type[Exception], words: list[str]) -> None:
    """The call raises this error, and its message has each of these words."""
    with pytest.raises(error) as caught:
        call()
    for word in words:
        assert word in str(caught.value)


def jax_checkpoint(
    parts: tuple[str, ...] = RELEASED, class_token: bool = True, grid: tuple[int, int] = (3, 3), seed: int = 0
) -> dict[str, np.ndarray]:
    """Random weights, named and shaped as the original authors save them."""
    p, c, d, h, m, k = 4, 3, 12, 3, 20, 5
    norm1, msa, norm2, mlp = parts
    tokens = grid[0] * grid[1] + class_token
    shapes = {"embedding/kernel": (p, p, c, d), "embedding/bias": (d,), "head/kernel": (d, k)}
    shapes |= {"head/bias": (k,), "Transformer/posembed_input/pos_embedding": (1, tokens, d)}
    shapes |= {"Transformer/encoder_norm/scale": (d,), "Transformer/encoder_norm/bias": (d,)}
    shapes |= {"cls": (1, 1, d)} if class_token else {}
    for i in range(2):
        block = f"Transformer/encoderblock_{i}/"
        for norm in (norm1, norm2):
            shapes |= {f"{block}{norm}/scale": (d,), f"{block}{norm}/bias": (d,)}
        for name in ("query", "key", "value"):
            shapes[f"{block}{msa}/{name}/kernel"] = (d, h, d // h)
            shapes[f"{block}{msa}/{name}/bias"] = (h, d // h)
        shapes |= {f"{block}{msa}/out/kernel": (h, d // h, d), f"{block}{msa}/out/bias": (d,)}
        shapes |= {f"{block}{mlp}/Dense_0/kernel": (d, m), f"{block}{mlp}/Dense_0/bias": (m,)}
        shapes |= {f"{block}{mlp}/Dense_1/kernel": (m, d), f"{block}{mlp}/Dense_1/bias": (d,)}
    generator = np.random.default_rng(seed)
    return {name: generator.normal(0.3, 0.5, shape) for name, shape in shapes.items()}


def jax_logits(w: Mapping[str, np.ndarray], images: np.ndarray, parts: tuple[str, ...]) -> np.ndarray:
    """The original model's forward pass; images (B, H, W, C), channels last as in JAX."""
    norm1, msa, norm2, mlp = parts
    p = w["embedding/kernel"].shape[0]
    b, height, width, c = images.shape
    x = images.reshape(b, height // p, p, width // p, p, c)
    x = np.einsum("brpsqc,pqcd->brsd", x, w["embedding/kernel"]) + w["embedding/bias"]
    x = x.reshape(b, -1, x.shape[-1])
    if "cls" in w:
        x = np.concatenate([np.tile(w["cls"], (b, 1, 1)), x], axis=1)
    x = x + w["Transformer/posembed_input/pos_embedding"]
    for i in range(2):
        block = {k.split(f"encoderblock_{i}/")[1]: v for k, v in w.items() if f"encoderblock_{i}/" in k}
        x = x + _attention(_layer_norm(x, block, norm1), block, msa)
        y = _layer_norm(x, block, norm2) @ block[f"{mlp}/Dense_0/kernel"] + block[f"{mlp}/Dense_0/bias"]
        y = y * ndtr(y)  # the exact GELU: ndtr is the normal distribution function
        x = x + y @ block[f"{mlp}/Dense_1/kernel"] + block[f"{mlp}/Dense_1/bias"]
    x = _layer_norm(x, w, "Transformer/encoder_norm")
    x = x[:, 0] if "cls" in w else x.mean(axis=1)
    return x @ w["head/kernel"] + w["head/bias"]


def _layer_norm(x: np.ndarray, w: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-6) * w[f"{name}/scale"] + w[f"{name}/bias"]


def _attention(x: np.ndarray, w: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    query, key, value = (
        np.einsum("bnd,dhe->bnhe", x, w[f"{name}/{part}/kernel"]) + w[f"{name}/{part}/bias"]
        for part in ("query", "key", "value")
    )
    scores = np.exp(np.einsum("bnhe,bmhe->bhnm", query, key) / np.sqrt(query.shape[-1]))
    weights = scores / scores.sum(-1, keepdims=True)
    x = np.einsum("bhnm,bmhe->bnhe", weights, value)
    return np.einsum("bnhe,hed->bnd", x, w[f"{name}/out/kernel"]) + w[f"{name}/out/bias"]
