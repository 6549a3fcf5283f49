"""Chapter 6: the folder of a training run: its best weights, and all it takes to go on.

    best.safetensors            weights of the epoch with the best validation accuracy
    last-0007.safetensors       weights after epoch 7, the last complete one
    last-0007.training.pt       optimizer, schedule and history of the same moment
    history.json                the history once more, for people and plots

Each file appears whole or not at all, and the `.training.pt` comes last: once it is there,
the checkpoint is complete, and older ones are removed.
"""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from vit_tutorial.history import History
from vit_tutorial.saving import (
    CheckpointError,
    load_weights,
    save_model,
    write_atomically,
)


class RunFolder:
    """The checkpoints of one training run.

    Args:
        path: the folder; it is made when the first checkpoint is written.
        classes: names of the classes, written into each file of weights.
    """

    def __init__(self, path: str | Path, classes: Sequence[str] | None = None) -> None:
        self.path = Path(path)
        self.classes = classes

    def last(self) -> int | None:
        """The number of the last complete checkpoint; None where there is none."""
        names = [file.name for file in self.path.glob("last-*.training.pt")]
        found = [re.fullmatch(r"last-(\d+)\.training\.pt", name) for name in names]
        return max((int(match[1]) for match in found if match), default=None)

    def require_new(self) -> None:
        """Refuse a folder that holds a run already.

        Raises:
            FileExistsError: it does.
        """
        if self.last() is not None:
            raise FileExistsError(
                f"{self.path} holds a run already, up to epoch {self.last()}. Go on with "
                "it (resume=True), or name another folder."
            )

    def save(self, model: nn.Module, state: dict[str, Any], history: History) -> None:
        """Write a checkpoint: after a kill at any moment the folder holds a whole one.

        Args:
            model: its weights are written.
            state: the rest of the training, tensors and plain values only.
            history: one entry for each complete epoch.
        """
        epoch = history.epochs
        if history.best_epoch == epoch and epoch > 0:
            save_model(model, self.path / "best.safetensors", self.classes)
        weights, training = self._files(epoch)
        save_model(model, weights, self.classes)
        state = {**state, "history": history.to_dict()}
        write_atomically(training, lambda half: torch.save(state, half))
        text = json.dumps(history.to_dict(), indent=1)
        write_atomically(self.path / "history.json", lambda half: half.write_text(text))
        self._remove_all_but(epoch)

    def load(self, model: nn.Module) -> tuple[dict[str, Any], History]:
        """Fill the model from the last checkpoint.

        Returns:
            The state and the history that were saved.

        Raises:
            FileNotFoundError: there is no checkpoint.
            CheckpointError: a file of it is truncated or foreign, or the model has
                other names or shapes.
        """
        epoch = self.last()
        if epoch is None:
            raise FileNotFoundError(
                f"{self.path} holds no checkpoint (last-….training.pt) to resume from. "
                "Check the folder's name, or start the run without resume."
            )
        weights, training = self._files(epoch)
        state = self._read(training)
        load_weights(model, weights)
        return state, History.from_dict(state.pop("history"))

    def _read(self, file: Path) -> dict[str, Any]:
        try:
            state = torch.load(file, map_location="cpu", weights_only=True)
        except (RuntimeError, EOFError, pickle.UnpicklingError, KeyError) as error:
            raise CheckpointError(
                f"{file} can't be read ({str(error).splitlines()[0]}): truncated, or not "
                f"written by train ({file.stat().st_size:,} bytes). Its weights are in "
                f"{self._files(self.last())[0].name}; this run can't go on exactly. "
                "Start a new one in another folder."
            ) from error
        if not isinstance(state, dict) or "history" not in state:
            raise CheckpointError(
                f"{file} is not the state of a training run. Start in another folder."
            )
        return state

    def _files(self, epoch: int) -> tuple[Path, Path]:
        stem = f"last-{epoch:04}"
        return (
            self.path / f"{stem}.safetensors",
            self.path / f"{stem}.training.pt",
        )

    def _remove_all_but(self, epoch: int) -> None:
        keep = {file.name for file in self._files(epoch)}
        for file in self.path.glob("last-*"):
            ours = re.fullmatch(r"last-\d+\.(safetensors|training\.pt)", file.name)
            if ours and file.name not in keep:
                file.unlink()
        for half in self.path.glob(".*.half"):  # left by a process that was killed
            half.unlink()
