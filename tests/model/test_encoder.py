"""Blocks and encoder against PyTorch's layers with the same weights, gradients too."""

import pytest
import torch
from reference import PRECISION, assert_close, assert_error_names, random_tensor, randomise
from torch import nn

from vit_tutorial import Encoder, EncoderBlock

NAMES = {
    "self_attn.in_proj_weight": "attention.qkv.weight",
    "self_attn.in_proj_bias": "attention.qkv.bias",
    "self_attn.out_proj.weight": "attention.projection.weight",
    "self_attn.out_proj.bias": "attention.projection.bias",
    "linear1.weight": "mlp.linear1.weight",
    "linear1.bias": "mlp.linear1.bias",
    "linear2.weight": "mlp.linear2.weight",
    "linear2.bias": "mlp.linear2.bias",
}


def torch_layer(block: EncoderBlock, eps: float = 1e-6) -> nn.TransformerEncoderLayer:
    """PyTorch's layer with the weights of ours."""
    weight = block.norm1.weight
    layer = nn.TransformerEncoderLayer(
        12, 3, 20, 0.0, "gelu", eps, batch_first=True, norm_first=True, dtype=weight.dtype
    )
    state = block.state_dict()
    layer.load_state_dict({name: state[NAMES.get(name, name)] for name in layer.state_dict()})
    return layer


def block(dtype: torch.dtype = torch.float64, eps: float = 1e-6) -> EncoderBlock:
    return randomise(EncoderBlock(12, 3, 20, layer_norm_eps=eps).to(dtype))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("dtype", "relative"), PRECISION)
def test_block_equals_torchs(dtype, relative, training):
    ours, x = block(dtype).train(training), random_tensor(2, 7, 12, dtype=dtype)
    expected = torch_layer(ours).train(training)(x)
    assert_close(ours(x), expected, relative)
    assert_close(ours(x, return_weights=True)[0], expected, relative)


def test_block_gradients_equal_torchs():
    ours, x = block(), random_tensor(2, 7, 12)
    theirs = torch_layer(ours)
    ours(x).pow(3).sum().backward()
    theirs(x).pow(3).sum().backward()
    gradients = {name: parameter.grad for name, parameter in ours.named_parameters()}
    for name, parameter in theirs.named_parameters():
        assert_close(gradients.pop(NAMES.get(name, name)), parameter.grad, 1e-10)
    assert gradients == {}


def test_encoder_equals_torchs_layers_and_norm():
    ours, x = randomise(Encoder(3, 12, 3, 20).double()), random_tensor(2, 7, 12)
    expected = x
    for layer in ours.blocks:
        expected = torch_layer(layer)(expected)
    norm = nn.LayerNorm(12, eps=1e-6, dtype=torch.float64)
    norm.load_state_dict(ours.norm.state_dict())
    assert_close(ours(x), norm(expected), 1e-10)
    found, weights = ours(x, return_weights=True)
    assert_close(found, norm(expected), 1e-10)
    assert weights.shape == (3, 2, 3, 7, 7)
    _, first = ours.blocks[0](x, return_weights=True)
    assert torch.equal(weights[0], first)


def test_eps_reaches_every_norm():
    x = random_tensor(2, 7, 12) * 0.01
    large = block(eps=0.3)
    assert_close(large(x), torch_layer(large, eps=0.3)(x), 1e-10)
    encoder = Encoder(2, 12, 3, 20, layer_norm_eps=0.3)
    assert {m.eps for m in encoder.modules() if isinstance(m, nn.LayerNorm)} == {0.3}


def test_norm_by_hand():
    norm = randomise(Encoder(1, 12, 3, 20).norm.double())
    x = random_tensor(2, 7, 12)
    mean, variance = x.mean(-1, keepdim=True), x.var(-1, keepdim=True, unbiased=False)
    assert_close(norm(x), (x - mean) / (variance + 1e-6).sqrt() * norm.weight + norm.bias, 1e-12)


def test_dropout_rates_reach_every_place():
    encoder = Encoder(2, 12, 3, 20, dropout=0.1, attention_dropout=0.2)
    assert [m.p for m in encoder.modules() if isinstance(m, nn.Dropout)] == [0.1] * 6
    assert [b.attention.attention_dropout for b in encoder.blocks] == [0.2] * 2
    x = random_tensor(2, 7, 12, dtype=torch.float32)
    assert not torch.equal(encoder(x), encoder(x))
    assert torch.equal(encoder.eval()(x), encoder(x))


def test_blocks_start_different_and_counted():
    encoder = Encoder(2, 12, 3, 20)
    first, second = (b.attention.qkv.weight for b in encoder.blocks)
    assert not torch.equal(first, second)
    with torch.device("meta"):
        assert sum(p.numel() for p in EncoderBlock(768, 12, 3072).parameters()) == 7_087_872


BAD_INPUT = [
    (lambda: Encoder(0, 12, 3, 20), ValueError, ["depth", "0"]),
    (lambda: Encoder(1, 12, 5, 20), ValueError, ["num_heads 5", "embed_dim 12", "15"]),
    (lambda: Encoder(1, 12, 3, 20, layer_norm_eps=0.0), ValueError, ["layer_norm_eps", "0.0"]),
    (lambda: EncoderBlock(12, 3, 20, layer_norm_eps="a"), TypeError, ["layer_norm_eps", "'a'"]),
    (lambda: EncoderBlock(12, 3, 20, layer_norm_eps=float("inf")), ValueError, ["layer_norm_eps", "inf"]),
    (lambda: EncoderBlock(12, 3, 0), ValueError, ["mlp_dim", "0"]),
    (lambda: EncoderBlock(12, 3, 20)(torch.zeros(2, 12)), ValueError, ["(B, T, D)", "(2, 12)"]),
    (lambda: EncoderBlock(12, 3, 20)(torch.zeros(1, 2, 8)), ValueError, ["(B, T, 12)", "(1, 2, 8)"]),
]


@pytest.mark.parametrize(("call", "error", "words"), BAD_INPUT)
def test_bad_input_is_named(call, error, words):
    assert_error_names(call, error, words)
