"""Attention against PyTorch's own, values, weights and gradients, with all parameters random."""

import pytest
import torch
import torch.nn.functional as F
from reference import PRECISION, assert_close, assert_error_names, random_tensor, randomise
from torch import nn

from vit_tutorial import MultiHeadSelfAttention, scaled_dot_product_attention

SHAPES = [((5, 4), (5, 4)), ((2, 3, 7, 6), (2, 3, 7, 6)), ((2, 3, 5, 4), (2, 3, 9, 4)), ((1, 1), (1, 1))]


@pytest.mark.parametrize(("dtype", "relative"), PRECISION)
@pytest.mark.parametrize(("of_query", "of_key"), SHAPES)
def test_equals_torchs_function(of_query, of_key, dtype, relative):
    query, key = random_tensor(*of_query, dtype=dtype), random_tensor(*of_key, seed=1, dtype=dtype)
    value = random_tensor(*of_key[:-1], 3, seed=2, dtype=dtype)
    theirs = F.scaled_dot_product_attention(query, key, value)
    fused = scaled_dot_product_attention(query, key, value)
    written_out, weights = scaled_dot_product_attention(query, key, value, return_weights=True)
    assert_close(fused, theirs, relative)
    assert_close(written_out, theirs, relative)
    assert_close(weights @ value, theirs, relative)
    torch.testing.assert_close(weights.sum(-1), torch.ones_like(weights[..., 0]))


def test_small_example_by_hand():
    query = key = torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0]])
    value = torch.tensor([[1.0], [3.0]])
    x, weights = scaled_dot_product_attention(query, key, value, return_weights=True)
    e = torch.e  # scores / √4: [[0.5, 0], [0, 2]]
    rows = [[e**0.5 / (e**0.5 + 1), 1 / (e**0.5 + 1)], [1 / (1 + e**2), e**2 / (1 + e**2)]]
    torch.testing.assert_close(weights, torch.tensor(rows))
    torch.testing.assert_close(
        x, torch.tensor([[rows[0][0] + 3 * rows[0][1]], [rows[1][0] + 3 * rows[1][1]]])
    )


@pytest.mark.parametrize("return_weights", [True, False])
def test_function_gradients_equal_torchs(return_weights):
    inputs = [random_tensor(2, 3, 5, 4, seed=i).requires_grad_() for i in range(3)]
    ours = scaled_dot_product_attention(*inputs, return_weights=return_weights)
    ours = ours[0] if return_weights else ours
    gradients = torch.autograd.grad(ours.pow(3).sum(), inputs)
    theirs = torch.autograd.grad(F.scaled_dot_product_attention(*inputs).pow(3).sum(), inputs)
    for a, b in zip(gradients, theirs, strict=True):
        assert_close(a, b, 1e-10)


def test_dropout_of_weights():
    value = torch.eye(50, dtype=torch.float64)[None]
    query = torch.zeros(1, 50, 4, dtype=torch.float64)  # every weight is 1/50
    torch.manual_seed(0)
    for return_weights in (True, False):
        x = scaled_dot_product_attention(query, query, value, 0.25, return_weights)
        x = x[0] if return_weights else x
        assert (x == 0).double().mean().item() == pytest.approx(0.25, abs=0.03)
        torch.testing.assert_close(x[x != 0], torch.full_like(x[x != 0], 1 / 50 / 0.75))


def pair(dtype: torch.dtype = torch.float64) -> tuple[MultiHeadSelfAttention, nn.MultiheadAttention]:
    ours = randomise(MultiHeadSelfAttention(12, 3).to(dtype))
    theirs = nn.MultiheadAttention(12, 3, batch_first=True, dtype=dtype)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(ours.qkv.weight)
        theirs.in_proj_bias.copy_(ours.qkv.bias)
    theirs.out_proj.load_state_dict(ours.projection.state_dict())
    return ours, theirs


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("dtype", "relative"), PRECISION)
def test_equals_torchs_module(dtype, relative, training):
    ours, theirs = (module.train(training) for module in pair(dtype))
    x = random_tensor(2, 7, 12, dtype=dtype)
    expected, expected_weights = theirs(x, x, x, average_attn_weights=False)
    assert_close(ours(x), expected, relative)
    found, weights = ours(x, return_weights=True)
    assert weights.shape == (2, 3, 7, 7)
    assert_close(found, expected, relative)
    assert_close(weights, expected_weights, relative)


