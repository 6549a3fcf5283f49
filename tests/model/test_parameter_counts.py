"""How many parameters the paper's models have, to the unit; counting them takes no memory."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from small_model import COUNTS

from vit_tutorial import VisionTransformer, ViTConfig


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize("name", COUNTS)
def test_counts_to_the_unit(name):
    with torch.device("meta"):
        built = VisionTransformer(ViTConfig.named(name))
        assert built(torch.empty(1, 3, 224, 224)).shape == (1, 1000)
    assert all(parameter.is_meta for parameter in built.parameters())
    assert count(built) == COUNTS[name]


def test_counts_of_parts_and_variations():
    with torch.device("meta"):
        base = VisionTransformer()
        assert base.config == ViTConfig.named("ViT-B/16") == ViTConfig()
        assert count(base.embeddings.patch_embedding) == 590_592
        assert base.embeddings.class_token.numel() == 768
        assert base.embeddings.position_embedding.numel() == 151_296
        assert [count(block) for block in base.encoder.blocks] == [7_087_872] * 12
        assert count(base.encoder.norm) == 1_536
        assert count(base.head) == 769_000
        assert count(base) - count(base.head) == 85_798_656
        assert count(VisionTransformer(ViTConfig.named("ViT-B/16", num_classes=3))) == 85_800_963
        assert count(VisionTransformer(ViTConfig(pooling="mean"))) == 86_566_120
        assert count(VisionTransformer(ViTConfig(image_size=384))) - count(base) == 291_840


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's account of memory")
def test_the_largest_takes_no_memory():
    program = """
import torch
from pathlib import Path
from vit_tutorial import VisionTransformer, ViTConfig
def peak():  # kB; unlike getrusage's, a new program's own and not its parent's
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
with torch.device("meta"):
    VisionTransformer(ViTConfig(depth=1))  # what torch loads for its meta device comes first
    before = peak()
    VisionTransformer(ViTConfig.named("ViT-H/14"))
print(peak() - before)
torch.ones(50_000_000)
print(peak() - before)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    taken, with_ones = map(int, done.stdout.split())
    assert taken < 50_000  # the weights would be 2,500,000
    assert with_ones > 190_000  # the measure works
