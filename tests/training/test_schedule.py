"""The learning rate against its formula, PyTorch's schedulers and timm's."""

import math
import warnings

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reference import assert_error_names
from timm.scheduler import CosineLRScheduler
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR

from vit_tutorial.training.schedule import make_schedule, warmup_cosine

PEAKS = (0.1, 0.025)


def optimizer() -> torch.optim.Optimizer:
    groups = [{"params": [torch.nn.Parameter(torch.ones(1))], "lr": peak} for peak in PEAKS]
    return torch.optim.SGD(groups, lr=1.0)


def rates(build, steps: int) -> list[tuple[float, ...]]:
    """The learning rates of both groups in each step."""
    stepped, found = optimizer(), []
    schedule = build(stepped)
    for _ in range(steps):
        found.append(tuple(group["lr"] for group in stepped.param_groups))
        stepped.step()
        schedule.step()
    return found


sizes = st.integers(1, 300).flatmap(lambda total: st.tuples(st.just(total), st.integers(0, total - 1)))


@settings(deadline=None, max_examples=50)
@given(sizes=sizes)
@example((1, 0))
@example((2, 1))
@example((300, 0))
@example((300, 1))
@example((300, 299))
def test_equals_the_formula(sizes):
    total, w = sizes
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = rates(lambda o: warmup_cosine(o, total, w), total)
    for s, both in enumerate(found):
        share = (s + 1) / w if s < w else (1 + math.cos(math.pi * (s - w) / (total - w))) / 2
        assert both == pytest.approx([share * peak for peak in PEAKS], rel=1e-9, abs=1e-12)
    assert max(found) == pytest.approx(PEAKS)
    assert min(found)[0] > 0


@pytest.mark.parametrize(("total", "w"), [(20, 5), (7, 1), (9, 8), (12, 0)])
def test_equals_torch_and_timm(total, w):
    found = rates(lambda o: warmup_cosine(o, total, w), total)
    if w:
        rise = rates(lambda o: LinearLR(o, 1 / w, total_iters=max(1, w - 1)), w)
        np.testing.assert_allclose(found[:w], rise, rtol=1e-12)
    fall = rates(lambda o: CosineAnnealingLR(o, total - w), total - w)
    np.testing.assert_allclose(found[w:], fall, rtol=1e-12)
    theirs = CosineLRScheduler(optimizer(), total - w, warmup_t=w, warmup_prefix=True)
    np.testing.assert_allclose(found[w:], [theirs._get_lr(s) for s in range(w, total)], rtol=1e-12)


def test_reaches_zero_after_the_last_step():
    stepped = optimizer()
    schedule = warmup_cosine(stepped, 10, 3)
    for _ in range(10):
        stepped.step()
        schedule.step()
    assert [group["lr"] for group in stepped.param_groups] == pytest.approx([0, 0], abs=1e-12)


@pytest.mark.parametrize("name", ["cosine", "constant"])
def test_goes_on_from_a_saved_state(name):
    whole = rates(lambda o: make_schedule(name, o, 12, 4), 12)
    for stop in range(1, 12):
        first, second = optimizer(), optimizer()
        schedule, later = (make_schedule(name, o, 12, 4) for o in (first, second))
        for _ in range(stop):
            first.step()
            schedule.step()
        second.load_state_dict(first.state_dict())
        later.load_state_dict(schedule.state_dict())
        found = []
        for _ in range(stop, 12):
            found.append(tuple(later.get_last_lr()))
            second.step()
            later.step()
        assert found == whole[stop:]


def test_constant_and_cosine():
    assert rates(lambda o: make_schedule("constant", o, 5, 3), 5) == [PEAKS] * 5
    assert rates(lambda o: make_schedule("cosine", o, 5, 3), 5) == rates(lambda o: warmup_cosine(o, 5, 3), 5)


BAD_SIZES = [
    (
        lambda: warmup_cosine(optimizer(), 5, 5),
        ValueError,
        ["warmup_steps", "total_steps - 1 = 4", "5", "more"],
    ),
    (lambda: warmup_cosine(optimizer(), 5, -1), ValueError, ["warmup_steps", "0", "-1"]),
    (lambda: warmup_cosine(optimizer(), 0, 0), ValueError, ["warmup_steps", "-1"]),
]


@pytest.mark.parametrize(("call", "error", "words"), BAD_SIZES)
def test_bad_sizes_are_named(call, error, words):
    assert_error_names(call, error, words)
