"""In one process: without torchrun there is no other; how a loader is shared, and which device is taken."""

from __future__ import annotations

import pytest
import torch
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler

from vit_tutorial.training.processes import Place, choose_device, process_group, share_loader


def test_without_torchrun_there_is_one_process(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with process_group("cpu") as place:
        assert place == Place(torch.device("cpu"), rank=0, size=1)
        assert not torch.distributed.is_initialized()


def test_a_sampler_of_its_own_stays_in_one_process():
    sampler = WeightedRandomSampler([1.0] * 6, 6)
    loader = DataLoader(range(6), 2, sampler=sampler)
    assert share_loader(loader, Place(torch.device("cpu")), 0) is loader


def test_the_shared_loader_reads_as_the_given_one_does():
    loader = DataLoader(range(5), 2, drop_last=True, collate_fn=tuple)
    assert list(share_loader(loader, Place(torch.device("cpu")), 0)) == [(0, 1), (2, 3)]


class Random(Dataset):
    """A random number for each image, drawn by the process that reads it."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, i: int) -> float:
        return torch.rand(()).item()


def test_workers_do_not_carry_random_numbers_from_one_epoch_to_the_next():
    loader = DataLoader(Random(), 1, num_workers=1, persistent_workers=True)
    shared = share_loader(loader, Place(torch.device("cpu")), 0)

    def epoch(seed: int) -> list[float]:
        torch.manual_seed(seed)
        return torch.cat(list(shared)).tolist()

    first, second = epoch(0), epoch(1)
    assert first != second
    assert epoch(1) == second  # whatever was read before
    assert epoch(0) == first


def test_devices_that_are_not_there_are_named():
    assert choose_device("cpu") == torch.device("cpu")
    for device in ("cuda:99", "abacus"):
        with pytest.raises(ValueError, match=rf"{device}.*can't be used.*\"cpu\""):
            choose_device(device)


def test_each_process_takes_its_own_gpu_if_there_are_enough(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "3")
    monkeypatch.setenv("LOCAL_RANK", "2")
    monkeypatch.setattr("vit_tutorial.training.processes.choose_device", lambda device: torch.device("cuda"))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(ValueError, match=r"process 2 .* there are 2\..*--nproc_per_node=2"), process_group():
        pass
