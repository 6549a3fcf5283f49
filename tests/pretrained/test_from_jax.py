"""Weights of the JAX code, from .npz files: equal logits, or an error that says why not."""

import pickle

import numpy as np
import pytest
import torch
from foreign_models import images
from reference import NEWER, PRECISION, RELEASED, assert_close, jax_checkpoint, jax_logits

from vit_tutorial import pretrained


def saved(tmp_path, weights, name="ViT.npz"):
    np.savez(tmp_path / name, **weights)
    return tmp_path / name


@pytest.mark.parametrize("grid", [(3, 3), (2, 5)])
@pytest.mark.parametrize("class_token", [True, False])
@pytest.mark.parametrize("parts", [RELEASED, NEWER])
@pytest.mark.parametrize(("dtype", "relative"), PRECISION)
def test_jax(tmp_path, parts, class_token, grid, dtype, relative):
    weights = jax_checkpoint(parts, class_token, grid)
    x = np.random.default_rng(1).normal(size=(2, 4 * grid[0], 4 * grid[1], 3))
    expected = torch.from_numpy(jax_logits(weights, x, parts))
    size = None if grid == (3, 3) else (8, 20)
    stored = {name: array.astype(str(dtype)[6:]) for name, array in weights.items()}
    ours = pretrained.from_jax(saved(tmp_path, stored), image_size=size)
    assert ours.config.pooling == ("cls" if class_token else "mean") and ours.config.num_heads == 3
    logits = ours(torch.from_numpy(x).permute(0, 3, 1, 2).to(dtype))
    assert logits.dtype == dtype
    assert_close(logits.double(), expected, relative)


def test_jax_every_entry_is_read(tmp_path):
    weights = jax_checkpoint()
    x = images(12, 12)
    before = pretrained.from_jax(saved(tmp_path, weights))(x)
    for name, array in weights.items():
        if not name.endswith("key/bias"):  # it moves all scores of a row alike: softmax does not see it
            noise = np.random.default_rng(2).normal(size=array.shape)
            after = pretrained.from_jax(str(saved(tmp_path, weights | {name: array + noise})))(x)
            assert not torch.allclose(after, before), name


@pytest.mark.parametrize("name", ["pre_logits/kernel", "MAPHead_0/probe", "conv_root/kernel"])
def test_jax_features_that_ours_lacks(tmp_path, name):
    path = saved(tmp_path, jax_checkpoint() | {name: np.zeros((2, 2))})
    features = {"p": "a pre-logits layer", "M": "attention pooling", "c": "a stem of convolutions"}
    with pytest.raises(ValueError) as caught:
        pretrained.from_jax(path)
    for word in (features[name[0]], name, str(path)):
        assert word in str(caught.value)


def test_jax_entries_that_do_not_fit_are_all_listed(tmp_path):
    weights = jax_checkpoint()
    block = "Transformer/encoderblock_1/"
    weights.pop(f"{block}LayerNorm_2/bias")
    weights[f"{block}MlpBlock_3/Dense_0/kernel"] = np.zeros((20, 12))
    weights["sigmoid/scale"] = np.zeros(3)
    with pytest.raises(ValueError) as caught:
        pretrained.from_jax(saved(tmp_path, weights))
    for words in (
        f"missing entries: {block}LayerNorm_2/bias",
        "unexpected entries: sigmoid/scale",
        f"{block}MlpBlock_3/Dense_0/kernel is (20, 12), expected (D = 12, M = 20)",
    ):
        assert words in str(caught.value)


def test_jax_heads_must_make_up_the_width(tmp_path):
    weights = jax_checkpoint()
    for name in list(weights):
        if "/query/" in name or "/key/" in name or "/value/" in name:
            weights[name] = weights[name][..., :3]
        if "/out/kernel" in name:
            weights[name] = weights[name][:, :3]
    with pytest.raises(ValueError, match="3 heads of width 3"):
        pretrained.from_jax(saved(tmp_path, weights))


class Bomb:
    def __reduce__(self):
        return (exec, ("raise SystemExit('code of the file was run')",))


def test_files_that_are_damaged_or_foreign(tmp_path):
    whole = saved(tmp_path, jax_checkpoint()).read_bytes()
    middle = bytearray(whole)
    middle[len(whole) // 3 : len(whole) // 3 + 400] = bytes(400)
    contents = {
        "cut.npz": whole[: len(whole) // 2],
        "hole.npz": bytes(middle),
        "empty.npz": b"",
        "page.npz": b"<!DOCTYPE html>",
        "pickle.npz": pickle.dumps(Bomb()),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    np.save(tmp_path / "one.npy", np.zeros(3))
    saved(tmp_path, {"a": np.array([Bomb()], dtype=object)}, "object.npz")
    for name in (*contents, "one.npy", "object.npz"):
        with pytest.raises(ValueError, match=f"cannot read .*{name} as an .npz file"):
            pretrained.from_jax(tmp_path / name)
    with pytest.raises(ValueError, match=r"no floating-point numbers: head/bias \(int64\)"):
        pretrained.from_jax(saved(tmp_path, jax_checkpoint() | {"head/bias": np.zeros(5, dtype=int)}))
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npz"):
        pretrained.from_jax(tmp_path / "nowhere.npz")
    with pytest.raises(ValueError, match=r"table of 11 positions.*image_size"):
        pretrained.from_jax(saved(tmp_path, jax_checkpoint(grid=(2, 5))))
