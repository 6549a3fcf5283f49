"""Small training runs that test_torchrun_of_train.py makes twice: in one process, and in two that torchrun starts.

torchrun --nproc_per_node=2 tests/support/torchrun_of_train.py FOLDER    # writes FOLDER/<rank>.pt
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import BatchSampler, DataLoader, SequentialSampler, WeightedRandomSampler

from vit_tutorial import VisionTransformer, ViTConfig, set_seed, train
from vit_tutorial.data import ImageSet
from vit_tutorial.training.processes import Place, process_group, share_loader

BATCH = 4  # of each process
EPOCHS = 3

# name: images, whether they are shuffled, changes of the recipe; the last batch is always a smaller one
SAME = {
    "plain": (22, True, {}),
    "in order": (26, False, {"clip": None, "schedule": "constant"}),
    "accumulated": (22, True, {"accumulate": 2, "label_smoothing": 0.1}),
    "another seed": (22, True, {"seed": 1}),
    "head only": (22, True, {}),
}


def torchrun(*program: str | Path, processes: int = 2) -> subprocess.CompletedProcess:
    """Start a program in several processes, on a free port; a hang is a failure."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={processes}"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [*command, *map(str, program)], capture_output=True, text=True, timeout=120, env=environment
    )


class Stopped(Exception):  # noqa: N818
    """Stands for whatever ends a process between two steps."""


class Stopping(ImageSet):
    """Images that can be read so many times and no more."""

    reads = 10**6

    def __getitems__(self, indices):
        self.reads -= len(indices)
        if self.reads < 0:
            raise Stopped
        return super().__getitems__(indices)


def images(n: int, kind: type[ImageSet] = ImageSet) -> ImageSet:
    """Noise, a little brighter for the second class; float64, as the model."""
    labels = torch.arange(n) % 3 // 2
    pixels = torch.randn(n, 1, 8, 8, generator=torch.Generator().manual_seed(n), dtype=torch.float64) / 4
    return kind(pixels + 0.3 * labels.reshape(-1, 1, 1, 1), labels, ["dark", "bright"])


def new_model() -> VisionTransformer:
    """In float64: keys have a bias whose gradient is 0, but for rounding, and Adam divides that by itself."""
    set_seed(5)
    config = ViTConfig(8, 4, 1, embed_dim=16, depth=2, num_heads=2, mlp_dim=32, num_classes=2)
    return VisionTransformer(config).double()


def run(name: str, batch: int, train_images: ImageSet | None = None) -> dict[str, Any]:
    """Train as SAME says; the history and the last weights."""
    n, shuffle, changes = SAME[name]
    model = new_model()
    if name == "head only":
        model.requires_grad_(False)
        model.head.requires_grad_(True)
    loader = DataLoader(train_images or images(n), batch, shuffle=shuffle)
    validation = DataLoader(images(7), batch)
    history = train(model, loader, validation, device="cpu", epochs=EPOCHS, **changes)
    return {"history": history.to_dict(), "weights": model.state_dict()}


def interrupt_and_resume(folder: Path) -> dict[str, Any]:
    """Stop in the second epoch, both processes at the same step; then go on to the end."""
    stopping = images(22, Stopping)
    stopping.reads = 11 + 2 * BATCH  # each process reads 11 images in an epoch
    settings = {"device": "cpu", "epochs": EPOCHS, "out": folder}
    try:
        train(
            new_model(), DataLoader(stopping, BATCH, shuffle=True), DataLoader(images(7), BATCH), **settings
        )
    except Stopped:
        left = sorted(file.name for file in folder.iterdir())
    model = new_model()
    loader = DataLoader(images(22), BATCH, shuffle=True)
    history = train(model, loader, DataLoader(images(7), BATCH), resume=True, **settings)
    return {"history": history.to_dict(), "weights": model.state_dict(), "left": left}


def diverge(folder: Path) -> str:
    """One image of the second process has a NaN: what each process says."""
    broken = images(22)
    broken.images[13, 0, 2, 2] = torch.nan  # rank 1's seventh image: step 2
    try:
        train(new_model(), DataLoader(broken, BATCH), device="cpu", out=folder)
    except RuntimeError as error:
        return f"{type(error).__name__}: {error}"
    return "it went through"


def errors(place: Place) -> list[str]:
    """What loaders that can't be shared say."""
    said = []
    for loader in (
        DataLoader(images(22), BATCH, sampler=WeightedRandomSampler([1.0] * 22, 22)),
        DataLoader(
            images(22), batch_sampler=BatchSampler(SequentialSampler(range(22)), BATCH, drop_last=False)
        ),
        DataLoader(images(22 + 2 * place.rank), BATCH),
    ):
        try:
            train(new_model(), loader, device="cpu")
        except ValueError as error:
            said.append(str(error))
    return said


def shards(place, n: int) -> list[list[int]]:
    """Which images this process reads in the first two epochs."""
    sampler = share_loader(DataLoader(range(n), BATCH, shuffle=True), place, seed=0).sampler
    read = []
    for epoch in range(2):
        sampler.set_epoch(epoch)
        read.append(list(sampler))
    return read


def main(folder: Path) -> None:
    with process_group("cpu") as place:
        found: dict[str, Any] = {name: run(name, BATCH) for name in SAME}
        found["odd"] = run("in order", BATCH, images(23))
        found["shards"] = {n: shards(place, n) for n in (22, 23)}
        found["errors"] = errors(place)
        found["diverged"] = diverge(folder / "diverged")
        loader = DataLoader(images(22), BATCH, shuffle=True)
        own = folder / f"out of {place.rank}"  # else two processes that write would look like one
        train(new_model(), loader, device="cpu", epochs=2, out=own, progress=True)
        found["resumed"] = interrupt_and_resume(folder / "resumed")
        found["place"] = (place.rank, place.size, os.getpid())
    torch.save(found, folder / f"{place.rank}.pt")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
