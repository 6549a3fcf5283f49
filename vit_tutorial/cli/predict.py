"""`python -m vit_tutorial predict`: what a trained model sees in images."""

from __future__ import annotations

from collections.abc import Sequence

from vit_tutorial.cli.options import WEIGHTS, Parser, add_options, padded
from vit_tutorial.cli.settings import Machine

EXAMPLES = """\
examples:
  python -m vit_tutorial predict shoe.png --weights runs/first/best.safetensors
  python -m vit_tutorial predict photos/*.jpg --top 3 \\
    --weights runs/photos/best.safetensors

Each image is made upright, resized and cropped to its centre, as the validation
images of a folder."""


def parser() -> Parser:
    """The options of this command."""
    usage = "%(prog)s IMAGE [IMAGE ...] --weights FILE [options]"
    what = "Name the most likely classes of images."
    found = Parser("predict", usage=usage, description=what, epilog=EXAMPLES)
    found.add_argument("image", nargs="+", metavar="IMAGE", help="an image file")
    found.add_argument("--weights", **WEIGHTS)
    text = "show the N most likely classes (default: 5)"
    found.add_argument("--top", type=int, default=5, metavar="N", help=text)
    add_options(found.add_argument_group("this computer"), Machine, ["device"])
    return found


def run(arguments: Sequence[str]) -> None:
    """Name the most likely classes of each image on stdout."""
    options = parser().parse_args(arguments)

    from vit_tutorial import prediction
    from vit_tutorial.saving import load_model
    from vit_tutorial.training.processes import choose_device

    model = load_model(options.weights)
    model.to(choose_device(options.device))
    for i, image in enumerate(options.image):
        top = prediction.predict(model, image).top(options.top)
        print("\n" * (i > 0) + image)
        for name, (_, share) in zip(padded([n for n, _ in top]), top, strict=True):
            print(f"  {name}  {share:7.2%}")
