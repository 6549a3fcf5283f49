"""Weights that can't be saved or read: the error says why, and nothing is harmed."""

import errno
import json
import os
from pathlib import Path

import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import assert_error_names
from tiny_training import CLASSES, assert_same_weights, new_model

from vit_tutorial.saving import (
    CheckpointError,
    load_model,
    load_weights,
    read_tensors,
    save_model,
    write_atomically,
)


@pytest.mark.parametrize("config", ["", "no JSON", "[1]", '"x"', '{"width": 3}', '{"embed_dim": 0}'])
def test_metadata_of_another_library(tmp_path, config):
    path = tmp_path / "m"
    safetensors.torch.save_file({"a": torch.zeros(2)}, path, {"config": config})
    assert_error_names(lambda: load_model(path), CheckpointError, [str(path)])
    assert_error_names(lambda: load_weights(new_model(), path), CheckpointError, [str(path), "21 names"])


REFUSED = [
    ({"embed_dim": 12}, ["differ", "embeddings", "sizes it was saved with"]),
    ({"depth": 2}, ["12 names or shapes differ", "encoder.blocks.1"]),
    ({"num_classes": 4}, ["2 names or shapes differ", "head.weight"]),
    ({"num_heads": 4}, ["num_heads = 2", "has 4", "something else"]),
    ({"layer_norm_eps": 0.1}, ["layer_norm_eps = 1e-06", "0.1"]),
]


@pytest.mark.parametrize(("changes", "words"), REFUSED)
def test_other_models_keep_their_weights(tmp_path, changes, words):
    path = save_model(new_model(), tmp_path / "m")
    model, same = new_model(**changes), new_model(**changes)
    with torch.no_grad():
        for parameter in (*model.parameters(), *same.parameters()):
            parameter.add_(1)
    assert_error_names(lambda: load_weights(model, path), CheckpointError, [str(path), *words])
    assert_same_weights(model, same)


def test_wrong_number_of_names(tmp_path):
    words = ["2 class names", "3 classes", "one name for each"]
    assert_error_names(lambda: save_model(new_model(), tmp_path / "m", CLASSES[:2]), ValueError, words)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("fails", ["write", "fsync", "replace"])
def test_a_save_that_fails_harms_nothing(tmp_path, monkeypatch, fails):
    path = save_model(new_model(), tmp_path / "model.safetensors")
    before = path.read_bytes()
    full = OSError(errno.ENOSPC, "No space left on device")

    def no_space(*_):
        raise full

    def half(self, content):
        with self.open("wb") as file:
            file.write(content[:100])
        raise full

    with monkeypatch.context() as patch:
        if fails == "write":
            patch.setattr(Path, "write_bytes", half)
        else:
            patch.setattr(*{"fsync": (os, "fsync"), "replace": (Path, "replace")}[fails], no_space)
        with pytest.raises(OSError, match="No space"):
            save_model(new_model(depth=2), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    assert load_model(save_model(new_model(depth=2), path)).config.depth == 2  # now there is space


def test_what_is_no_file_is_named(tmp_path):
    for missing in (tmp_path / "none", tmp_path):
        assert_error_names(lambda m=missing: load_model(m), FileNotFoundError, [str(missing), "Save a model"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    return save_model(new_model(), tmp_path_factory.mktemp("whole") / "m").read_bytes()


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_truncated_or_foreign_files_are_named(whole, tmp_path_factory, data):
    cut = st.integers(0, len(whole) - 1).map(lambda size: whole[:size])
    foreign = st.binary(max_size=64).map(lambda start: start + whole[len(start) :])
    content = data.draw(cut | foreign | st.binary())
    path = tmp_path_factory.getbasetemp() / "foreign"
    path.write_bytes(content)
    try:
        load_model(path)
    except CheckpointError as error:
        assert str(path) in str(error)
    else:
        assert len(content) == len(whole)  # bytes drawn by chance may be the right ones


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda x: x * float("nan"), "torch.float32"),
        (lambda x: x.fill_(float("inf")), "torch.float32"),
        (lambda x: x.int(), "torch.int32"),
        (lambda x: x.to(torch.complex64), "torch.complex64"),
    ],
)
def test_weights_that_are_no_finite_floats_are_refused(tmp_path, change, word):
    model = new_model()
    path = save_model(model, tmp_path / "m.safetensors")
    tensors, metadata = read_tensors(path)
    tensors["encoder.norm.weight"] = change(tensors["encoder.norm.weight"])
    try:
        safetensors.torch.save_file(tensors, path, metadata)
    except KeyError:
        pytest.skip("this safetensors writes no complex numbers")
    for call in (lambda: load_model(path), lambda: load_weights(model, path)):
        with pytest.raises(CheckpointError, match=rf"encoder\.norm\.weight \({word}\) does not hold finite"):
            call()


def test_positions_of_another_grid_are_refused(tmp_path):
    wide, high = (new_model(image_size=size) for size in ((8, 16), (16, 8)))
    path = save_model(wide, tmp_path / "m.safetensors")
    before = high.state_dict()["embeddings.position_embedding"].clone()
    with pytest.raises(CheckpointError, match=r"image_size = \(8, 16\), this one has \(16, 8\)"):
        load_weights(high, path)
    assert torch.equal(high.state_dict()["embeddings.position_embedding"], before)
    square = new_model(image_size=(8, 8))
    load_weights(new_model(), save_model(square, tmp_path / "square"))
    small, large = (new_model(image_size=size, position="none") for size in (8, 16))
    load_weights(large, save_model(small, tmp_path / "none"))


@pytest.mark.parametrize(
    "claim", [{"depth": 10**6}, {"embed_dim": 2**40}, {"mlp_dim": 2**50}, {"num_classes": 10**12}]
)
def test_a_file_that_claims_a_giant_is_refused_before_it_is_built(tmp_path, claim):
    path = save_model(new_model(), tmp_path / "m")
    tensors, metadata = read_tensors(path)
    config = json.loads(metadata["config"]) | claim
    safetensors.torch.save_file(tensors, path, metadata | {"config": json.dumps(config)})
    with pytest.raises(CheckpointError):
        load_model(path)


@pytest.mark.parametrize(("failures", "saved"), [(2, True), (9, False)])
def test_a_file_that_another_program_holds_for_a_moment(failures, saved, tmp_path, monkeypatch):
    """As a virus scanner does on Windows: the old file stays until the new one has its name."""
    path, waited, replace = tmp_path / "m.safetensors", [], Path.replace
    path.write_text("old")

    def held(self, target):
        if len(waited) < failures and self.suffix == ".half":
            raise PermissionError(13, "held", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", held)
    monkeypatch.setattr("vit_tutorial.saving.sleep", waited.append)
    if saved:
        write_atomically(path, lambda half: half.write_text("new"))
    else:
        with pytest.raises(PermissionError):
            write_atomically(path, lambda half: half.write_text("new"))
    assert path.read_text() == ("new" if saved else "old")
    assert [file.name for file in tmp_path.iterdir()] == ["m.safetensors"] and len(waited) == min(failures, 3)
