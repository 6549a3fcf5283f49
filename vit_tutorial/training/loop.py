"""Chapter 6: train a model."""

import math
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader, Dataset

from vit_tutorial.data.sets import told_by
from vit_tutorial.pretrained.preprocessing import UNKNOWN
from vit_tutorial.saving import CheckpointError
from vit_tutorial.training import checks
from vit_tutorial.training.economy import economies
from vit_tutorial.training.evaluation import evaluate
from vit_tutorial.training.history import History
from vit_tutorial.training.processes import process_group
from vit_tutorial.training.progress import Progress
from vit_tutorial.training.recipe import Recipe
from vit_tutorial.training.run import Run
from vit_tutorial.training.run_folder import RunFolder


def train(
    model: nn.Module,
    train_loader: DataLoader,
    val_loader: DataLoader | None = None,
    recipe: Recipe | None = None,
    *,
    optimizer: Optimizer | None = None,
    device: str | torch.device | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    progress: bool | None = None,
    **changes: Any,
) -> History:
    """Train a model; under torchrun, in several processes as if they were one.

    Args:
        model: changed in place, and moved to the device; what has `requires_grad=False` stays as it is.
        train_loader: batches of (images, labels): float32, and class indices (B,) or probabilities (B, K).
        val_loader: measured after each epoch.
        recipe: how to train; without one, the defaults of `Recipe`.
        optimizer: a new one over exactly the trainable parameters; else AdamW by the recipe's rate and decay.
        device: such as "cpu" or "cuda"; without one a GPU if there is one.
        out: a folder for checkpoints: the last epoch's and the best one's.
        resume: go on with the run in `out`: on the CPU the end is the same, to the bit.
        progress: show the run on stderr; None: where that is a terminal.
        **changes: attributes of the recipe that shall differ, such as `epochs=3`.

    Returns:
        The history of the whole run, from its first epoch.

    Raises:
        TypeError: a change is no attribute of `Recipe`, or a loader no DataLoader.
        ValueError: an argument is not allowed, or does not fit the others.
        FileExistsError, FileNotFoundError: `out` is not empty or in use, or holds no run to resume.
        CheckpointError: the checkpoint is damaged, or from another recipe.
        TrainingDiverged: loss or gradient is not finite; the last checkpoint stays.
    """
    recipe = replace(recipe or Recipe(), **changes)
    checks.check_loader(train_loader, "train_loader")
    if val_loader is not None:
        checks.check_loader(val_loader, "val_loader")
    folder = _folder(out, resume)
    with process_group(device) as place:
        checks.check_fit(model, train_loader, recipe, place)
        model.to(place.device)
        optimizer = checks.choose_optimizer(model, recipe, optimizer)
        run = Run(model, train_loader, recipe, optimizer, place)
        if resume:
            _resume(folder, run, val_loader)
        _describe(model, train_loader.dataset)
        _go_on(run, val_loader, folder, resume, progress)
        return run.history


def _describe(model: nn.Module, images: Dataset) -> None:
    """Let a model know its classes' names, and where its images went through a transform that is not ours."""
    if (classes := told_by(images, "classes")) is not None:
        model.classes = tuple(map(str, classes))
    if getattr(model, "preprocessing", None) in (None, UNKNOWN):
        model.preprocessing = None if told_by(images, "standard") else UNKNOWN


def _go_on(
    run: Run, val_loader: DataLoader | None, folder: RunFolder | None, resume: bool, progress: bool | None
) -> None:
    """All epochs that are left; of a finished run only what a kill left behind goes."""
    if run.history.epochs == run.recipe.epochs:
        if folder and run.place.rank == 0:
            folder.tidy(run.history.epochs)
        return
    alone = folder.claimed(resume) if folder and run.place.rank == 0 else nullcontext()
    with alone, economies(run.model, run.recipe), Progress(run, progress) as bar:
        _save(folder, run)  # of a resumed run again: the kill may have come amid saving
        while run.history.epochs < run.recipe.epochs:
            _epoch(run, val_loader, folder, bar)


def _epoch(run: Run, val_loader: DataLoader | None, folder: RunFolder | None, bar: Progress) -> None:
    """One epoch: train, validate, save, tell."""
    try:
        run.epoch(bar.step)
        if val_loader is not None:
            _validate(run, val_loader)
    except checks.TrainingDiverged as error:
        if folder is None:
            raise
        kept = f"{folder.path} keeps the checkpoint of epoch {folder.last()}."
        raise checks.TrainingDiverged(f"{error} {kept}") from error
    _save(folder, run)
    bar.epoch_is_over()


def _validate(run: Run, val_loader: DataLoader) -> None:
    result, history = evaluate(run.model, val_loader), run.history
    if not math.isfinite(result.loss):
        raise checks.TrainingDiverged(
            f"the validation loss is {result.loss} after step {len(history.step_loss)} "
            f"(epoch {history.epochs}). Look for NaN in the validation images; else "
            "lower the learning rate."
        )
    history.val_loss.append(result.loss)
    history.val_accuracy.append(result.accuracy)


def _resume(folder: RunFolder, run: Run, val_loader: DataLoader | None) -> None:
    """Bring a new run to where the one in the folder was."""
    state, history = folder.load_training()
    validated = len(history.val_loss) == history.epochs > 0
    if history.epochs > 0 and validated != (val_loader is not None):
        raise CheckpointError(
            f"the run in {folder.path} was {'' if validated else 'not '}validated after "
            f"each epoch: resume it with{'' if validated else 'out'} a val_loader."
        )
    run.load_state(state, history)
    folder.load_weights(run.model)


def _save(folder: RunFolder | None, run: Run) -> None:
    if folder is not None and run.place.rank == 0:
        folder.save(run.model, run.state(), run.history)
    if run.place.size > 1:
        dist.barrier()  # nobody runs ahead of a checkpoint


def _folder(out: str | Path | None, resume: bool) -> RunFolder | None:
    if out is not None and not str(out).strip():
        raise ValueError("out is empty: name a folder for the run (is a variable of the shell not set?).")
    if out is None and resume:
        raise ValueError("resume=True needs the run's folder: out=...")
    folder = None if out is None else RunFolder(out)
    if folder and not resume:
        folder.refuse_foreign()
    return folder
