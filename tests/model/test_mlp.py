"""The MLP against its formula written out, with every parameter random."""

import math

import pytest
import torch
from reference import assert_close, assert_error_names, random_tensor, randomise
from torch import nn

from vit_tutorial import MLP


@pytest.mark.parametrize(("dtype", "relative"), [(torch.float32, 1e-5), (torch.float64, 1e-10)])
def test_equals_torchs_layers_and_the_formula(dtype, relative):
    ours, x = randomise(MLP(6, 10).to(dtype)), random_tensor(2, 5, 6, dtype=dtype)
    theirs = nn.Sequential(nn.Linear(6, 10), nn.GELU(), nn.Linear(10, 6)).to(dtype)
    theirs[0].load_state_dict(ours.linear1.state_dict())
    theirs[2].load_state_dict(ours.linear2.state_dict())
    assert_close(ours(x), theirs(x), relative)
    hidden = x @ ours.linear1.weight.T + ours.linear1.bias
    hidden = hidden * 0.5 * (1 + torch.erf(hidden / math.sqrt(2)))  # exact, not the tanh approximation
    assert_close(ours(x), hidden @ ours.linear2.weight.T + ours.linear2.bias, relative)
    ours(x).pow(2).sum().backward()
    theirs(x).pow(2).sum().backward()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert_close(a.grad, b.grad, relative)


def test_works_on_each_token_by_itself():
    ours, x = randomise(MLP(6, 10).double()), random_tensor(2, 5, 6)
    order = torch.tensor([3, 0, 4, 1, 2])
    torch.testing.assert_close(ours(x[:, order]), ours(x)[:, order])


def test_dropout_after_both_layers():
    torch.manual_seed(0)
    ours, x = MLP(64, 64, dropout=0.5), random_tensor(2, 50, 64, dtype=torch.float32)
    nn.init.eye_(ours.linear2.weight)
    zeros = (ours(x) == 0).double().mean().item()
    assert zeros == pytest.approx(0.5, abs=0.03)  # what the first drops still has linear2's bias
    with torch.no_grad():
        ours.linear2.bias.zero_()
    assert (ours(x) == 0).double().mean().item() == pytest.approx(0.75, abs=0.03)
    assert torch.equal(ours.eval()(x), ours(x))
    assert (ours(x) == 0).sum() == 0


def test_start():
    torch.manual_seed(0)
    ours = MLP(768, 3072)
    assert sum(p.numel() for p in ours.parameters()) == 4_722_432
    bound = (6 / (768 + 3072)) ** 0.5
    for linear in (ours.linear1, ours.linear2):
        assert 0.99 * bound < linear.weight.abs().max().item() <= bound
        assert linear.bias.std().item() == pytest.approx(1e-6, rel=0.1)


BAD_INPUT = [
    (lambda: MLP(0, 4), ValueError, ["embed_dim", "0"]),
    (lambda: MLP(4, 4.5), TypeError, ["mlp_dim", "4.5"]),
    (lambda: MLP(4, 8, dropout=1.5), ValueError, ["dropout", "1.5"]),
    (lambda: MLP(4, 8)(torch.zeros(2, 4)), ValueError, ["(B, T, D)", "(2, 4)"]),
    (lambda: MLP(4, 8)(torch.zeros(1, 2, 5)), ValueError, ["(B, T, 4)", "embed_dim=5"]),
    (lambda: MLP(4, 8)(None), TypeError, ["NoneType"]),
]


@pytest.mark.parametrize(("call", "error", "words"), BAD_INPUT)
def test_bad_input_is_named(call, error, words):
    assert_error_names(call, error, words)
