"""The settings of a run: images, model and machine; its recipe is `Recipe`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jsonargparse import Namespace

from vit_tutorial.checks import check_not_negative, check_positive
from vit_tutorial.cli.options import pick
from vit_tutorial.config import SIZES, VARIANTS, ViTConfig

if TYPE_CHECKING:
    from vit_tutorial.data import Loaders

GREY = ("fashion-mnist", "fashion-mnist-full", "digits")  # data sets of one channel
SMALL = {"small": (7, 64, 4, 4, 128), "medium": (4, 128, 6, 4, 256)}  # for 28×28
MODELS = SMALL | VARIANTS


@dataclass(frozen=True)
class Images:
    """Which images, and how many at a time.

    Attributes:
        data: "fashion-mnist" (10,000 images for training, in this package), "fashion-mnist-full" (55,000),
            "digits" (scikit-learn's), or a folder with one folder of images for each class.
        root: folder of the full Fashion-MNIST's files; None: they are searched for.
        batch_size: images in a batch, for each process that torchrun starts.
        shift: in training, move each image by up to so many pixels in each direction.
        rotate: in training, turn each image by up to so many degrees either way.
        flip: in training, mirror every other image, left to right.
        ignore: in a folder, pass over files and folders of these names, such as "*.txt,*.xml".
    """

    data: str
    root: str | None = None
    batch_size: int = 64
    shift: int = 0
    rotate: float = 0.0
    flip: bool = False
    ignore: str = ""

    def __post_init__(self) -> None:
        check_positive(self.batch_size, "batch_size")
        if self.root is not None and self.data not in (None, "fashion-mnist-full"):
            raise ValueError(
                f"--root says where the files of fashion-mnist-full are; {self.data} "
                "has no use for it. Leave it out."
            )

    def load(self, config: ViTConfig, workers: int = 0, transform: Callable | None = None) -> Loaders:
        """Read them as a model takes them; a folder's by a transform of its weights."""
        from vit_tutorial import data
        from vit_tutorial.data.augment import chain

        size, changes = config.image_size, (self.shift, self.rotate, self.flip)
        change = data.augmentation(size, *changes) if any(changes) else None
        if self.data not in GREY:
            first = transform or data.image_transform(size)
            mode = "L" if config.in_channels == 1 else "RGB"
            how = {"transform": transform, "train_transform": chain(first, change)}
            how |= {"batch_size": self.batch_size, "num_workers": workers, "mode": mode}
            how["ignore"] = tuple(filter(None, self.ignore.split(",")))
            return data.image_folder(self.data, size, **how)
        if self.data == "digits":
            splits = data.digits(size)
        else:
            splits = data.fashion_mnist(self.data == "fashion-mnist-full", self.root)
        return splits.augmented(change).loaders(self.batch_size, workers)


@dataclass(frozen=True)
class Machine:
    """What computes; a resumed run may have another.

    Attributes:
        device: such as "cpu" or "cuda"; None: a GPU if there is one.
        num_workers: processes that read images beside each one that trains.
    """

    device: str | None = None
    num_workers: int = 0

    def __post_init__(self) -> None:
        check_not_negative(self.num_workers, "num_workers")


def find_data(name: str | None) -> str:
    """A data set's name as it is, a folder's path from the root of the disk."""
    if name is None:
        raise ValueError(f"say which images: --data {'|'.join(GREY)}|FOLDER.")
    folder = Path(name).expanduser()
    if name not in GREY and not folder.is_dir():
        raise ValueError(
            f"there is no folder {name!r}, and no data set of this name. Known: {', '.join(GREY)}."
        )
    return name if name in GREY else str(folder.resolve())


def choose_model(options: Namespace) -> ViTConfig:
    """The model that the options ask for; what they leave open fits to the images."""
    grey, small = options.data in GREY, options.model in SMALL
    size, channels = 28 if grey or small else 224, 1 if grey else 3
    fitting = {"image_size": size, "in_channels": channels}
    named = dict(zip(SIZES, MODELS[options.model], strict=True))
    said = {k: v for k, v in pick(options, ViTConfig).items() if v is not None}
    config = ViTConfig(**fitting | named | said)
    check_fits(config, options.data)
    return config


def check_fits(config: ViTConfig, data: str) -> None:
    """Refuse a model for other images than these, by a ValueError."""
    channels, allowed = config.in_channels, (1,) if data in GREY else (1, 3)
    if channels not in allowed:
        raise ValueError(
            f"{data} has images of {' or '.join(map(str, allowed))} channels, the "
            f"model's in_channels are {channels}. Choose a model, or images, that fit."
        )
    if data.startswith("fashion-mnist") and config.image_size not in (28, (28, 28)):
        raise ValueError(
            f"{data} has images of 28×28 pixels, the model's image_size is "
            f"{config.image_size}. Choose a model, or images, that fit."
        )
