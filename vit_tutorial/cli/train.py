"""`python -m vit_tutorial train`: train a model, or go on with a run."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from jsonargparse import Namespace

from vit_tutorial.checks import check_image_size
from vit_tutorial.cli.options import DEVICE, Parser, add_options, processes_now
from vit_tutorial.cli.settings import (
    CALL,
    CONFIG,
    GREY,
    MODELS,
    Images,
    build,
    choose_options,
    new_model,
    trained_model,
)
from vit_tutorial.config import SIZES, ViTConfig
from vit_tutorial.tables import printable
from vit_tutorial.training.recipe import Recipe

if TYPE_CHECKING:
    from vit_tutorial.data import Loaders
    from vit_tutorial.model import VisionTransformer
    from vit_tutorial.training.history import History
    from vit_tutorial.training.processes import Place

USAGE = "%(prog)s --out DIR [--data NAME | --resume] [options]"

EXAMPLES = """\
examples:
  python -m vit_tutorial train --data fashion-mnist --out runs/first
  python -m vit_tutorial train --out runs/first --resume
  python -m vit_tutorial train --config runs/first/config.json --out runs/b
  python -m vit_tutorial train --data photos --init vit-fashion --out runs/c
  several processes share each step's images; here a step sees 2 × 64:
  torchrun --nproc_per_node=2 -m vit_tutorial train --data digits --out runs/d

