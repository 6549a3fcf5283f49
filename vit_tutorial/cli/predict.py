"""`python -m vit_tutorial predict`: what a trained model sees in images."""

import json
import sys
from collections.abc import Sequence

from vit_tutorial.checks import check_positive
from vit_tutorial.cli.options import DEVICE, WEIGHTS, Parser
from vit_tutorial.tables import padded, printable

EXAMPLES = """\
examples:
  python -m vit_tutorial predict shoe.png --weights runs/first/best.safetensors
  python -m vit_tutorial predict photos --weights runs/b/best.safetensors
Each image is prepared as the validation images of a folder."""


def parser() -> Parser:
    """The options of this command."""
    usage = "%(prog)s IMAGE [IMAGE ...] --weights FILE [options]"
    what = "Name the most likely classes of images."
    found = Parser("predict", usage=usage, description=what, epilog=EXAMPLES)
    found.add_argument("image", nargs="+", metavar="IMAGE", help="an image, a folder, or a pattern")
    found.add_argument("--weights", **WEIGHTS)
    text = "show the N most likely classes (default: 5)"
    found.add_argument("--top", type=int, default=5, metavar="N", help=text)
    found.add_argument("--json", action="store_true", help="one JSON object a line, for other programs")
    found.add_argument("--device", type=str | None, **DEVICE)
    return found


def run(arguments: Sequence[str]) -> None:
    """Name the most likely classes of each image on stdout."""
    options = parser().parse_args(arguments)

    from vit_tutorial import prediction
    from vit_tutorial.data.reading import find_images
    from vit_tutorial.saving import load_model
    from vit_tutorial.training.processes import choose_device

    model = load_model(options.weights).to(choose_device(options.device))
    check_positive(options.top, "top")
    files, failed = find_images(options.image), 0
    for i, image in enumerate(files):
        try:
            found = prediction.predict(model, image).top(options.top)
        except (OSError, ValueError) as error:  # the others are asked all the same
            if len(files) == 1:
                raise
            print(f"error: {printable(str(error))}", file=sys.stderr)
            failed += 1
            continue
        if options.json:
            print(json.dumps({"image": image, "classes": dict(found)}, ensure_ascii=False))
        else:
            print("\n" * (i > 0) + printable(image))
            names, shares = zip(*found, strict=True)
            for name, share in zip(padded(names), shares, strict=True):
                print(f"  {name}  {share:7.2%}")
    if failed:
        raise ValueError(f"{failed} of {len(files)} images could not be used; what is wrong stands above.")
