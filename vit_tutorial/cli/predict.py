"""`python -m vit_tutorial predict`: what a trained model sees in images."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path

from vit_tutorial.checks import check_positive
from vit_tutorial.cli.options import WEIGHTS, Parser, add_options, padded, printable
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
    found.add_argument("image", nargs="+", metavar="IMAGE", help="an image, a folder, or a pattern")
    found.add_argument("--weights", **WEIGHTS)
    text = "show the N most likely classes (default: 5)"
    found.add_argument("--top", type=int, default=5, metavar="N", help=text)
    found.add_argument("--json", action="store_true", help="one JSON object a line, for other programs")
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
    check_positive(options.top, "top")
    files, failed = list(_files(options.image)), 0
    for i, image in enumerate(files):
        try:
            found = prediction.predict(model, image)
        except (OSError, ValueError) as error:  # the others are asked all the same
            if len(files) == 1:
                raise
            print(f"error: {printable(str(error))}", file=sys.stderr)
            failed += 1
            continue
        if options.json:
            print(json.dumps({"image": image, "classes": dict(found.top(options.top))}, ensure_ascii=False))
        else:
            print("\n" * (i > 0) + printable(image))
            names, shares = zip(*found.top(options.top), strict=True)
            for name, share in zip(padded(names), shares, strict=True):
                print(f"  {name}  {share:7.2%}")
    if failed:
        raise ValueError(f"{failed} of {len(files)} images could not be used; what is wrong stands above.")


def _files(names: list[str]) -> Iterator[str]:
    """Files as they are; of a folder the images in it, of a pattern what fits it."""
    from vit_tutorial.data.reading import suffixes

    for name in names:
        found = [name]
        if Path(name).is_dir():
            found = sorted(str(p) for p in Path(name).rglob("*") if p.suffix.lower() in suffixes())
        elif not Path(name).exists() and has_magic(name):
            found = sorted(glob(name, recursive=True))  # noqa: PTH207 (Path.glob takes no absolute pattern)
        if not found:
            raise ValueError(f"there are no images in {name}.")
        yield from found