DIR gets config.json (these settings), history.json, best.safetensors (weights
of the best epoch in validation) and the last epoch's checkpoint, for --resume.
The exit status is 0; 1 if the training diverged; 2 if something is wrong with
an option or a file; 130 after Ctrl-C."""

MODEL_TEXT = """\
A model by its name, or a name and some other sizes. small and medium are
for images of 28×28 pixels, the others are the paper's. SIZE is one side in
pixels, or height and width, as in 160x224. Or a trained one, by --init."""

REMARKS = {
    "data": "needed for a new run",
    "image_size": "default: 28, or 224 for a folder and a model of the paper",
    "in_channels": "default: 3 for a folder, else 1",
    **dict.fromkeys(SIZES, "default: as --model says"),
}
INIT = (
    "start from trained weights, with a new head where the classes are others: a file, vit-fashion, "
    "torchvision/vit_b_16 (or vit_b_32, vit_l_16, vit_l_32), or timm:NAME"
)
FEW = 100  # steps, in which hardly anything is learned


def parser() -> Parser:
    """The options of this command."""
    what = "Train a Vision Transformer on labelled images."
    found = Parser("train", usage=USAGE, description=what, epilog=EXAMPLES)
    group = found.add_argument_group("the run")
    group.add_argument("--out", type=Path, metavar="DIR", help="folder of the run; made if it is not there")
    text = "go on with the run in DIR, with its settings: no other option is needed"
    group.add_argument("--resume", action="store_true", help=text)
    text = "settings in JSON, as in DIR/config.json; options here win over it"
    group.add_argument("--config", type=Path, metavar="FILE", help=text)
    group.add_argument("--quiet", action="store_true", help="show no progress on stderr")
    group.add_argument("--device", type=str | None, **DEVICE)
    add_options(found.add_argument_group("images"), Images, **REMARKS)
    group = found.add_argument_group("model", MODEL_TEXT)
    text = f"{', '.join(MODELS)} (default: small, or ViT-Ti/16 for a folder)"
    group.add_argument("--model", choices=tuple(MODELS), metavar="NAME", help=text)
    group.add_argument("--init", type=str | None, metavar="NAME", help=INIT)
    text = "with --init: backbone (only the head learns) or none (default: none)"
    group.add_argument("--freeze", choices=("backbone", "none"), default="none", metavar="NAME", help=text)
    text = "with --init: the backbone's learning rate, as a share of the head's (default: 0.1)"
    group.add_argument("--backbone-rate", type=float, default=0.1, metavar="X", help=text)
    add_options(group, ViTConfig, [f.name for f in fields(ViTConfig) if f.name != "num_classes"], **REMARKS)
    add_options(found.add_argument_group("recipe"), Recipe)
    return found


def run(arguments: Sequence[str]) -> None:
    """Train; the result goes to stdout, progress to stderr."""
    options = choose_options(parser, arguments)
    from vit_tutorial.training.processes import process_group
    from vit_tutorial.training.run_folder import RunFolder

    folder = RunFolder(options.out)
    try:
        with process_group(options.device) as place:
            history = _train(options, place)
    except KeyboardInterrupt:
        way_on = f"{options.out} has no checkpoint yet: start again."
        if folder.last() is not None:
            processes = processes_now()
            start = "python" if processes == 1 else f"torchrun --nproc_per_node={processes}"
            out = shlex.quote(str(options.out))
            way_on = f"resume with: {start} -m vit_tutorial train --out {out} --resume"
        raise KeyboardInterrupt(way_on) from None
    if place.rank == 0:
        best, weights = history.best_epoch, options.out / "best.safetensors"
        weights = weights if weights.is_file() else folder.last_weights()  # somebody took it away
        accuracy = f"validation accuracy {history.val_accuracy[best - 1]:.2%}"
        print(f"best epoch {best} of {history.epochs}: {accuracy}, weights in {weights}")


def _train(options: Namespace, place: Place) -> History:
    from torch.optim import AdamW

    from vit_tutorial import saving, training, transfer
    from vit_tutorial.training.batches import check_batch

    images, recipe = build(options)
    model, loaders = (trained_model if options.init else new_model)(options, images, recipe.seed)
    optimizer = None
    if options.freeze == "backbone":
        transfer.freeze(model, except_="head")
    elif options.init:
        groups = transfer.parameter_groups(model, recipe.learning_rate, options.backbone_rate)
        optimizer = AdamW(groups, weight_decay=recipe.weight_decay)
    check_batch(next(iter(loaders.val)), model)  # before a file is written
    if place.rank == 0 and not options.resume:
        values = {name: value for name, value in vars(options).items() if name not in CALL}
        text = json.dumps(values, indent=2, ensure_ascii=False) + "\n"
        saving.write_atomically(options.out / CONFIG, lambda half: half.write_text(text, "utf8"))
    if place.rank == 0 and not options.quiet:
        print(_announcement(options, model, loaders, place), file=sys.stderr)
    how = {"out": options.out, "resume": options.resume, "progress": not options.quiet}
    images = (loaders.train, loaders.val)
    return training.train(model, *images, recipe, optimizer=optimizer, device=place.device, **how)


def _announcement(options: Namespace, model: VisionTransformer, loaders: Loaders, place: Place) -> str:
    """What is about to be trained, on what; for a folder without --init, what would help."""
    number = sum(parameter.numel() for parameter in model.parameters())
    size = "×".join(map(str, check_image_size(model.config.image_size)))
    train, val = len(loaders.train.dataset), len(loaders.val.dataset)
    processes = f"{place.size} process" + "es" * (place.size > 1)
    text = (
        f"{number:,} parameters for images of {size}, {train:,} images for training and {val:,} for validation, "
        f"{len(loaders.classes)} classes; {processes} on {place.device.type}, batches of {loaders.train.batch_size}"
    )
    if options.data not in GREY:
        counts = (f"{name} {count}" for name, count in loaders.counts["train"].items())
        text += f"\nfor training: {printable(', '.join(counts))}"
        steps = -(-len(loaders.train) // options.accumulate) * options.epochs
        if steps < FEW:
            text += f"\nonly {steps} steps in all: a smaller --batch-size, or more --epochs, teach more"
        if options.init is None:
            text += "\nfrom nothing, few photos teach little: --init torchvision/vit_b_32 starts from trained weights"
    return text
