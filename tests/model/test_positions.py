"""Tables of positions: written out by hand, and compared with timm's interpolation."""

import math

import pytest
import timm.layers
import torch
from reference import random_tensor

from vit_tutorial import interpolate_position_embedding, sincos_position_embedding


@pytest.mark.parametrize(("rows", "columns", "d"), [(2, 3, 8), (5, 5, 12), (1, 7, 16), (3, 2, 4)])
def test_sincos_written_out(rows, columns, d):
    table = sincos_position_embedding((rows, columns), d)
    quarter = d // 4
    for row in range(rows):
        for column in range(columns):
            for i in range(quarter):
                omega = 10_000 ** -(i / (quarter - 1) if quarter > 1 else 0)
                found = table[row * columns + column, i::quarter].tolist()
                x, y = column * omega, row * omega
                expected = [math.sin(x), math.cos(x), math.sin(y), math.cos(y)]
                assert found == pytest.approx(expected, abs=1e-6)


def test_sincos_details():
    assert torch.equal(sincos_position_embedding(3, 8), sincos_position_embedding((3, 3), 8))
    assert sincos_position_embedding(3, 8).dtype == torch.float32
    hot = sincos_position_embedding((1, 2), 8, temperature=100.0)
    assert hot[1].tolist() == pytest.approx(
        [math.sin(1), math.sin(0.01), math.cos(1), math.cos(0.01), 0, 0, 1, 1]
    )


@pytest.mark.parametrize("prefix", [0, 1])
@pytest.mark.parametrize(
    ("old", "new"), [((4, 4), (6, 6)), ((3, 5), (7, 2)), ((6, 6), (3, 3)), ((2, 3), (4, 9))]
)
def test_interpolation_equals_timm(prefix, old, new):
    table = random_tensor(1, old[0] * old[1] + prefix, 6, dtype=torch.float32)
    ours = interpolate_position_embedding(table, old, new)
    theirs = timm.layers.resample_abs_pos_embed(table, list(new), list(old), num_prefix_tokens=prefix)
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6)
    assert torch.equal(ours[:, :prefix], table[:, :prefix])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_interpolation_in_every_dtype(dtype):
    table = random_tensor(1, 17, 6, dtype=dtype)
    same = interpolate_position_embedding(table, 4, 4)
    assert torch.equal(same, table)
    assert same.data_ptr() != table.data_ptr()
    larger = interpolate_position_embedding(table, 4, (5, 7))
    assert larger.dtype == dtype and larger.shape == (1, 36, 6)
    exact = interpolate_position_embedding(table.double(), 4, (5, 7))
    eps = torch.finfo(dtype).eps
    torch.testing.assert_close(larger.double(), exact, rtol=4 * eps, atol=8 * eps)


def test_interpolation_keeps_a_constant_and_has_a_gradient():
    table = torch.full((1, 6, 4), 2.5, dtype=torch.float64, requires_grad=True)
    stretched = interpolate_position_embedding(table, (2, 3), (4, 5))
    torch.testing.assert_close(stretched, torch.full((1, 20, 4), 2.5, dtype=torch.float64))
    stretched.sum().backward()
    assert table.grad.sum().item() == pytest.approx(4 * 20)
