"""The model in each precision, under autocast and on a GPU."""

import copy

import pytest
import torch
from reference import assert_close
from small_model import images, model


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_dtypes(dtype):
    built = model(dtype)
    logits = built(images(dtype=dtype))
    assert logits.dtype == dtype and built.attention_maps(images(dtype=dtype)).dtype == dtype
    exact = copy.deepcopy(built).double()(images(dtype=dtype).double())
    assert_close(logits.double(), exact, 100 * torch.finfo(dtype).eps)


def test_autocast():
    built, x = model(torch.float32), images(dtype=torch.float32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = built(x)
        maps = built.attention_maps(x)
        logits.float().pow(2).sum().backward()
    assert logits.dtype == torch.bfloat16
    assert_close(logits.float(), built(x), 0.1)
    assert_close(maps.float(), built.attention_maps(x), 0.1)
    assert all(parameter.grad.dtype == torch.float32 for parameter in built.parameters())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_cuda_equals_cpu():
    built, x = model(), images()
    assert_close(built.cuda()(x.cuda()).cpu(), built.cpu()(x), 1e-10)
