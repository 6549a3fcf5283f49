"""The images that the command line asks for."""

from __future__ import annotations

from vit_tutorial import data
from vit_tutorial._cli_options import DataSettings, Machine
from vit_tutorial.config import ViTConfig


def load_images(
    settings: DataSettings, config: ViTConfig, machine: Machine
) -> data.Loaders:
    """The images, as a model of this configuration takes them."""
    name, batch_size, workers = settings.name, settings.batch_size, machine.num_workers
    if settings.root is not None and name != "fashion-mnist-full":
        raise ValueError(
            f"--root says where the files of fashion-mnist-full are; {name} has no use "
            "for it. Leave it out."
        )
    if name == "fashion-mnist":
        return data.fashion_mnist().loaders(batch_size, workers)
    if name == "fashion-mnist-full":
        full = data.fashion_mnist(full=True, root=settings.root)
        return full.loaders(batch_size, workers)
    if name == "digits":
        return data.digits(config.image_size).loaders(batch_size, workers)
    mode = "L" if config.in_channels == 1 else "RGB"
    return data.image_folder(
        name, config.image_size, batch_size, num_workers=workers, mode=mode
    )
