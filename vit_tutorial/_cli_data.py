"""The images that the command line asks for."""

from __future__ import annotations

from torchvision.transforms import v2

from vit_tutorial import data
from vit_tutorial._cli_options import DataSettings, Machine
from vit_tutorial.config import ViTConfig


def load_images(
    settings: DataSettings, config: ViTConfig, machine: Machine
) -> data.Loaders:
    """The images, as a model of this configuration takes them."""
    name, batch_size, workers = settings.name, settings.batch_size, machine.num_workers
    change = data.augmentation(
        config.image_size, settings.shift, settings.rotate, settings.flip
    )
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
    return data.image_folder(
        name,
        config.image_size,
        batch_size,
        train_transform=v2.Compose([data.image_transform(config.image_size), change]),
        num_workers=workers,
        mode="L" if config.in_channels == 1 else "RGB",
    )
