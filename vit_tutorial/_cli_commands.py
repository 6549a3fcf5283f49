"""What the commands do: train, evaluate, predict. Results go to stdout, progress to stderr."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vit_tutorial import pretrained
from vit_tutorial._cli_data import load_images
from vit_tutorial._cli_model import check_fits
from vit_tutorial._cli_options import Machine, given
from vit_tutorial._cli_report import padded, report, summary
from vit_tutorial._cli_settings import (
    Settings,
    contradiction,
    data_settings,
    processes_now,
    read_config,
)
from vit_tutorial.config import ViTConfig
from vit_tutorial.data import Loaders
from vit_tutorial.model import VisionTransformer
from vit_tutorial.prediction import predict
from vit_tutorial.saving import load_model
from vit_tutorial.training import evaluate, train
from vit_tutorial.training.processes import (
    Place,
    choose_device,
    first_process_first,
    process_group,
)
from vit_tutorial.training.run_folder import RunFolder
from vit_tutorial.training.seeding import set_seed

CONFIG = "config.json"


def train_command(arguments: argparse.Namespace) -> None:
    """Train a model as the options say, or go on with the run in a folder."""
    settings = _settings(arguments)
    with process_group(settings.machine.device) as place:
        config = ViTConfig(**settings.model)
        with first_process_first(place):  # it may have to download them
            loaders = load_images(settings.data, config, settings.machine)
        model = _new_model(settings, loaders.classes)
        if place.rank == 0 and not arguments.resume:
            settings.write(arguments.out / CONFIG)
        if place.rank == 0 and not arguments.quiet:
            print(_announcement(model, loaders, settings, place), file=sys.stderr)
        history = train(
            model,
            loaders.train,
            loaders.val,
            settings.recipe,
            device=place.device,
            out=arguments.out,
            resume=arguments.resume,
            progress=not arguments.quiet,
        )
        if place.rank == 0:
            print(summary(history, arguments.out))


def evaluate_command(arguments: argparse.Namespace) -> None:
    """Measure a model on one split of the images."""
    options = given(arguments)
    settings = data_settings(options["data"])
    machine = Machine(**options["machine"])
    _require_one_process("evaluate")
    model = load_model(arguments.weights)
    check_fits(vars(model.config), settings.name)
    transform = pretrained.transform(model)
    loaders = load_images(settings, model.config, machine, transform)
    _require_same_classes(model, loaders.classes, arguments.weights)
    model.to(choose_device(machine.device))
    result = evaluate(model, getattr(loaders, arguments.split))
    print(report(result, arguments.split, loaders.classes))


def predict_command(arguments: argparse.Namespace) -> None:
    """Name the most likely classes of each image."""
    _require_one_process("predict")
    model = load_model(arguments.weights)
    model.to(choose_device(given(arguments)["machine"].get("device")))
    for i, image in enumerate(arguments.image):
        top = predict(model, image).top(arguments.top)
        names = padded([name for name, _ in top])
        print("\n" * (i > 0) + str(image))
        for name, (_, probability) in zip(names, top, strict=True):
            print(f"  {name}  {probability:7.2%}")


def _settings(arguments: argparse.Namespace) -> Settings:
    """From the folder of the run to resume, or from file and options for a new one."""
    out, options = arguments.out, given(arguments)
    file = read_config(arguments.config) if arguments.config else {}
    if not arguments.resume:
        if RunFolder(out).last() is not None:
            raise ValueError(
                f"{out} holds a run already. Go on with it by --resume, or name another "
                "folder."
            )
        return Settings.from_layers(file, options)
    if not (out / CONFIG).is_file():
        raise ValueError(
            f"{out} holds no {CONFIG}, so there is no run to resume. Check --out, or "
            "start one without --resume."
        )
    stored = read_config(out / CONFIG)
    wrong = contradiction(stored, file, options)
    if wrong:
        raise ValueError(
            f"the options contradict the run in {out}: {wrong}. --resume needs none of "
            "them; for another run name another folder."
        )
    machine = {"machine": file.get("machine", {}) | options["machine"]}
    return Settings.from_layers(stored, machine)


def _new_model(settings: Settings, classes: tuple[str, ...]) -> VisionTransformer:
    set_seed(settings.recipe.seed)
    return VisionTransformer(ViTConfig(**settings.model, num_classes=len(classes)))


def _require_one_process(command: str) -> None:
    if processes_now() > 1:
        raise ValueError(
            f"{command} runs in one process: start it by python, not by torchrun."
        )


def _require_same_classes(
    model: VisionTransformer, classes: tuple[str, ...], weights: Path
) -> None:
    known = model.classes or model.config.num_classes
    if known not in (classes, len(classes)):
        raise ValueError(
            f"{weights} was trained on other classes: it has {known}, the images have "
            f"{classes}. Evaluate it on images of its own classes."
        )


def _announcement(
    model: VisionTransformer, loaders: Loaders, settings: Settings, place: Place
) -> str:
    parameters = sum(parameter.numel() for parameter in model.parameters())
    processes = f"{place.size} process" + "es" * (place.size > 1)
    return (
        f"{parameters:,} parameters, {len(loaders.train.dataset):,} images for training "
        f"and {len(loaders.val.dataset):,} for validation, {len(loaders.classes)} "
        f"classes; {processes} on {place.device.type}, batches of "
        f"{settings.data.batch_size}"
    )
