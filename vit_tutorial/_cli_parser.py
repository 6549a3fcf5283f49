"""The command line's parser: its commands, their options, and the help."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from vit_tutorial._cli_commands import evaluate_command, predict_command, train_command
from vit_tutorial._cli_model import DEFAULT_MODEL, MODELS
from vit_tutorial._cli_options import SOURCE, add_options, whole

TRAIN_USAGE = """%(prog)s --data NAME --out DIR [options]
       %(prog)s --config FILE --out DIR [options]
       %(prog)s --out DIR --resume"""

TRAIN_EXAMPLES = """\
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

EVALUATE_EXAMPLES = """\
examples:
  python -m vit_tutorial evaluate --data fashion-mnist \\
    --weights runs/first/best.safetensors
  python -m vit_tutorial evaluate --data fashion-mnist --split test \\
    --weights runs/first/best.safetensors

Choose between models by --split val. The test images are for the last word:
once you choose by them, they no longer say how good a model is on new images."""

PREDICT_EXAMPLES = """\
examples:
  python -m vit_tutorial predict shoe.png --weights runs/first/best.safetensors
  python -m vit_tutorial predict photos/*.jpg --top 3 \\
    --weights runs/photos/best.safetensors

Each image is made upright, resized and cropped to its centre, as the validation
images of a folder."""

MODEL_TEXT = """\
A model by its name, or a name and some other sizes. small and medium are
for images of 28×28 pixels, the others are the paper's. SIZE is one side in
pixels, or height and width, as in 160x224."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and takes no abbreviated options."""

    def __init__(self, **settings: object) -> None:
        formatter = argparse.RawDescriptionHelpFormatter
        super().__init__(formatter_class=formatter, allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Hand a wrong command line on to `main`."""
        raise ValueError(f"{message}. See {self.prog} --help.")


def build_parser() -> Parser:
    """The parser of the whole command line."""
    parser = Parser(
        prog="python -m vit_tutorial",
        description="Train a Vision Transformer, measure it, ask it about images.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_train(
        commands.add_parser(
            "train",
            help="train a model, or go on with a run",
            usage=TRAIN_USAGE,
            description="Train a Vision Transformer on labelled images.",
            epilog=TRAIN_EXAMPLES,
        )
    )
    _add_evaluate(
        commands.add_parser(
            "evaluate",
            help="loss and accuracy of a trained model",
            usage="%(prog)s --weights FILE --data NAME [options]",
            description="Measure a trained model: loss, accuracy, accuracy by class.",
            epilog=EVALUATE_EXAMPLES,
        )
    )
    _add_predict(
        commands.add_parser(
            "predict",
            help="what a trained model sees in images",
            description="Name the most likely classes of images.",
            epilog=PREDICT_EXAMPLES,
        )
    )
    return parser


def _add_train(parser: Parser) -> None:
    parser.set_defaults(run=train_command)
    files = parser.add_argument_group("the run")
    files.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder of the run; it is made if it is not there",
    )
    files.add_argument(
        "--resume",
        action="store_true",
        help="go on with the run in DIR, with its settings: no other option is needed",
    )
    files.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="settings in JSON, as in DIR/config.json; options here win over it",
    )
    files.add_argument(
        "--quiet", action="store_true", help="show no progress on stderr"
    )
    add_options(parser.add_argument_group("images"), "data")
    model = parser.add_argument_group("model", MODEL_TEXT)
    model.add_argument(
        "--model",
        dest="model.name",
        default=argparse.SUPPRESS,
        metavar="NAME",
        help=f"{', '.join(MODELS)} (default: {DEFAULT_MODEL})",
    )
    add_options(model, "model")
    add_options(parser.add_argument_group("recipe"), "recipe")
    add_options(parser.add_argument_group("this computer"), "machine")


def _add_evaluate(parser: Parser) -> None:
    parser.set_defaults(run=evaluate_command)
    _add_weights(parser)
    images = parser.add_argument_group("images")
    add_options(images, "data", *SOURCE)
    images.add_argument(
        "--split",
        choices=("train", "val", "test"),
        default="val",
        help="which part of the images (default: val, for validation)",
    )
    add_options(parser.add_argument_group("this computer"), "machine")


def _add_predict(parser: Parser) -> None:
    parser.set_defaults(run=predict_command)
    parser.add_argument("image", nargs="+", metavar="IMAGE", help="an image file")
    _add_weights(parser)
    parser.add_argument(
        "--top",
        type=whole,
        default=5,
        metavar="N",
        help="show the N most likely classes (default: 5)",
    )
    add_options(parser.add_argument_group("this computer"), "machine", "device")


def _add_weights(parser: Parser) -> None:
    parser.add_argument(
        "--weights",
        type=Path,
        required=True,
        metavar="FILE",
        help="a trained model, such as a run's best.safetensors",
    )
