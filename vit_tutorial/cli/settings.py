"""The settings of a run: from options and files to images, model and recipe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonargparse import Namespace

from vit_tutorial.checks import check_not_negative, check_positive
from vit_tutorial.cli.options import Parser, pick
from vit_tutorial.config import SIZES, VARIANTS, ViTConfig
from vit_tutorial.training.recipe import Recipe

if TYPE_CHECKING:
    from vit_tutorial.data import Loaders
    from vit_tutorial.model import VisionTransformer

GREY = ("fashion-mnist", "fashion-mnist-full", "digits")  # data sets of one channel
SMALL = {"small": (7, 64, 4, 4, 128), "medium": (4, 128, 6, 4, 256)}  # for 28×28
MODELS = SMALL | VARIANTS
CONFIG = "config.json"
CALL = (
    "out",
    "resume",
    "config",
    "quiet",
    "__default_config__",
)  # of one call of the command, not of the run
FREE = (*CALL, "device", "num_workers")  # a resumed run may have another computer


@dataclass(frozen=True)
class Images:
    """Which images, and how they are handed out.

    Attributes:
        data: "fashion-mnist" (10,000 images for training, in this package), "fashion-mnist-full" (55,000),
            "digits" (scikit-learn's), or a folder with one folder of images for each class.
        root: folder of the full Fashion-MNIST's files; None: they are searched for.
        batch_size: images in a batch, for each process that torchrun starts.
        shift: in training, move each image by up to so many pixels in each direction.
        rotate: in training, turn each image by up to so many degrees either way.
        flip: in training, mirror every other image, left to right.
        ignore: in a folder, pass over files and folders of these names, such as "*.txt,*.xml".
        num_workers: processes that read images beside each one that trains.
    """

    data: str
    root: str | None = None
    batch_size: int = 64
    shift: int = 0
    rotate: float = 0.0
    flip: bool = False
    ignore: str = ""
    num_workers: int = 0

    def __post_init__(self) -> None:
        check_positive(self.batch_size, "batch_size")
        check_not_negative(self.num_workers, "num_workers")
        if self.root is not None and self.data not in (None, "fashion-mnist-full"):
            raise ValueError(
                f"--root is for the files of fashion-mnist-full, not for {self.data}. Leave it out."
            )

    def load(self, config: ViTConfig, transform: Callable | None = None) -> Loaders:
        """Read them as a model takes them; a folder's by a transform of its weights."""
        from vit_tutorial import data
        from vit_tutorial.data.augment import chain

        size, changes, how = config.image_size, (self.shift, self.rotate, self.flip), {}
        change = data.augmentation(size, *changes) if any(changes) else None
        if self.data not in GREY:
            first = transform or data.image_transform(size)
            how["mode"] = "L" if config.in_channels == 1 else "RGB"
            how["ignore"] = tuple(filter(None, self.ignore.split(",")))
            how |= {"transform": transform, "train_transform": chain(first, change)}
            return data.image_folder(self.data, size, self.batch_size, num_workers=self.num_workers, **how)
        if self.data == "digits":
            splits = data.digits(size)
        else:
            splits = data.fashion_mnist(self.data == "fashion-mnist-full", self.root)
        return splits.augmented(change).loaders(self.batch_size, self.num_workers)


def find_data(name: str | None) -> str:
    """A data set's name as it is, a folder's path from the root of the disk."""
    if name is None:
        raise ValueError(f"say which images: --data {'|'.join(GREY)}|FOLDER.")
    folder = Path(name).expanduser()
    if name not in GREY and not folder.is_dir():
        raise ValueError(f"there is no folder {name!r}. Data sets by name: {', '.join(GREY)}.")
    return name if name in GREY else str(folder.resolve())


def choose_options(parser: Callable[[], Parser], arguments: Sequence[str]) -> Namespace:
    """The options, over those in a file, over those of the run to resume."""
    options = parser().parse_args(arguments)
    from vit_tutorial.training.run_folder import RunFolder  # not for the help

    if options.out is None:
        raise ValueError("say where the run shall be: --out DIR.")
    own = options.out / CONFIG
    if not options.resume:
        RunFolder(options.out).refuse_foreign()
        if own.exists() and _read(parser, [own]).data is None:  # a run that was killed leaves one, too
            raise FileExistsError(f"{own} is there, and no run's settings. Name another folder.")
    elif not own.is_file():
        raise ValueError(f"{options.out} holds no {CONFIG}. Check --out, or start without --resume.")
    files = [own] * options.resume + [options.config] * (options.config is not None)
    options = _read(parser, files, arguments)
    options.data = find_data(options.data)
    stored = _read(parser, [own]) if options.resume else options
    for name, value in vars(options).items():
        # A folder may have been moved: train proves that its images are the same.
        moved = name == "data" and not {value, stored[name]} & set(GREY)
        if value != stored[name] and name not in FREE and not moved:
            raise ValueError(
                f"the options contradict the run in {options.out}: {name} = {value!r}, but it has {stored[name]!r}. "
                "--resume needs none of them; another run (a longer one by --init) needs another folder."
            )
    return options


def _read(parser: Callable[[], Parser], files: Sequence[Path], arguments: Sequence[str] = ()) -> Namespace:
    """The settings in files, each over those before it, and the options over all."""
    found = parser()
    for path in files:
        try:
            path.read_bytes()  # the parser passes over a file that is not there
            found.default_config_files = [*found.default_config_files, str(path)]
            build(found.parse_args([]))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
    return found.parse_args(arguments)


def build(options: Namespace) -> tuple[Images, Recipe]:
    """The options in the classes that check them."""
    return Images(**pick(options, Images)), Recipe(**pick(options, Recipe))


def new_model(options: Namespace, images: Images, seed: int) -> tuple[VisionTransformer, Loaders]:
    """A new model of the sizes asked for, or that fit the images; and the images as it takes them."""
    from vit_tutorial import training
    from vit_tutorial.model import VisionTransformer

    if options.freeze != "none":
        raise ValueError("--freeze backbone needs --init: a backbone that is new has learnt nothing.")
    grey = options.data in GREY
    name = options.model or ("small" if grey else "ViT-Ti/16")
    fitting = {"image_size": 28 if grey or name in SMALL else 224, "in_channels": 1 if grey else 3}
    config = ViTConfig(**fitting | dict(zip(SIZES, MODELS[name], strict=True)) | _said(options))
    loaders = images.load(config)
    training.set_seed(seed)
    return VisionTransformer(replace(config, num_classes=len(loaders.classes))), loaders


def trained_model(options: Namespace, images: Images, seed: int) -> tuple[VisionTransformer, Loaders]:
    """The model that --init names, or what has become of it in the run to resume, and the images as it takes them."""
    from vit_tutorial import pretrained, saving, training, transfer
    from vit_tutorial.pretrained import preprocessing
    from vit_tutorial.training.run_folder import RunFolder

    name, sizes = options.init, _said(options)
    if options.resume:
        name = str(RunFolder(options.out).last_weights())
    model = saving.load_model(name) if Path(name).is_file() else pretrained.load(name)
    if sizes.get("image_size", model.config.image_size) != model.config.image_size:
        model = model.resized(sizes["image_size"])
    others = [f"{key} = {value}" for key, value in sizes.items() if value != getattr(model.config, key)]
    if others:
        raise ValueError(f"{name} brings its own sizes, not {', '.join(others)}. Leave them out.")
    known = model.preprocessing in preprocessing.NAMES
    loaders = images.load(model.config, pretrained.transform(model) if known else None)
    if getattr(model, "classes", None) != loaders.classes:
        training.set_seed(seed)
        transfer.replace_head(model, len(loaders.classes), loaders.classes)
    return model, loaders


def _said(options: Namespace) -> dict[str, Any]:
    """The sizes of a model that the options name."""
    return {name: value for name, value in pick(options, ViTConfig).items() if value is not None}
