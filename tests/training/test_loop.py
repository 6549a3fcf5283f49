"""`train` against a bare PyTorch loop: the same steps, to the bit."""

import math

import pytest
import torch
from tiny_training import (
    CONFIG,
    Images,
    assert_same_weights,
    bare_loop,
    fit,
    largest_difference,
    loader,
    new_model,
)
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

from vit_tutorial import VisionTransformer

SETTINGS = {"learning_rate": 1e-2, "weight_decay": 0.1}


def batches_of(train_loader: DataLoader, order: list[int], size: int = 4) -> list:
    images, labels = train_loader.dataset.tensors
    groups = torch.tensor(order).split(size)
    return [(images[group], labels[group]) for group in groups]


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_equals_a_bare_loop(smoothing):
    ours, theirs = new_model(), new_model()
    in_order = loader()
    history = fit(ours, in_order, epochs=3, warmup=0.25, label_smoothing=smoothing, **SETTINGS)
    expected = bare_loop(theirs, [list(in_order)] * 3, warmup_steps=4, smoothing=smoothing)  # 4 of 18
    assert_same_weights(ours, theirs)
    assert history.step_learning_rate == expected["rate"] and len(expected["rate"]) == 18
    assert history.step_gradient_norm == expected["norm"]
    assert history.step_loss == pytest.approx(expected["loss"], rel=2e-7)  # summed in float32
    sizes = [4, 4, 4, 4, 4, 2]
    for epoch in range(3):
        losses = expected["loss"][6 * epoch : 6 * epoch + 6]
        mean = sum(size * loss for size, loss in zip(sizes, losses, strict=True)) / 22
        assert history.train_loss[epoch] == pytest.approx(mean, rel=1e-6)
        assert abs(mean - sum(losses) / 6) > 1e-3 * mean  # over the batches it would be another
        assert history.train_accuracy[epoch] == sum(expected["right"][6 * epoch : 6 * epoch + 6]) / 22


def test_clips_and_does_not_clip():
    clipped, free, wide, bare = (new_model() for _ in range(4))
    batches = [list(loader())]
    norms = fit(clipped, clip=0.1, epochs=1, warmup=0.5, **SETTINGS).step_gradient_norm
    assert min(norms) > 0.1  # what is recorded is the norm before clipping
    expected = bare_loop(bare, batches, warmup_steps=3, clip=0.1)
    assert norms == expected["norm"]
    assert_same_weights(clipped, bare)
    fit(free, clip=None, epochs=1, warmup=0.5, **SETTINGS)
    fit(wide, clip=1e9, epochs=1, warmup=0.5, **SETTINGS)
    assert_same_weights(free, wide)
    assert largest_difference(free, clipped) > 1e-5


@pytest.mark.parametrize("seed", [0, 5])
def test_shuffled_batches_depend_on_seed_and_epoch_alone(seed):
    ours, theirs = new_model(), new_model()
    shuffled = loader(shuffle=True)
    torch.manual_seed(seed + 7)  # what has been drawn before has no influence
    fit(ours, shuffled, epochs=2, warmup=0.25, seed=seed, **SETTINGS)
    sampler = DistributedSampler(shuffled.dataset, 1, 0, seed=seed)
    orders = [list(sampler)]
    sampler.set_epoch(1)
    orders.append(list(sampler))
    assert orders[0] != orders[1] and sorted(orders[1]) == list(range(22))
    bare_loop(theirs, [batches_of(shuffled, order) for order in orders], warmup_steps=3)
    assert_same_weights(ours, theirs)
    assert largest_difference(ours, new_model()) > 1e-3


def test_the_last_smaller_batch_may_be_dropped():
    ours, theirs = new_model(), new_model()
    history = fit(ours, loader(drop_last=True), epochs=1, warmup=0.4, **SETTINGS)
    bare_loop(theirs, [list(loader())[:5]], warmup_steps=2)
    assert len(history.step_loss) == 5
    assert_same_weights(ours, theirs)


@pytest.mark.parametrize("k", [2, 4])
def test_accumulation_equals_one_large_batch(k):
    """22 images in batches of 4, 2 at the end: the last group is smaller, and of unequal batches."""
    ours, theirs = new_model().double(), new_model().double()
    images = TensorDataset(Images(22).tensors[0].double(), Images(22).tensors[1])
    small, large = DataLoader(images, 4), DataLoader(images, 4 * k)
    accumulated = fit(ours, small, epochs=2, accumulate=k, warmup=0.25, **SETTINGS)
    at_once = fit(theirs, large, epochs=2, warmup=0.25, **SETTINGS)
    assert largest_difference(ours, theirs) < 1e-8
    assert len(accumulated.step_loss) == 2 * len(large)
    for name, values in at_once.to_dict().items():
        assert getattr(accumulated, name) == pytest.approx(values, rel=1e-6), name
    assert largest_difference(ours, new_model().double()) > 1e-3


def test_bfloat16_stays_near_float32():
    half, full, bare = new_model(), new_model(), new_model()
    kinds = []
    half.head.register_forward_hook(lambda *call: kinds.append(call[2].dtype))
    history = fit(half, epochs=2, precision="bfloat16", warmup=0.25, **SETTINGS)
    expected = fit(full, epochs=2, warmup=0.25, **SETTINGS)
    assert set(kinds) == {torch.bfloat16}
    assert {p.dtype for p in half.parameters()} == {torch.float32}
    assert history.step_loss == pytest.approx(expected.step_loss, rel=0.02)
    assert history.step_loss != expected.step_loss
    bare_loop(bare, [list(loader())] * 2, warmup_steps=3, autocast=True)
    assert_same_weights(half, bare)


def test_bfloat16_takes_the_loss_in_float32():
    even = VisionTransformer(CONFIG)  # its head is zero: the loss of all classes is log 3
    assert fit(even, epochs=1, precision="bfloat16").step_loss[0] == pytest.approx(math.log(3), rel=1e-6)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_on_a_gpu(precision):
    model = new_model()
    history = fit(model, device="cuda", epochs=2, precision=precision, **SETTINGS)
    expected = fit(new_model(), epochs=2, **SETTINGS)
    assert next(model.parameters()).is_cuda
    assert history.step_loss == pytest.approx(expected.step_loss, rel=0.05)
