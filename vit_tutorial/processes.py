"""Chapter 6: one run in several processes, as torchrun starts them.

`torchrun --nproc_per_node=2 …` starts the same program twice and tells each process its
rank. Each computes the gradients of its own share of a batch; DistributedDataParallel
averages them, so that all keep the same weights.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch.utils.data import DataLoader, RandomSampler, SequentialSampler
from torch.utils.data.distributed import DistributedSampler


@dataclass(frozen=True)
class Place:
    """Where this process stands.

    Attributes:
        device: what it computes on.
        rank: its number, from 0; only rank 0 writes and prints.
        size: how many processes train together.
    """

    device: torch.device
    rank: int = 0
    size: int = 1


def choose_device(device: str | torch.device | None = None) -> torch.device:
    """The device asked for; without one the GPU if there is one, else the CPU.

    Raises:
        ValueError: the device is unknown to PyTorch, or not there.
    """
    if device is None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        if device == "cpu" and torch.backends.mps.is_available():
            device = "mps"
    try:
        device = torch.device(device)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"device {str(device)!r} can't be used here: {str(error).splitlines()[0]} "
            'Use "cpu", or None to choose by itself.'
        ) from error
    return device


@contextmanager
def process_group(device: str | torch.device | None = None) -> Iterator[Place]:
    """Join the processes that torchrun started, for as long as the block lasts.

    Without torchrun, and inside another such block, nothing is joined or left.

    Args:
        device: as for `choose_device`; with GPUs each process takes its own.

    Yields:
        The place of this process.
    """
    started = int(os.environ.get("WORLD_SIZE", 1)) > 1
    join = started and not dist.is_initialized()
    device = choose_device(device)
    if started and device.type == "cuda" and device.index is None:
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    if join:
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        if dist.is_initialized():
            yield Place(device, dist.get_rank(), dist.get_world_size())
        else:
            yield Place(device)
    finally:
        if join:
            dist.destroy_process_group()


def share_loader(loader: DataLoader, place: Place, seed: int) -> DataLoader:
    """A loader of this process's share, whose order depends on seed and epoch alone.

    Args:
        loader: any DataLoader; each process reads batches of its size.
        place: this process.
        seed: fixes the order, together with the sampler's `set_epoch`.

    Returns:
        A loader with a `DistributedSampler`: in each step all processes together read
        the batch that one process would with batches as large as all of theirs. Where
        the number of images can't be shared equally, the first ones are repeated, as
        torch does. A loader with a sampler of its own stays as it is in one process.

    Raises:
        ValueError: several processes, and the loader has a sampler of its own, which
            can't be shared.
    """
    sampler = loader.sampler
    shuffled = (
        isinstance(sampler, RandomSampler)
        and not sampler.replacement
        and sampler.num_samples == len(loader.dataset)
    )
    known = shuffled or isinstance(sampler, SequentialSampler)
    if loader.batch_size is None or not known:
        if place.size == 1:
            return loader
        raise ValueError(
            f"a loader with {type(sampler).__name__} can't be shared by {place.size} "
            "processes. Build it with DataLoader(..., batch_size=..., shuffle=True)."
        )
    sampler = DistributedSampler(
        loader.dataset, place.size, place.rank, shuffle=shuffled, seed=seed
    )
    return _with_sampler(loader, sampler)


def add_up(values: list[float], place: Place) -> list[float]:
    """The sums of the values over all processes."""
    if place.size == 1:
        return values
    kind = torch.float32 if place.device.type == "mps" else torch.float64
    total = torch.tensor(values, dtype=kind, device=place.device)
    dist.all_reduce(total)
    return total.tolist()


def _with_sampler(loader: DataLoader, sampler: DistributedSampler) -> DataLoader:
    """The same loader with another sampler."""
    return DataLoader(
        loader.dataset,
        loader.batch_size,
        sampler=sampler,
        num_workers=loader.num_workers,
        collate_fn=loader.collate_fn,
        pin_memory=loader.pin_memory,
        drop_last=loader.drop_last,
        timeout=loader.timeout,
        worker_init_fn=loader.worker_init_fn,
        multiprocessing_context=loader.multiprocessing_context,
        prefetch_factor=loader.prefetch_factor,
        persistent_workers=loader.persistent_workers,
    )
