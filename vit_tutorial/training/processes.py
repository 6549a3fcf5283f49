"""Chapter 6: one run in several processes, as torchrun starts them.

`torchrun --nproc_per_node=2 …` starts the same program twice and tells each process its rank. Each computes the
gradients of its own share of a batch; DistributedDataParallel averages them, so that all keep the same weights.
"""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch.utils.data import DataLoader, RandomSampler, SequentialSampler
from torch.utils.data.distributed import DistributedSampler

# What a shared loader keeps; not persistent_workers: living on from epoch to epoch,
# they would carry random states along, and a resumed run would differ.
KEPT = ("num_workers", "collate_fn", "pin_memory", "drop_last", "timeout", "worker_init_fn")
KEPT += ("multiprocessing_context", "prefetch_factor")


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
    """The device asked for, if it is there; without one the GPU, else the CPU."""
    if device is None:
        device = torch.accelerator.current_accelerator(check_available=True) or "cpu"
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
    """Join the processes that torchrun started, and leave them after the block.

    Without torchrun, and inside another such block, nothing is joined or left.

    Args:
        device: as for `choose_device`; with NVIDIA GPUs each process takes its own.
    """
    started = int(os.environ.get("WORLD_SIZE", 1)) > 1
    join = started and not dist.is_initialized()
    if started and device is None and not torch.cuda.is_available():
        device = "cpu"  # gloo can't exchange the gradients of Apple's GPU
    device = choose_device(device)
    if started and device.type == "cuda" and device.index is None:
        device = _own_gpu()
    if join:
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        with warnings.catch_warnings():
            # The class token's gradient is a slice: only an axis of length 1 differs.
            warnings.filterwarnings("ignore", "Grad strides do not match")
            if dist.is_initialized():
                yield Place(device, dist.get_rank(), dist.get_world_size())
            else:
                yield Place(device)
    finally:
        if join:
            dist.destroy_process_group()


def share_loader(loader: DataLoader, place: Place, seed: int) -> DataLoader:
    """A loader of this process's share, whose order depends on seed and epoch alone.

    In each step all processes together read the batch that one process would with batches as large as all of theirs.
    Where the shares can't be equally large, the first images of the epoch's order come once more at its end, and count
    twice. A loader with a sampler of its own can't be shared; in one process it stays as it is.
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
        if loader.batch_size is None:
            sampler = loader.batch_sampler or sampler
        raise ValueError(
            f"a loader with {type(sampler).__name__} can't be shared by {place.size} "
            "processes. Build it with DataLoader(..., batch_size=..., shuffle=True)."
        )
    n = len(loader.dataset)
    total, squares = add_up([n, n * n], place)
    if total**2 != place.size * squares:
        raise ValueError(
            f"process {place.rank} has {n} images, others have more or fewer: give all the same data."
        )
    sampler = DistributedSampler(loader.dataset, place.size, place.rank, shuffle=shuffled, seed=seed)
    kept = {name: getattr(loader, name) for name in KEPT}
    return DataLoader(loader.dataset, loader.batch_size, sampler=sampler, **kept)


def add_up(values: list[float], place: Place) -> list[float]:
    """The sums of the values over all processes."""
    if place.size == 1:
        return values
    kind = torch.float32 if place.device.type == "mps" else torch.float64
    total = torch.tensor(values, dtype=kind, device=place.device)
    dist.all_reduce(total)
    return total.tolist()


def _own_gpu() -> torch.device:
    """The GPU of this process: on each computer, process i takes GPU i."""
    number, gpus = int(os.environ.get("LOCAL_RANK", 0)), torch.cuda.device_count()
    if number >= gpus:
        raise ValueError(
            f"process {number} of this computer has no GPU: there are {gpus}. Start as "
            f'many processes as GPUs (--nproc_per_node={gpus}), or use device="cpu".'
        )
    device = torch.device("cuda", number)
    torch.cuda.set_device(device)
    return device
