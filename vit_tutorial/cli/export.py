"""`python -m vit_tutorial export`: a trained model as a file for other programs."""

from collections.abc import Sequence
from pathlib import Path

from vit_tutorial.cli.options import WEIGHTS, Parser

EXAMPLES = """\
examples:
  python -m vit_tutorial export --weights runs/b/best.safetensors --out b.onnx
  python -m vit_tutorial export --weights runs/b/best.safetensors --out b.pt2"""


def parser() -> Parser:
    """The options of this command."""
    what = "Write a trained model for other programs: from images to logits."
    found = Parser("export", description=what, epilog=EXAMPLES)
    found.add_argument("--weights", **WEIGHTS)
    text = "the file: ….onnx (needs the packages onnx and onnxscript) or ….pt2, for torch.export.load"
    found.add_argument("--out", type=Path, required=True, metavar="FILE", help=text)
    return found


def run(arguments: Sequence[str]) -> None:
    """Write the file, and say so on stdout."""
    options = parser().parse_args(arguments)

    from vit_tutorial.export import export
    from vit_tutorial.saving import load_model

    path = export(load_model(options.weights), options.out)
    print(f"{path}: {path.stat().st_size:,} bytes")
