"""`pretrained.load("torchvision/…")` out of the cache: the same logits, and an error that names a file that is no such thing."""

from __future__ import annotations

import hashlib
import re
import warnings
from pathlib import Path

import pytest
import torch
import torchvision
from reference import assert_close, assert_error_names, random_tensor
from torchvision.models import get_model_weights
from torchvision_files import NAME, in_cache, small

from vit_tutorial import ViTConfig, pretrained
from vit_tutorial.saving import CheckpointError

pytest_plugins = ["torchvision_cache"]


@torch.no_grad()
def test_torchvisions_model(filled, untrained, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(filled))
    with pytest.warns(UserWarning, match="vit_b_16-c867db91.pth.*checksum") as caught:
        model = pretrained.load(NAME)
    assert [Path(warning.filename) for warning in caught] == [Path(__file__)]  # at the line of the call
    assert model.config == ViTConfig.named("ViT-B/16")
    assert model.classes == tuple(get_model_weights("vit_b_16").IMAGENET1K_V1.meta["categories"])
    assert len(model.classes) == 1000 and model.preprocessing == NAME
    assert not any(module.training for module in model.modules())
    images = random_tensor(2, 3, 224, 224, dtype=torch.float32)
    theirs = untrained(images)
    assert theirs.std() > 0.1
    assert (model(images) - theirs).abs().max() < 1e-4


@torch.no_grad()
def test_a_file_of_the_older_names_in_half_precision(empty):
    """As in the released files: mlp.linear_1 and mlp.linear_2 instead of mlp.0 and mlp.3."""
    theirs = small()
    older = {
        re.sub(r"mlp\.([03])\.", lambda found: f"mlp.linear_{1 + int(found[1]) // 3}.", name): entry
        for name, entry in theirs.state_dict().items()
    }
    assert sum(".mlp.linear_" in name for name in older) == 8
    images = random_tensor(2, 3, 16, 16, dtype=torch.float32)
    torch.save(older, in_cache(empty))
    with pytest.warns(UserWarning, match="checksum"):
        assert_close(pretrained.load(NAME)(images), theirs(images), 1e-5)
    torch.save({name: entry.half() for name, entry in older.items()}, in_cache(empty))
    with pytest.warns(UserWarning, match="checksum"):
        model = pretrained.load(NAME)
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert_close(model(images), theirs(images), 0.01)


def test_the_right_checksum_is_no_cause_for_a_warning(empty, monkeypatch):
    path = in_cache(empty)
    torch.save(small().state_dict(), path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    weights = get_model_weights("vit_b_16").IMAGENET1K_V1
    monkeypatch.setattr(type(weights), "url", f"https://example.org/vit-{digest[:8]}.pth", raising=False)
    path.rename(path.with_name(f"vit-{digest[:8]}.pth"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pretrained.load(NAME).config.image_size == 16


FOREIGN = {
    "nothing": b"",
    "a text": b"hello world\n",
    "a login page": b"<!DOCTYPE html><html><body>Please log in</body></html>",
    "a pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n",
    "an archive": b"PK\x03\x04" + bytes(100),
    "bytes": bytes(range(256)),
}


@pytest.mark.filterwarnings("ignore:.*checksum")
@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN.keys())
def test_what_is_no_file_of_weights(empty, content):
    path = in_cache(empty)
    path.write_bytes(content)
    words = [str(path), f"({len(content):,} bytes)", "Remove it"]
    assert_error_names(lambda: pretrained.load(NAME), CheckpointError, words)
    assert path.read_bytes() == content


@pytest.mark.filterwarnings("ignore:.*checksum")
@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file(empty, share, zipped):
    path = in_cache(empty)
    torch.save(small().state_dict(), path, _use_new_zipfile_serialization=zipped)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert_error_names(lambda: pretrained.load(NAME), CheckpointError, [str(path), "truncated", "Remove it"])


@pytest.mark.filterwarnings("ignore:.*checksum")
@pytest.mark.parametrize(
    "content",
    [
        [1, 2],
        torch.zeros(3),
        {"model": {}},
        {"epoch": 3, "lr": 0.1},
        torchvision.models.resnet18(weights=None).state_dict(),
        small(num_classes=10).state_dict(),  # ten outputs would get the names of the first of a thousand
    ],
    ids=["list", "tensor", "checkpoint", "numbers", "ResNet", "ten classes"],
)
def test_a_file_of_something_else(empty, content):
    path = in_cache(empty)
    torch.save(content, path)
    assert_error_names(lambda: pretrained.load(NAME), CheckpointError, [str(path), "Remove it"])
