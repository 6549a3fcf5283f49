"""Chapter 6: what stops a run: as early as possible, in words that help."""

from typing import Any

from torch import nn
from torch.optim import AdamW, Optimizer
from torch.utils.data import DataLoader, IterableDataset

from vit_tutorial.data.sets import told_by
from vit_tutorial.model import VisionTransformer
from vit_tutorial.saving import CheckpointError
from vit_tutorial.training.processes import Place
from vit_tutorial.training.recipe import Recipe


class TrainingDiverged(RuntimeError):  # noqa: N818 (it names what happened)
    """The loss or the gradient is no longer a finite number."""


def check_loader(loader: DataLoader, name: str) -> None:
    """Refuse what is no DataLoader, has no length or no batches."""
    if not isinstance(loader, DataLoader):
        raise TypeError(
            f"{name} must be a torch.utils.data.DataLoader, got {type(loader).__name__}. "
            "Make one: DataLoader(images, batch_size=64, shuffle=True)."
        )
    if isinstance(loader.dataset, IterableDataset):
        raise TypeError(
            f"{name} reads a {type(loader.dataset).__name__}, an IterableDataset, whose "
            "order can't be repeated. Give a Dataset with a length."
        )
    if len(loader) == 0:
        raise ValueError(
            f"{name} has no batches: its {len(loader.dataset)} images make none. Add "
            "images, or use a smaller batch or drop_last=False."
        )


def check_fit(model: nn.Module, loader: DataLoader, recipe: Recipe, place: Place) -> None:
    """Refuse images of other classes than the model's, or a precision not to be had."""
    classes = told_by(loader.dataset, "classes")
    outputs = getattr(getattr(model, "config", None), "num_classes", None)
    if classes is not None and outputs is not None and len(classes) != outputs:
        raise ValueError(
            f"the images have {len(classes)} classes, the model {outputs}. Build it "
            f"with num_classes={len(classes)}, or replace_head(model, {len(classes)})."
        )
    if (recipe.checkpointing or recipe.drop_patches) and not isinstance(model, VisionTransformer):
        raise ValueError(
            f"checkpointing and drop_patches need a VisionTransformer of this package, got {type(model).__name__}. "
            "Leave them out."
        )
    if recipe.precision == "float16" and place.device.type != "cuda":
        raise ValueError(
            f'precision="float16" needs an NVIDIA GPU, not {place.device.type!r}. Use '
            '"bfloat16" or "float32".'
        )


def choose_optimizer(model: nn.Module, recipe: Recipe, optimizer: Optimizer | None) -> Optimizer:
    """The optimizer to use: it is new, and changes exactly what is trainable."""
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
    if any("initial_lr" in group for group in optimizer.param_groups):
        raise ValueError(
            "the optimizer has had a schedule already, which left the learning rate at "
            f"{optimizer.param_groups[0]['lr']:.3g}. Build a new optimizer."
        )
    return optimizer


def check_same_run(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Refuse to go on with a run unless both have the same `Run.traits`."""
    for name, value in ours.items():
        before = theirs.get(name)
        if before == value:
            continue
        told = f"had {name} = {before!r}, this one has {value!r}"
        if isinstance(before, dict) and isinstance(value, dict):
            changed = next(key for key in value if before.get(key) != value[key])
            told = f"had other images in the class {changed!r}, or other labels"
        raise CheckpointError(
            f"the run to resume {told}. Give the same model, recipe, optimizer, batch "
            "size and images, or start a new run in another folder."
        )
