"""Patches against what is not ours: F.unfold, a convolution, timm; and against themselves by round trip."""

import pytest
import timm.layers
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import assert_error_names
from torch import nn

from vit_tutorial import PatchEmbedding, patchify, unpatchify

DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
sizes = st.integers(1, 5)


def random_images(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64).to(dtype)


def test_order_written_out_by_hand():
    image = torch.arange(2 * 4 * 6).reshape(1, 2, 4, 6)  # value = 24·channel + 6·row + column
    patches = patchify(image, 2)
    assert patches.shape == (1, 6, 8)
    assert patches[0, 0].tolist() == [0, 1, 6, 7, 24, 25, 30, 31]  # (channel, row, column)
    assert patches[0, 1].tolist() == [2, 3, 8, 9, 26, 27, 32, 33]  # the next one to the right
    assert patches[0, 3].tolist() == [12, 13, 18, 19, 36, 37, 42, 43]  # the first of the second row


@settings(deadline=None, max_examples=60)
@given(b=sizes, c=sizes, rows=sizes, columns=sizes, p=st.integers(1, 7))
def test_equals_unfold_and_round_trips(b, c, rows, columns, p):
    images = random_images(b, c, rows * p, columns * p)
    patches = patchify(images, p)
    assert torch.equal(patches, F.unfold(images, p, stride=p).transpose(1, 2))
    assert torch.equal(unpatchify(patches, p, (rows * p, columns * p)), images)


@pytest.mark.parametrize("dtype", [*DTYPES, torch.uint8])
def test_keeps_dtype_and_values(dtype):
    images = (random_images(2, 3, 8, 12) * 40).abs().to(dtype)
    patches = patchify(images, 4)
    assert patches.dtype == dtype
    assert torch.equal(unpatchify(patches, 4, (8, 12)), images)


def test_works_on_other_devices_and_empty_batches():
    assert patchify(torch.empty(2, 3, 32, 48, device="meta"), 16).device.type == "meta"
    assert PatchEmbedding(16, 3, 8).to("meta")(torch.empty(2, 3, 32, 48, device="meta")).shape == (2, 6, 8)
    assert patchify(torch.empty(0, 3, 32, 48), 16).shape == (0, 6, 768)
    assert unpatchify(torch.empty(0, 6, 768), 16, (32, 48)).shape == (0, 3, 32, 48)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_cuda_equals_cpu():
    images = random_images(2, 3, 32, 48)
    assert torch.equal(patchify(images.cuda(), 16).cpu(), patchify(images, 16))


def test_does_not_need_contiguous_input():
    images = random_images(2, 12, 8, 3).permute(0, 3, 2, 1)
    assert torch.equal(patchify(images, 4), patchify(images.contiguous(), 4))


def test_gradient_reaches_the_image():
    images = random_images(1, 2, 4, 6).requires_grad_()
    weight = torch.arange(48.0, dtype=torch.float64).reshape(1, 6, 8)
    (patchify(images, 2) * weight).sum().backward()
    assert torch.equal(images.grad, unpatchify(weight, 2, (4, 6)))


def test_square_image_size_may_be_one_number():
    images = random_images(2, 3, 8, 8)
    assert torch.equal(unpatchify(patchify(images, 2), 2, 8), images)


def random_embedding(
    p: int = 4, c: int = 3, d: int = 10, dtype: torch.dtype = torch.float64
) -> PatchEmbedding:
    """All parameters random: a bias of zero would hide that it is ignored."""
    embedding = PatchEmbedding(patch_size=p, in_channels=c, embed_dim=d).to(dtype)
    for i, parameter in enumerate(embedding.parameters()):
        parameter.data = torch.randn(parameter.shape, generator=torch.Generator().manual_seed(i), dtype=dtype)
    return embedding


@settings(deadline=None, max_examples=40)
@given(b=sizes, c=sizes, rows=sizes, columns=sizes, p=st.integers(1, 6), d=sizes)
def test_embedding_equals_convolution_and_linear(b, c, rows, columns, p, d):
    embedding, images = random_embedding(p, c, d), random_images(b, c, rows * p, columns * p)
    weight, bias = embedding.projection.weight, embedding.projection.bias
    tokens = embedding(images)
    assert tokens.shape == (b, rows * columns, d)
    by_convolution = F.conv2d(images, weight, bias, stride=p).flatten(2).transpose(1, 2)
    torch.testing.assert_close(tokens, by_convolution, rtol=1e-12, atol=1e-12)
    by_linear = F.linear(patchify(images, p), weight.flatten(1), bias)
    torch.testing.assert_close(tokens, by_linear, rtol=1e-12, atol=1e-12)


def test_embedding_equals_timm():
    ours = random_embedding(16, 3, 192)
    theirs = timm.layers.PatchEmbed(img_size=(64, 96), patch_size=16, in_chans=3, embed_dim=192).double()
    theirs.proj.load_state_dict(ours.projection.state_dict())
    images = random_images(2, 3, 64, 96)
    torch.testing.assert_close(ours(images), theirs(images), rtol=1e-12, atol=1e-12)


