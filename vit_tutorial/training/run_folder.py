"""Chapter 6: the folder of a training run: its best weights, and all it takes to go on.

    best.safetensors            weights of the epoch with the best validation accuracy
    last-0007.safetensors       weights after epoch 7, the last complete one
    last-0007.training.pt       optimizer, schedule and history of the same moment
    history.json                the history once more, for people and plots

Each file appears whole or not at all, and the `.training.pt` comes last: once it is there,
the checkpoint is complete, and older ones are removed.
"""

import io
import json
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock, Timeout
from torch import nn

from vit_tutorial import saving
from vit_tutorial.training.history import History

LOCK = ".lock"
WAIT = 8  # seconds: a killed run's workers, which hold its lock, too, see after five that it is gone
# Not foreign: the second is written by the command line before the first checkpoint, the others by file managers.
OWN = (LOCK, "config.json", ".DS_Store", "Thumbs.db", "desktop.ini")


class RunFolder:
    """The checkpoints of one training run.

    Args:
        path: the folder; it is made when the first checkpoint is written.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    @contextmanager
    def claimed(self, resume: bool) -> Iterator[None]:
        """Hold the folder for one run, and refuse what belongs to others.

        Raises:
            FileExistsError: another process writes into it; for a new run: it holds one already, or other files.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path / LOCK)
        try:
            lock.acquire(timeout=WAIT)
        except Timeout:
            raise FileExistsError(
                f"another process is training in {self.path}: name another folder."
            ) from None
        try:
            if not resume:
                self.refuse_foreign()
            yield
        finally:
            (self.path / LOCK).unlink(missing_ok=True)
            lock.release()

    def refuse_foreign(self) -> None:
        """Refuse a folder that is not empty for a new run, by a FileExistsError."""
        if (last := self.last()) is not None:
            raise FileExistsError(
                f"{self.path} holds a run already, up to epoch {last}. Go on with it "
                "(--resume, or resume=True), or name another folder."
            )
        found = sorted(f.name for f in self.path.glob("*") if not f.match(".*.half"))
        foreign = [name for name in found if name not in OWN]
        killed = any(self.path.glob("last-*.safetensors"))  # amid its first checkpoint
        if foreign and not killed:
            raise FileExistsError(
                f"{self.path} is not empty: it holds {foreign[0]!r}. Name a folder that is empty, or not there yet."
            )

    def last(self) -> int | None:
        """The number of the last complete checkpoint; None where there is none."""
        names = [file.name for file in self.path.glob("last-*.training.pt")]
        found = [re.fullmatch(r"last-(\d+)\.training\.pt", name) for name in names]
        return max((int(match[1]) for match in found if match), default=None)

    def last_weights(self) -> Path:
        """The weights of the last complete checkpoint; a FileNotFoundError where there is none."""
        return self._files(self._require_last())[0]

    def save(self, model: nn.Module, state: dict[str, Any], history: History) -> None:
        """Write a checkpoint; a kill at any moment leaves a whole one in the folder."""
        epoch = history.epochs
        if history.best_epoch == epoch and epoch > 0:
            saving.save_model(model, self.path / "best.safetensors")
        weights, training = self._files(epoch)
        saving.save_model(model, weights)
        state = _plain({**state, "history": history.to_dict()})
        copy, text = self.path / "history.json", json.dumps(state["history"], indent=1)
        saving.write_atomically(copy, lambda half: half.write_text(text))
        content = io.BytesIO()  # a full disk is then the system's own error
        torch.save(state, content)
        saving.write_atomically(training, lambda half: half.write_bytes(content.getvalue()))
        self.tidy(epoch)

    def load_training(self) -> tuple[dict[str, Any], History]:
        """Read state and history from the last checkpoint, if it is whole and ours."""
        weights, training = self._files(self._require_last())
        with training.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about how a foreign file is made
            try:
                state = torch.load(file, map_location="cpu", weights_only=True)
                return state, History.from_dict(state.pop("history"))
            except Exception as error:  # whatever the bytes of a foreign file lead to
                raise saving.CheckpointError(
                    f"{training} ({training.stat().st_size:,} bytes) is truncated, or "
                    f"not written by train. The weights are in {weights.name}; but this "
                    "run can't go on exactly. Start a new one in another folder."
                ) from error

    def load_weights(self, model: nn.Module) -> None:
        """Fill a model from the last checkpoint; errors as `saving.load_weights`."""
        saving.load_weights(model, self.last_weights())

    def _require_last(self) -> int:
        epoch = self.last()
        if epoch is None:
            raise FileNotFoundError(
                f"{self.path} holds no checkpoint (last-….training.pt) to resume from. "
                "Check the folder's name, or start the run without resume."
            )
        return epoch

    def _files(self, epoch: int) -> tuple[Path, Path]:
        stem = f"last-{epoch:04}"
        return self.path / f"{stem}.safetensors", self.path / f"{stem}.training.pt"

    def tidy(self, epoch: int) -> None:
        """Remove what is left of older checkpoints, and of files that a killed process began."""
        keep = {file.name for file in self._files(epoch)}
        for file in self.path.glob("last-*"):
            ours = re.fullmatch(r"last-\d+\.(safetensors|training\.pt)", file.name)
            if ours and file.name not in keep:
                file.unlink()
        for half in self.path.glob(".*.half"):  # left by a process that was killed
            half.unlink()


def _plain(value: Any) -> Any:
    """The same, without NumPy's numbers: `weights_only` would refuse to read them."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_plain(inner) for inner in value)
    return value.item() if isinstance(value, np.generic) else value
