"""The images that the command line asks for."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image
from torch import Tensor

from vit_tutorial import data
from vit_tutorial._cli_options import DataSettings, Machine
from vit_tutorial.config import ViTConfig
from vit_tutorial.data.augment import chain


def load_images(
    settings: DataSettings,
    config: ViTConfig,
    machine: Machine,
    transform: Callable[[Image.Image], Tensor] | None = None,
) -> data.Loaders:
    """The images, as a model of this configuration takes them.

    Args:
        settings: which images.
        config: of the model.
        machine: what reads them.
        transform: of a folder's images; None: `data.image_transform`.
    """
    name, batch_size, workers = settings.name, settings.batch_size, machine.num_workers
    changes = settings.shift, settings.rotate, settings.flip
    change = data.augmentation(config.image_size, *changes) if any(changes) else None
    if settings.root is not None and name != "fashion-mnist-full":
        raise ValueError(
            f"--root says where the files of fashion-mnist-full are; {name} has no use "
            "for it. Leave it out."
        )
    if name == "digits":
        splits = data.digits(config.image_size)
        return splits.augmented(change).loaders(batch_size, workers)
    if name.startswith("fashion-mnist"):
        splits = data.fashion_mnist(name == "fashion-mnist-full", settings.root)
        return splits.augmented(change).loaders(batch_size, workers)
    prepare = transform or data.image_transform(config.image_size)
    return data.image_folder(
        name,
        config.image_size,
        batch_size,
        transform=prepare,
        train_transform=chain(prepare, change),
        num_workers=workers,
        mode="L" if config.in_channels == 1 else "RGB",
    )
