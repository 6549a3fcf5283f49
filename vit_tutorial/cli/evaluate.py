"""`python -m vit_tutorial evaluate`: loss and accuracy of a trained model."""

from __future__ import annotations

from collections.abc import Sequence

from vit_tutorial.cli.options import Parser, add_options, pick
from vit_tutorial.cli.settings import Images, Machine, check_fits, find_data

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
    found.add_weights()
    images = found.add_argument_group("images")
    add_options(images, Images, ["data", "root", "batch_size"], data="needed")
    splits = ("train", "val", "test")
    text = "which part of the images (default: val, for validation)"
    images.add_argument("--split", choices=splits, default="val", help=text)
    add_options(
        found.add_argument_group("this computer"), Machine, ["device", "num_workers"]
    )
    return found


def run(arguments: Sequence[str]) -> None:
    """Measure a model on one split of the images; the result goes to stdout."""
    options = parser().parse_args(arguments)
    options.data = find_data(options.data)
    images = Images(**pick(options, Images))
    machine = Machine(**pick(options, Machine))

    from vit_tutorial import pretrained, training
    from vit_tutorial.cli.report import report
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
