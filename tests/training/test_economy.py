"""Checkpointing changes nothing but memory; dropped patches are others for each image and each step."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from vit_tutorial import VisionTransformer, ViTConfig, counting, set_seed, train
from vit_tutorial.training import Recipe
from vit_tutorial.training.economy import checkpointed, patches_dropped

SIZES = {"in_channels": 1, "num_classes": 3, "embed_dim": 16, "depth": 3, "num_heads": 2, "mlp_dim": 32}


def vit(**changes) -> VisionTransformer:
    set_seed(0)
    model = VisionTransformer(ViTConfig(**{"image_size": 16, "patch_size": 4, **SIZES, **changes}))
    nn.init.normal_(model.head.weight)  # zeros would hide what the encoder does
    return model


def batch(b: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(b, 1, 16, 16, generator=generator), torch.arange(b) % 3


def gradients(model: nn.Module) -> dict[str, torch.Tensor]:
    images, labels = batch()
    set_seed(5)  # the same dropout
    model.zero_grad()
    F.cross_entropy(model(images), labels).backward()
    return {name: p.grad.clone() for name, p in model.named_parameters()}


def kept_bytes(model: nn.Module) -> int:
    """Bytes of the tensors that autograd keeps, each storage once, parameters aside."""
    known = {p.untyped_storage().data_ptr() for p in model.parameters()}
    kept = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in known:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    images = batch()[0]
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        logits = model(images)
    held = sum(kept.values())
    assert logits.requires_grad
    return held


@pytest.mark.parametrize("rates", [{}, {"dropout": 0.3, "attention_dropout": 0.3}])
def test_checkpointed_blocks_give_the_same_gradients_to_the_bit(rates):
    model = vit(**rates).train()
    expected = gradients(model)
    with checkpointed(model):
        found = gradients(model)
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_checkpointed_blocks_keep_their_inputs_only():
    model = vit().train()
    config, d, t = model.config, 16, 17
    full = kept_bytes(model)
    assert full == sum(counting.kept_bytes(config, 6).values())
    with checkpointed(model):
        few = kept_bytes(model)
    by_part = counting.kept_bytes(config, 6)
    inputs = 4 * 6 * config.depth * t * d
    assert few == by_part["images"] + by_part["read-out"] + inputs
    assert few < full / 5


def test_afterwards_the_model_is_as_before():
    model = vit().train()
    with checkpointed(model), patches_dropped(model, 0.5):
        assert "forward" in vars(model.encoder.blocks[0])
        assert len(model.embeddings._forward_hooks) == 1
    assert all("forward" not in vars(block) for block in model.encoder.blocks)
    assert len(model.embeddings._forward_hooks) == 0
    copy.deepcopy(model)(batch()[0])


@pytest.mark.parametrize(("share", "patches"), [(0.25, 12), (0.5, 8), (0.99, 1)])
@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_the_encoder_meets_that_many_patches_and_whole_ones(share, patches, pooling):
    model = vit(pooling=pooling).train()
    images, first = batch()[0], int(pooling == "cls")
    whole = model.embeddings(images)
    with patches_dropped(model, share):
        few = model.embeddings(images)
        assert torch.equal(model.eval().embeddings(images), whole)
    assert few.shape == (6, first + patches, 16)
    assert torch.equal(few[:, :first], whole[:, :first])
    places = [
        [(row == kept).all(dim=1).nonzero().item() for kept in some[first:]]
        for row, some in zip(whole[:, first:], few, strict=True)
    ]
    assert all(len(set(each)) == patches for each in places), "a patch came twice"
    assert len({tuple(each) for each in places}) > 1, "all images lost the same patches"


def test_each_patch_is_dropped_as_often_as_the_share_says():
    model = vit(pooling="mean").train()
    images = batch(1)[0].expand(4_000, -1, -1, -1)
    whole = model.embeddings(images[:1])[0]
    set_seed(2)
    with patches_dropped(model, 0.25), torch.no_grad():
        few = model.embeddings(images)
    kept = torch.stack([(few == patch).all(dim=-1).any(dim=1).float().mean() for patch in whole])
    assert (kept - 0.75).abs().max() < 0.03  # 4.4 standard deviations


def loader() -> DataLoader:
    images, labels = batch(24)
    return DataLoader(TensorDataset(images, labels), batch_size=8, shuffle=True)


def test_train_with_checkpointing_is_the_same_run():
    plain, thrifty = vit(dropout=0.2), vit(dropout=0.2)
    recipe = Recipe(epochs=2, seed=3)
    expected = train(plain, loader(), recipe=recipe, device="cpu")
    found = train(thrifty, loader(), recipe=recipe, device="cpu", checkpointing=True)
    assert found.step_loss == expected.step_loss
    assert all(map(torch.equal, thrifty.parameters(), plain.parameters()))


def test_train_drops_patches_in_its_steps_and_not_in_validation():
    model, seen = vit(), {True: set(), False: set()}
    model.encoder.register_forward_pre_hook(lambda m, x: seen[m.training].add(x[0].shape[1]))
    train(model, loader(), loader(), epochs=1, device="cpu", drop_patches=0.5)
    assert seen == {True: {9}, False: {17}}
    assert len(model.embeddings._forward_hooks) == 0


def test_the_hooks_go_when_training_is_stopped():
    model = vit()
    images, labels = batch()
    images[0, 0, 0, 0] = torch.nan
    broken = DataLoader(TensorDataset(images, labels), batch_size=6)
    with pytest.raises(RuntimeError, match="the loss is nan"):
        train(model, broken, epochs=1, device="cpu", drop_patches=0.5, checkpointing=True)
    assert len(model.embeddings._forward_hooks) == 0
    assert "forward" not in vars(model.encoder.blocks[0])


@pytest.mark.parametrize("wish", [{"checkpointing": True}, {"drop_patches": 0.5}])
def test_other_models_are_refused(wish):
    other = nn.Sequential(nn.Flatten(), nn.Linear(256, 3))
    with pytest.raises(ValueError, match="VisionTransformer of this package, got Sequential"):
        train(other, loader(), epochs=1, device="cpu", **wish)


def test_train_can_be_resumed_with_patches_dropped(tmp_path):
    whole, first, second = vit(), vit(), vit()
    recipe = Recipe(epochs=3, drop_patches=0.5, schedule="constant", warmup=0.0)
    expected = train(whole, loader(), recipe=recipe, device="cpu")
    with pytest.raises(KeyboardInterrupt):
        stopped(first, recipe, tmp_path / "run")
    found = train(second, loader(), recipe=recipe, device="cpu", out=tmp_path / "run", resume=True)
    assert found.step_loss == expected.step_loss
    assert all(map(torch.equal, whole.parameters(), second.parameters()))


def stopped(model: VisionTransformer, recipe: Recipe, out) -> None:
    """Train until the second epoch's first step."""
    calls = []

    def stop(*_: object) -> None:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt

    model.register_forward_pre_hook(stop)
    train(model, loader(), recipe=recipe, device="cpu", out=out)
