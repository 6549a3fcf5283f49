"""The solutions of chapter 09 against what is not ours: PyTorch's counter, attention, sampler and autograd."""

from __future__ import annotations

import itertools

import pytest
import torch
import torch.nn.functional as F
from torch.utils.data.distributed import DistributedSampler
from torch.utils.flop_counter import FlopCounterMode

from vit_tutorial.encoder import EncoderBlock
from vit_tutorial.exercises import WrongAnswer, all_exercises, check


def solution(number: str):
    return all_exercises()[number].solution


@pytest.mark.parametrize(("batch", "tokens", "width", "mlp_width"), [(1, 17, 24, 96), (5, 9, 16, 40)])
def test_block_flops_are_what_pytorch_counts(batch, tokens, width, mlp_width):
    block = EncoderBlock(width, 4, mlp_width)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        block(torch.zeros(batch, tokens, width))
    assert solution("09.1")(batch, tokens, width, mlp_width) == counter.get_total_flops()


@pytest.mark.parametrize("block", [1, 4, 10, 64])
@pytest.mark.parametrize("spread", [1.0, 500.0])
def test_online_attention_is_pytorchs(block, spread):
    generator = torch.Generator().manual_seed(0)
    q, k, v = (torch.randn(2, 3, n, 8, generator=generator, dtype=torch.float64) for n in (7, 10, 10))
    expected = F.scaled_dot_product_attention(spread * q, k, v)
    assert torch.allclose(solution("09.2")(spread * q, k, v, block), expected, atol=1e-12)


def test_pytorchs_own_attention_is_right_and_yet_refused_because_it_was_not_asked_for():
    def fused(query, key, value, block):
        return F.scaled_dot_product_attention(query, key, value)

    with pytest.raises(WrongAnswer, match="all T × M scores stood in memory at once"):
        check("09.2", fused, record=False)


def test_accumulated_gradient_is_autograds_of_one_large_batch():
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(9, 4, generator=generator), torch.arange(9) % 3
    weight = torch.randn(4, 3, generator=generator, requires_grad=True)

    def gradient(images, labels):
        return torch.autograd.grad(F.cross_entropy(images @ weight, labels), weight)[0]

    batches = list(zip(x.split([4, 4, 1]), y.split([4, 4, 1]), strict=True))
    assert torch.allclose(solution("09.3")(gradient, batches), gradient(x, y), atol=1e-6)


@pytest.mark.parametrize(("n", "processes"), [(12, 3), (10, 4), (7, 2), (5, 5), (9, 1)])
def test_epoch_indices_are_those_of_distributed_sampler(n, processes):
    for rank, epoch, seed in itertools.product(range(processes), (0, 3), (0, 11)):
        sampler = DistributedSampler(range(n), processes, rank, seed=seed)
        sampler.set_epoch(epoch)
        assert solution("09.4")(n, processes, rank, epoch, seed) == list(sampler)


def test_quantized_weights_are_pytorchs():
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(6, 33, generator=generator)
    number, scale = solution("09.5")(weight)
    theirs = torch.fake_quantize_per_channel_affine(
        weight, scale[:, 0], torch.zeros(6, dtype=torch.int32), 0, -127, 127
    )
    assert torch.allclose(number * scale, theirs, atol=1e-6)
    assert number.abs().amax(dim=1).tolist() == [127] * 6


def test_a_tuple_by_another_name_is_as_good():
    def quantized(weight):
        scale = weight.abs().max(dim=1, keepdim=True).values / 127
        scale[scale == 0] = 1
        return [torch.round(weight / scale).to(torch.int8), scale]

    check("09.5", quantized, record=False)