@pytest.mark.parametrize("return_weights", [True, False])
def test_module_gradients_equal_torchs(return_weights):
    ours, theirs = pair()
    x = random_tensor(2, 7, 12)
    found = ours(x, return_weights)
    (found[0] if return_weights else found).pow(3).sum().backward()
    theirs(x, x, x)[0].pow(3).sum().backward()
    assert_close(ours.qkv.weight.grad, theirs.in_proj_weight.grad, 1e-10)
    assert_close(ours.qkv.bias.grad, theirs.in_proj_bias.grad, 1e-10)
    assert_close(ours.projection.weight.grad, theirs.out_proj.weight.grad, 1e-10)
    assert_close(ours.projection.bias.grad, theirs.out_proj.bias.grad, 1e-10)


def test_a_sequence_does_not_see_another():
    ours, x = pair()[0], random_tensor(3, 5, 12)
    torch.testing.assert_close(ours(x)[1:2], ours(x[1:2]))
    order = torch.tensor([3, 0, 4, 1, 2])
    torch.testing.assert_close(ours(x[:, order]), ours(x)[:, order])  # permutation-equivariant


def test_dropout_places_and_modes():
    ours, x = MultiHeadSelfAttention(64, 4, dropout=0.5), random_tensor(2, 9, 64, dtype=torch.float32)
    torch.manual_seed(0)
    assert (ours(x) == 0).double().mean().item() == pytest.approx(0.5, abs=0.06)  # after the projection
    assert (MultiHeadSelfAttention(64, 4)(x) == 0).sum() == 0
    weights_only = MultiHeadSelfAttention(64, 4, attention_dropout=0.5)
    for return_weights in (True, False):
        first, second = (weights_only(x, return_weights) for _ in range(2))
        first, second = (first[0], second[0]) if return_weights else (first, second)
        assert not torch.equal(first, second)  # really passed on
        assert (first == 0).sum() == 0
    for module in (ours, weights_only):
        assert torch.equal(module.eval()(x), module(x))
        torch.testing.assert_close(module(x), module(x, return_weights=True)[0])


def test_start():
    torch.manual_seed(0)
    ours = MultiHeadSelfAttention(192, 3)
    bound = (6 / (192 + 192)) ** 0.5  # of each part by itself, not of the fused layer
    for weight in (*ours.qkv.weight.chunk(3), ours.projection.weight):
        assert 0.99 * bound < weight.abs().max().item() <= bound
    assert ours.qkv.bias.abs().max() == ours.projection.bias.abs().max() == 0
    assert sum(p.numel() for p in ours.parameters()) == 4 * 192 * 192 + 4 * 192


def zeros(*shape: int) -> torch.Tensor:
    return torch.zeros(shape)


attend = scaled_dot_product_attention
BAD_INPUT = [
    (lambda: attend([1], zeros(2, 3), zeros(2, 3)), TypeError, ["query", "list"]),
    (lambda: attend(zeros(3), zeros(2, 3), zeros(2, 3)), ValueError, ["query", "(3,)"]),
    (lambda: attend(zeros(2, 3), zeros(2, 4), zeros(2, 4)), ValueError, ["width D_h", "3 and 4"]),
    (lambda: attend(zeros(2, 3), zeros(5, 3), zeros(4, 3)), ValueError, ["5 keys and 4 values"]),
    (lambda: attend(zeros(2, 2, 3), zeros(3, 2, 3), zeros(3, 2, 3)), ValueError, ["(2, 2, 3)", "(3, 2, 3)"]),
    (lambda: attend(zeros(2, 3), zeros(2, 3), zeros(2, 3), dropout=1.0), ValueError, ["dropout", "1.0"]),
    (lambda: MultiHeadSelfAttention(10, 3), ValueError, ["num_heads 3", "embed_dim 10", "12"]),
    (lambda: MultiHeadSelfAttention(12, 0), ValueError, ["num_heads", "0"]),
    (lambda: MultiHeadSelfAttention(12.0, 3), TypeError, ["embed_dim", "12.0"]),
    (lambda: MultiHeadSelfAttention(12, 3, dropout=-0.1), ValueError, ["dropout", "-0.1"]),
    (lambda: MultiHeadSelfAttention(12, 3, attention_dropout=1), ValueError, ["attention_dropout", "1"]),
    (lambda: MultiHeadSelfAttention(12, 3)(zeros(5, 12)), ValueError, ["(B, T, D)", "(5, 12)"]),
    (lambda: MultiHeadSelfAttention(12, 3)(zeros(2, 5, 8)), ValueError, ["(B, T, 12)", "embed_dim=8"]),
]


@pytest.mark.parametrize(("call", "error", "words"), BAD_INPUT)
def test_bad_input_is_named(call, error, words):
    assert_error_names(call, error, words)
