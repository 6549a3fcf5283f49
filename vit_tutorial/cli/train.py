"""`python -m vit_tutorial train`: train a model, or go on with a run."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jsonargparse import ArgumentParser, Namespace

from vit_tutorial.checks import check_image_size
from vit_tutorial.cli.config_file import build, choose_options, write_config
from vit_tutorial.cli.options import Parser, add_options, processes_now, start_command
from vit_tutorial.cli.settings import MODELS, Images, Machine, choose_model
from vit_tutorial.config import SIZES, ViTConfig
from vit_tutorial.training.recipe import Recipe

if TYPE_CHECKING:
    from vit_tutorial.data import Loaders
    from vit_tutorial.model import VisionTransformer
    from vit_tutorial.training.history import History
    from vit_tutorial.training.processes import Place

USAGE = """%(prog)s --data NAME --out DIR [options]
       %(prog)s --config FILE --out DIR [options]
       %(prog)s --out DIR --resume"""

EXAMPLES = """\
examples:
  python -m vit_tutorial train --data fashion-mnist --out runs/first
  python -m vit_tutorial train --out runs/first --resume
  python -m vit_tutorial train --data photos --model ViT-Ti/16 --out runs/photos
  python -m vit_tutorial train --config runs/first/config.json --seed 1 \\
    --out runs/second

Several processes train together, each on a share of every step's images. The
batch size is that of each process: here a step sees 2 × 64 images.
  torchrun --nproc_per_node=2 -m vit_tutorial train --data fashion-mnist \\
    --batch-size 64 --out runs/two

DIR gets config.json (these settings), history.json, best.safetensors (weights
of the epoch with the best validation accuracy) and the last epoch's checkpoint,
from which --resume goes on. The exit status is 0; 1 if the training diverged;
2 if something is wrong with an option or a file; 130 after Ctrl-C."""

MODEL_TEXT = """\
A model by its name, or a name and some other sizes. small and medium are
for images of 28×28 pixels, the others are the paper's. SIZE is one side in
pixels, or height and width, as in 160x224."""

SECTIONS = {"images": Images, "model": ViTConfig, "recipe": Recipe, "this computer": Machine}
REMARKS = {
    "data": "needed for a new run",
    "image_size": "default: 28, or 224 for a folder and a model of the paper",
    "in_channels": "default: 3 for a folder, else 1",
    **dict.fromkeys(SIZES, "default: as --model says"),
}


def parser() -> Parser:
    """The options of this command."""
    what = "Train a Vision Transformer on labelled images."
    found = Parser("train", usage=USAGE, description=what, epilog=EXAMPLES)
    _add_run(found.add_argument_group("the run"))
    for title, cls in SECTIONS.items():
        group = found.add_argument_group(title, MODEL_TEXT if cls is ViTConfig else None)
        if cls is ViTConfig:
            text = f"{', '.join(MODELS)} (default: small)"
            how = {"choices": tuple(MODELS), "default": "small", "metavar": "NAME"}
            group.add_argument("--model", help=text, **how)
        names = [f.name for f in fields(cls) if f.name != "num_classes"]
        add_options(group, cls, names, **REMARKS)
    return found


def _add_run(group: ArgumentParser) -> None:
    group.add_argument("--out", type=Path, metavar="DIR", help="folder of the run; made if it is not there")
    text = "go on with the run in DIR, with its settings: no other option is needed"
    group.add_argument("--resume", action="store_true", help=text)
    text = "settings in JSON, as in DIR/config.json; options here win over it"
    group.add_argument("--config", type=Path, metavar="FILE", help=text)
    group.add_argument("--quiet", action="store_true", help="show no progress on stderr")


def run(arguments: Sequence[str]) -> None:
    """Train; the result goes to stdout, progress to stderr."""
    options = choose_options(parser(), arguments)
    from vit_tutorial.training.processes import process_group

    try:
        with process_group(options.device) as place:
            history = _train(options, place)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_way_on(options.out)) from None
    if place.rank == 0:
        best, weights = history.best_epoch, options.out / "best.safetensors"
        if not weights.is_file():  # somebody took it away
            weights = options.out / f"last-{history.epochs:04}.safetensors"
        accuracy = f"validation accuracy {history.val_accuracy[best - 1]:.2%}"
        print(f"best epoch {best} of {history.epochs}: {accuracy}, weights in {weights}")


def _train(options: Namespace, place: Place) -> History:
    from vit_tutorial import training
    from vit_tutorial.model import VisionTransformer

    (images, recipe, machine), config = build(options), choose_model(options)
    loaders = images.load(config, machine.num_workers)
    training.set_seed(recipe.seed)
    model = VisionTransformer(replace(config, num_classes=len(loaders.classes)))
    if place.rank == 0 and not options.resume:
        write_config(options)
    if place.rank == 0 and not options.quiet:
        print(_announcement(model, loaders, place), file=sys.stderr)
    how = {"out": options.out, "resume": options.resume, "progress": not options.quiet}
    return training.train(model, loaders.train, loaders.val, recipe, device=place.device, **how)


def _announcement(model: VisionTransformer, loaders: Loaders, place: Place) -> str:
    parameters = sum(parameter.numel() for parameter in model.parameters())
    train, val = len(loaders.train.dataset), len(loaders.val.dataset)
    high, wide = check_image_size(model.config.image_size)
    processes = f"{place.size} process" + "es" * (place.size > 1)
    return (
        f"{parameters:,} parameters for images of {high}×{wide}, {train:,} images for training and {val:,} for "
        f"validation, {len(loaders.classes)} classes; {processes} on "
        f"{place.device.type}, batches of {loaders.train.batch_size}"
    )


def _way_on(out: Path) -> str:
    """What to do after Ctrl-C."""
    from vit_tutorial.training.run_folder import RunFolder

    if RunFolder(out).last() is None:
        return f"{out} has no checkpoint yet: start again."
    words = f"--out {shlex.quote(str(out))} --resume"
    return f"resume with: {start_command(processes_now())} {words}"
