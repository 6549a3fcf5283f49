"""Chapter 6: train a model, and measure it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer
from torch.utils.data import DataLoader

from vit_tutorial._run import Run, TrainingDiverged
from vit_tutorial.checkpoints import RunFolder
from vit_tutorial.history import History
from vit_tutorial.processes import Place, process_group
from vit_tutorial.progress import Progress
from vit_tutorial.recipe import Recipe


@dataclass(frozen=True)
class Evaluation:
    """What a model says about a set of images.

    Attributes:
        loss: mean cross-entropy over the images.
        accuracy: share of right answers, over the images and not over the batches.
        logits: shape (N, K).
        labels: the right classes, shape (N,).
    """

    loss: float
    accuracy: float
    logits: Tensor
    labels: Tensor

    @property
    def probabilities(self) -> Tensor:
        """Softmax of the logits, shape (N, K); each row sums to 1."""
        return self.logits.softmax(dim=-1)

    @property
    def predictions(self) -> Tensor:
        """The most likely class of each image, shape (N,)."""
        return self.logits.argmax(dim=-1)


def evaluate(model: nn.Module, loader: DataLoader) -> Evaluation:
    """Ask a model about all images of a loader; nothing is learned.

    Args:
        model: its training or eval mode is the same afterwards.
        loader: batches of (images, labels).

    Returns:
        Loss, accuracy, logits and labels, in the loader's order, on the CPU.

    Raises:
        ValueError: the loader is empty.
    """
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    logits, labels = [], []
    with torch.inference_mode():
        for images, answers in loader:
            logits.append(model(images.to(device)).float().cpu())
            labels.append(answers.cpu())
    model.train(was_training)
    if not labels:
        raise ValueError("the loader has no images: nothing can be evaluated.")
    all_logits, all_labels = torch.cat(logits), torch.cat(labels)
    right = all_logits.argmax(dim=-1) == all_labels
    loss = F.cross_entropy(all_logits, all_labels).item()
    return Evaluation(loss, right.double().mean().item(), all_logits, all_labels)


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
        model: changed in place; afterwards it has the last epoch's weights and is on
            the device. Parameters with `requires_grad=False` stay as they are.
        train_loader: batches of (images, labels). The order of the images depends on
            the recipe's seed and the number of the epoch alone.
        val_loader: measured after each epoch.
        recipe: how to train; without one, the defaults of `Recipe`.
        optimizer: over exactly the trainable parameters; without one AdamW with the
            recipe's learning rate and weight decay, which else are not used.
        device: such as "cpu" or "cuda"; without one a GPU if there is one.
        out: a folder for checkpoints: the last epoch's and the best one's.
        resume: go on with the run in `out`. On the CPU the end is the same, to the
            bit, as without the interruption.
        progress: a bar and a line for each epoch on stderr; None: where that is a
            terminal.
        **changes: attributes of the recipe that shall differ, such as `epochs=3`.

    Returns:
        The history of the whole run, from its first epoch.

    Raises:
        TypeError: a change is no attribute of `Recipe`.
        ValueError: an argument is not allowed, or does not fit the others.
        FileExistsError: `out` holds a run, and `resume` is not set.
        FileNotFoundError: there is nothing to resume.
        CheckpointError: the checkpoint is damaged, or from another recipe.
        TrainingDiverged: loss or gradient is not finite; the last checkpoint stays.
    """
    recipe = replace(recipe or Recipe(), **changes)
    folder = _folder(out, resume, train_loader)
    with process_group(device) as place:
        _check(model, train_loader, recipe, place)
        model.to(place.device)
        optimizer = _optimizer(model, recipe, optimizer)
        run = Run(model, train_loader, recipe, optimizer, place)
        if resume:
            run.load_state(*folder.load(model))
        else:
            _save(folder, run)
        with Progress(run, progress) as bar:
            for _ in range(run.history.epochs, recipe.epochs):
                _epoch(run, val_loader, folder, bar)
        return run.history


def _epoch(
    run: Run, val_loader: DataLoader | None, folder: RunFolder | None, bar: Progress
) -> None:
    """One epoch: train, validate, save, tell."""
    history = run.history
    try:
        run.epoch(bar)
    except TrainingDiverged as error:
        if folder is not None:
            kept = f"{folder.path} keeps the checkpoint of epoch {history.epochs}."
            raise TrainingDiverged(f"{error} {kept}") from error
        raise
    if val_loader is not None:
        result = evaluate(run.model, val_loader)
        history.val_loss.append(result.loss)
        history.val_accuracy.append(result.accuracy)
    _save(folder, run)
    bar.epoch_is_over()


def _save(folder: RunFolder | None, run: Run) -> None:
    if folder is not None and run.place.rank == 0:
        folder.save(run.model, run.state(), run.history)
    if run.place.size > 1:
        dist.barrier()  # nobody runs ahead of a checkpoint


def _folder(
    out: str | Path | None, resume: bool, loader: DataLoader
) -> RunFolder | None:
    if out is None:
        if resume:
            raise ValueError("resume=True needs the run's folder: out=...")
        return None
    folder = RunFolder(out, getattr(loader.dataset, "classes", None))
    if not resume:
        folder.require_new()
    return folder


def _optimizer(
    model: nn.Module, recipe: Recipe, optimizer: Optimizer | None
) -> Optimizer:
    """The optimizer to use: it must change exactly what is trainable."""
    trainable = [p for p in model.parameters() if p.requires_grad]
    if not trainable:
        raise ValueError(
            "no parameter of the model is trainable: all have requires_grad=False. "
            "Unfreeze at least the head."
        )
    if optimizer is None:
        return AdamW(trainable, recipe.learning_rate, weight_decay=recipe.weight_decay)
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    missing = sum(id(p) not in held for p in trainable)
    foreign = len(held) - sum(id(p) in held for p in model.parameters())
    if missing or foreign:
        raise ValueError(
            f"the optimizer lacks {missing} trainable parameters of the model and has "
            f"{foreign} that are not the model's. Build it after the model is complete, "
            "and freeze what it shall not train."
        )
    return optimizer


def _check(model: nn.Module, loader: DataLoader, recipe: Recipe, place: Place) -> None:
    """Errors that would else come late, or from deep inside PyTorch."""
    if len(loader) == 0:
        raise ValueError("train_loader has no batches: no images, or drop_last.")
    classes = getattr(loader.dataset, "classes", None)
    outputs = getattr(getattr(model, "config", None), "num_classes", None)
    if classes is not None and outputs is not None and len(classes) != outputs:
        raise ValueError(
            f"the images have {len(classes)} classes, the model {outputs}. Build it "
            f"with num_classes={len(classes)}."
        )
    if recipe.precision == "float16" and place.device.type != "cuda":
        raise ValueError(
            f'precision="float16" needs an NVIDIA GPU, not {place.device.type!r}. Use '
            '"bfloat16" or "float32".'
        )
