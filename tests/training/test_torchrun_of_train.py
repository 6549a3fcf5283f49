"""Two processes, started by torchrun, train as one does: the same curve, the same weights, one who writes."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch
import torchrun_of_train
from torch import Tensor
from torch.utils.data import DataLoader

from vit_tutorial import History
from vit_tutorial.data import ImageSet
from vit_tutorial.training.processes import Place, share_loader

LISTS = list(History().to_dict())


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("two")


@pytest.fixture(scope="module")
def ended(folder) -> subprocess.CompletedProcess:
    done = torchrun_of_train.torchrun(torchrun_of_train.__file__, folder)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def both(ended, folder) -> list[dict[str, Any]]:
    """What the two processes have found."""
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in (0, 1)]


@pytest.fixture(scope="module")
def one() -> dict[str, dict[str, Any]]:
    """The same runs in this process, with batches twice as large."""
    return {name: torchrun_of_train.run(name, 2 * torchrun_of_train.BATCH) for name in torchrun_of_train.SAME}


def largest_gap(some: dict[str, list[float]], others: dict[str, list[float]]) -> dict[str, float]:
    """For each list of the history how far two runs are from each other."""
    assert {name: len(some[name]) for name in LISTS} == {name: len(others[name]) for name in LISTS}
    return {
        name: max(abs(a - b) for a, b in zip(some[name], others[name], strict=True))
        for name in LISTS
        if some[name]
    }


def assert_equal_weights(some: dict[str, Tensor], others: dict[str, Tensor]) -> None:
    assert some.keys() == others.keys()
    assert [name for name in some if not torch.equal(some[name], others[name])] == []


def test_there_were_two_processes(both):
    assert [found["place"][:2] for found in both] == [(0, 2), (1, 2)]
    assert both[0]["place"][2] != both[1]["place"][2]


@pytest.mark.parametrize("name", torchrun_of_train.SAME)
def test_the_curve_is_that_of_one_process_with_the_doubled_batch(one, both, name):
    for found in both:
        gaps = largest_gap(one[name]["history"], found[name]["history"])
        assert len(gaps) == len(LISTS)
        assert max(gaps.values()) < 1e-6, gaps  # the loss is summed in float32


@pytest.mark.parametrize("name", torchrun_of_train.SAME)
def test_so_are_the_weights_and_both_processes_have_the_same(one, both, name):
    for weight, value in one[name]["weights"].items():
        assert (both[0][name]["weights"][weight] - value).abs().max() < 1e-10, weight
    assert_equal_weights(both[0][name]["weights"], both[1][name]["weights"])


def test_the_runs_differ_from_each_other(one):
    """Or the comparison above would say nothing."""
    for some, other in itertools.combinations(("plain", "accumulated", "another seed", "head only"), 2):
        name = "val_loss"
        gaps = [
            abs(a - b) for a, b in zip(one[some]["history"][name], one[other]["history"][name], strict=True)
        ]
        assert max(gaps) > 1e-3, (some, other)


def test_what_was_frozen_has_not_moved(both):
    start = torchrun_of_train.new_model().state_dict()
    moved = {name for name, value in both[0]["head only"]["weights"].items() if not value.equal(start[name])}
    assert moved == {"head.weight", "head.bias"}


def test_with_an_odd_number_of_images_the_first_one_comes_again_at_the_end(both):
    images = torchrun_of_train.images(23)
    padded = ImageSet(
        torch.cat([images.images, images.images[:1]]),
        torch.cat([images.labels, images.labels[:1]]),
        images.classes,
    )
    expected = torchrun_of_train.run("in order", 2 * torchrun_of_train.BATCH, padded)
    gaps = largest_gap(expected["history"], both[1]["odd"]["history"])
    assert max(gaps.values()) < 1e-6, gaps


def test_no_image_is_read_by_both(both):
    for epoch in range(2):
        first, second = (found["shards"][22][epoch] for found in both)
        assert sorted(first + second) == list(range(22))
    assert both[0]["shards"][22][0] != both[0]["shards"][22][1]  # each epoch shares them anew
    first, second = (found["shards"][23][0] for found in both)
    assert sorted([*first, *second[:-1]]) == list(range(23))
    assert second[-1] == first[0]


def test_together_they_read_the_batches_that_one_process_reads(both):
    alone = DataLoader(range(22), 2 * torchrun_of_train.BATCH, shuffle=True)
    shared = share_loader(alone, Place(torch.device("cpu")), seed=0)
    shared.sampler.set_epoch(1)
    first, second = (found["shards"][22][1] for found in both)
    pairs = zip(first, second, strict=True)
    assert [i for pair in pairs for i in pair] == torch.cat(list(shared)).tolist()


def test_only_the_first_process_writes_and_prints(ended, folder):
    assert (folder / "out of 0").is_dir()
    assert not (folder / "out of 1").exists()
    lines = [line for line in ended.stderr.splitlines() if "accuracy" in line]
    assert [line.split(":")[0] for line in lines] == ["epoch 1/2", "epoch 2/2"]
    # PyTorch 2.9's Gloo says there how many are connected.
    assert [line for line in ended.stdout.splitlines() if "connected" not in line] == []


def test_nothing_warns(ended):
    assert "Warning" not in ended.stderr


def test_a_stopped_run_goes_on_to_the_same_bits(both):
    for found in both:
        assert "last-0001.training.pt" in found["resumed"]["left"]
        assert found["resumed"]["history"] == found["plain"]["history"]
        assert_equal_weights(found["resumed"]["weights"], found["plain"]["weights"])


def test_a_nan_in_one_share_stops_all_at_the_same_step(both, folder):
    assert both[0]["diverged"] == both[1]["diverged"]
    assert both[0]["diverged"].startswith("TrainingDiverged: the loss is nan at step 2 (epoch 1")
    assert (folder / "diverged" / "last-0000.training.pt").is_file()


def test_loaders_that_cannot_be_shared_are_refused_by_all(both):
    for found in both:
        weighted, batches, unequal = found["errors"]
        n = 22 + 2 * found["place"][0]
        assert f"has {n} images, others have more or fewer: give all the same data" in unequal
        assert "WeightedRandomSampler can't be shared by 2 processes" in weighted
        assert "BatchSampler can't be shared by 2 processes" in batches
        assert "shuffle=True" in weighted