def test_embedding_gradients_equal_a_convolutions():
    embedding, images = random_embedding(), random_images(2, 3, 8, 12)
    convolution = nn.Conv2d(3, 10, 4, stride=4, dtype=torch.float64)
    convolution.load_state_dict(embedding.projection.state_dict())
    embedding(images).pow(2).sum().backward()
    convolution(images).pow(2).sum().backward()
    torch.testing.assert_close(embedding.projection.weight.grad, convolution.weight.grad)
    torch.testing.assert_close(embedding.projection.bias.grad, convolution.bias.grad)


@pytest.mark.parametrize("dtype", DTYPES)
def test_embedding_in_every_float_dtype(dtype):
    embedding, images = random_embedding(dtype=dtype), random_images(2, 3, 8, 12, dtype=dtype)
    tokens = embedding(images)
    assert tokens.dtype == dtype
    exact = random_embedding(dtype=dtype).double()(images.double())
    tolerance = 40 * torch.finfo(dtype).eps
    torch.testing.assert_close(
        tokens.double(), exact, rtol=tolerance, atol=tolerance * exact.abs().max().item()
    )


def test_embedding_start():
    torch.manual_seed(0)
    embedding = PatchEmbedding(patch_size=16, in_channels=3, embed_dim=768)
    assert sum(p.numel() for p in embedding.parameters()) == 590_592  # 16·16·3·768 + 768
    assert abs(embedding.projection.weight.std().item() * 768**0.5 - 1) < 0.01
    assert embedding.projection.bias.abs().max() == 0
    # The same with every PyTorch from 2.6 to 2.15: chapters print what comes of them.
    first = embedding.projection.weight.flatten()[:3].tolist()
    assert first == pytest.approx([0.0168813504, 0.0019568673, -0.0374535061], abs=1e-8)


def test_embedding_compiles_and_exports():
    embedding, images = random_embedding(), random_images(2, 3, 8, 12)
    program = torch.export.export(embedding, (images,))
    torch.testing.assert_close(program.module()(images), embedding(images))


BAD_INPUT = [
    (lambda: patchify(torch.zeros(3, 8, 8), 4), ValueError, ["(3, 8, 8)", "unsqueeze(0)"]),
    (lambda: patchify([[0.0]], 4), TypeError, ["list", "torch.Tensor"]),
    (lambda: patchify(torch.zeros(1, 3, 600, 512), 16), ValueError, ["height 600", "16", "592", "608"]),
    (lambda: patchify(torch.zeros(1, 3, 8, 10), 4), ValueError, ["width 10", "4", "crop to 8", "12"]),
    (lambda: patchify(torch.zeros(1, 3, 8, 8), 16), ValueError, ["height 8", "16", "pad or resize to 16"]),
    (lambda: patchify(torch.zeros(1, 3, 0, 8), 4), ValueError, ["height 0", "4"]),
    (lambda: patchify(torch.zeros(1, 3, 8, 8), 0), ValueError, ["patch_size", "at least 1", "0"]),
    (lambda: patchify(torch.zeros(1, 3, 8, 8), -4), ValueError, ["patch_size", "-4"]),
    (lambda: patchify(torch.zeros(1, 3, 8, 8), 4.0), TypeError, ["patch_size", "4.0", "float"]),
    (lambda: patchify(torch.zeros(1, 3, 8, 8), True), TypeError, ["patch_size", "bool"]),
    (lambda: unpatchify(torch.zeros(2, 4), 4, 8), ValueError, ["(2, 4)", "(B, N, C·P·P)"]),
    (lambda: unpatchify(torch.zeros(1, 5, 48), 4, 8), ValueError, ["N = 5", "4 patches", "class token"]),
    (lambda: unpatchify(torch.zeros(1, 4, 50), 4, 8), ValueError, ["50", "C·16"]),
    (lambda: unpatchify(torch.zeros(1, 4, 0), 4, 8), ValueError, ["0", "C·16"]),
    (lambda: unpatchify(torch.zeros(1, 4, 48), 4, (8, 9)), ValueError, ["width 9", "4"]),
    (lambda: unpatchify(torch.zeros(1, 4, 48), 4, (8, 8, 8)), ValueError, ["(8, 8, 8)", "pair"]),
    (lambda: unpatchify(torch.zeros(1, 4, 48), 4, 8.0), TypeError, ["image_size", "8.0"]),
    (
        lambda: PatchEmbedding(4, 3, 8)(torch.zeros(1, 1, 8, 8)),
        ValueError,
        ["3 channels", "have 1", "in_channels=1"],
    ),
    (lambda: PatchEmbedding(4, 3, 8)(torch.zeros(1, 3, 8, 9)), ValueError, ["width 9", "4"]),
    (lambda: PatchEmbedding(4, 3, 8)(torch.zeros(3, 8, 8)), ValueError, ["(3, 8, 8)", "unsqueeze(0)"]),
    (lambda: PatchEmbedding(0), ValueError, ["patch_size", "0"]),
    (lambda: PatchEmbedding(16, in_channels=0), ValueError, ["in_channels", "0"]),
    (lambda: PatchEmbedding(16, embed_dim=1.5), TypeError, ["embed_dim", "1.5"]),
]


@pytest.mark.parametrize(("call", "error", "words"), BAD_INPUT)
def test_bad_input_is_named(call, error, words):
    assert_error_names(call, error, words)
