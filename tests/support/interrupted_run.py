"""The run that the fixture `interrupted` holds: its files, and how it goes on."""

from pathlib import Path

from tiny_training import fit, loader, new_model

from vit_tutorial.training.history import History

WEIGHTS, TRAINING = "last-0002.safetensors", "last-0002.training.pt"


def resume(folder: Path, model=None, train_loader=None, val_loader=None, **changes) -> History:
    """Go on with the run as it began, but for what is given; an empty `val_loader` stands for none."""
    model = new_model() if model is None else model
    val_loader = loader(6) if val_loader is None else val_loader
    options = {"epochs": 4, "out": folder, "resume": True} | changes
    return fit(model, train_loader, val_loader or None, **options)
