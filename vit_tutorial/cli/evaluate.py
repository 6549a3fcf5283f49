"""`python -m vit_tutorial evaluate`: loss and accuracy of a trained model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vit_tutorial.cli.options import WEIGHTS, Parser, add_options, padded, pick
from vit_tutorial.cli.settings import Images, Machine, check_fits, find_data

if TYPE_CHECKING:
    from vit_tutorial.training.evaluation import Evaluation

EXAMPLES = """\
examples:
  python -m vit_tutorial evaluate --data fashion-mnist \\
    --weights runs/first/best.safetensors
  python -m vit_tutorial evaluate --data fashion-mnist --split test \\
    --weights runs/first/best.safetensors

Choose between models by --split val. The test images are for the last word:
once you choose by them, they no longer say how good a model is on new images."""


def parser() -> Parser:
    """The options of this command."""
    usage = "%(prog)s --weights FILE --data NAME [options]"
    what = "Measure a trained model: loss, accuracy, accuracy by class."
    found = Parser("evaluate", usage=usage, description=what, epilog=EXAMPLES)
    found.add_argument("--weights", **WEIGHTS)
    images = found.add_argument_group("images")
    add_options(images, Images, ["data", "root", "batch_size", "ignore"], data="needed")
    text = "which part of the images (default: val, for validation)"
    images.add_argument("--split", choices=("train", "val", "test"), default="val", help=text)
    add_options(found.add_argument_group("this computer"), Machine)
    return found


def run(arguments: Sequence[str]) -> None:
    """Measure a model on one split of the images; the result goes to stdout."""
    options = parser().parse_args(arguments)
    options.data = find_data(options.data)
    images = Images(**pick(options, Images))
    machine = Machine(**pick(options, Machine))

    from vit_tutorial import pretrained, training
    from vit_tutorial.saving import load_model
    from vit_tutorial.training.processes import choose_device

    model = load_model(options.weights)
    check_fits(model.config, images.data)
    transform = pretrained.transform(model)
    loaders = images.load(model.config, machine.num_workers, transform)
    known = model.classes or model.config.num_classes
    if known not in (loaders.classes, len(loaders.classes)):
        raise ValueError(
            f"{options.weights} was trained on other classes: it has {known}, the images "
            f"have {loaders.classes}. Evaluate it on images of its own classes."
        )
    model.to(choose_device(machine.device))
    result = training.evaluate(model, getattr(loaders, options.split))
    print(report(result, options.split, loaders.classes))


def report(result: Evaluation, split: str, classes: tuple[str, ...]) -> str:
    """Loss, accuracy, and the accuracy of each class."""
    right = result.predictions == result.labels
    heading, *names = padded(["class", *classes])
    lines = [
        f"{split}: {len(right):,} images, loss {result.loss:.4f}, accuracy {result.accuracy:.2%}",
        "",
        f"{heading}  images  accuracy",
    ]
    for i, name in enumerate(names):
        mine = right[result.labels == i]
        accuracy = f"{mine.double().mean().item():.2%}" if len(mine) else "-"
        lines.append(f"{name}  {len(mine):6,}  {accuracy:>8}")
    return "\n".join(lines)
