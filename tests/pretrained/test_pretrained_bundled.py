"""`pretrained.load("vit-fashion")`: the checksum is verified, and what is damaged is named."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch
from reference import assert_error_names
from tiny_training import CLASSES, new_model

from vit_tutorial import pretrained
from vit_tutorial.pretrained import files
from vit_tutorial.saving import CheckpointError, save_model


@pytest.mark.parametrize("name", ["vit_b_16", "torchvision/vit_h_14", "", "vit-fashion ", None, 3])
def test_an_unknown_name(name):
    known = [f"'torchvision/vit_{size}'" for size in ("b_16", "b_32", "l_16", "l_32")]
    words = ["name must be one of", "'vit-fashion'", *known, f"got {name!r}"]
    assert_error_names(lambda: pretrained.load(name), ValueError, words)


def bundle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package in which a tiny model lies, at half precision."""
    path = folder / "assets" / "vit_fashion" / "model.safetensors"
    save_model(new_model().half(), path, CLASSES)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name("model.safetensors.sha256").write_text(f"{digest}  model.safetensors\n")
    monkeypatch.setattr(files, "files", {"vit_tutorial": folder}.__getitem__)
    return path


def test_the_bundled_model(tmp_path, monkeypatch):
    bundle(tmp_path, monkeypatch)
    model = pretrained.load("vit-fashion")
    assert model.classes == CLASSES and model.preprocessing == "vit-fashion"
    assert not any(module.training for module in model.modules())
    assert all(p.requires_grad and p.device.type == "cpu" for p in model.parameters())
    for name, value in new_model().half().state_dict().items():
        assert model.state_dict()[name].dtype == torch.float32
        assert torch.equal(model.state_dict()[name], value.float())


@pytest.mark.parametrize("where", [0, 200, -1])
def test_one_bit_of_the_bundled_model_is_wrong(tmp_path, monkeypatch, where):
    path = bundle(tmp_path, monkeypatch)
    content, wanted = bytearray(path.read_bytes()), hashlib.sha256(path.read_bytes()).hexdigest()
    content[where] ^= 1
    path.write_bytes(content)
    words = [str(path), "damaged", wanted, hashlib.sha256(content).hexdigest(), "Install the package again"]
    assert_error_names(lambda: pretrained.load("vit-fashion"), CheckpointError, words)


def test_a_part_of_the_bundled_model_is_missing(tmp_path, monkeypatch):
    path = bundle(tmp_path, monkeypatch)
    path.with_name("model.safetensors.sha256").write_text("")
    words = [path.name, "Install the package again"]
    assert_error_names(lambda: pretrained.load("vit-fashion"), CheckpointError, words)
    path.unlink()
    assert_error_names(lambda: pretrained.load("vit-fashion"), FileNotFoundError, [str(path)])
