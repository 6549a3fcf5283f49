"""Chapter 7: the weights of `pretrained.load("vit-fashion")`, out of a finished training run.

    python -m vit_tutorial train --config experiments/vit_fashion.json --out runs/vit-fashion
    python experiments/vit_fashion.py runs/vit-fashion

The run takes about an hour on one core, minutes on a GPU; `--resume` goes on with one that was interrupted. This
script takes the epoch with the best validation accuracy, stores its weights in half precision, asks the test
images once, in both precisions, and writes weights, checksum, curve and the numbers of the model card.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import record
import torch

from vit_tutorial import History, VisionTransformer, data, evaluate, pretrained
from vit_tutorial.saving import load_model, save_model, write_atomically
from vit_tutorial.training import Evaluation

ASSETS = record.RESULTS.parent / "vit_fashion"
NUMBERS = re.compile(r"(?<=<!-- numbers -->\n).*?(?=<!-- end of numbers -->)", re.DOTALL)


def pack(run: Path) -> None:
    """Store the best weights in half precision, and their checksum."""
    path = save_model(load_model(run / "best.safetensors").half(), ASSETS / "model.safetensors")
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    text = f"{checksum}  {path.name}\n"  # as sha256sum writes and checks it
    write_atomically(ASSETS / f"{path.name}.sha256", lambda half: half.write_text(text))


def measure(full: VisionTransformer, half: VisionTransformer) -> dict[str, Any]:
    """Accuracy of both precisions on validation and test images, and by class."""
    loaders = data.fashion_mnist(full=True).loaders(batch_size=500)
    found = {}
    for split in ("val", "test"):
        result = evaluate(half, getattr(loaders, split))
        found[f"{split}_accuracy"] = result.accuracy
        found[f"{split}_accuracy_float32"] = evaluate(full, getattr(loaders, split)).accuracy
    found["test_accuracy_by_class"] = by_class(result, loaders.classes)
    return found


def by_class(result: Evaluation, classes: tuple[str, ...]) -> dict[str, float]:
    """Share of each class's images that are recognised."""
    right = (result.predictions == result.labels).double()
    return {name: round(right[result.labels == i].mean().item(), 4) for i, name in enumerate(classes)}


def epochs(history: History) -> list[dict[str, float]]:
    """One entry for each epoch; the learning rate is that of its last step."""
    steps = len(history.step_loss) // history.epochs
    return [
        {
            "epoch": i + 1,
            "learning_rate": round(history.step_learning_rate[(i + 1) * steps - 1], 7),
            **{
                name: round(getattr(history, name)[i], 4)
                for name in ("train_loss", "train_accuracy", "val_loss", "val_accuracy")
            },
        }
        for i in range(history.epochs)
    ]


def numbers(found: dict[str, Any], history: History) -> str:
    """The part of the model card that this script writes."""
    rows = "".join(f"| {name} | {share:.1%} |\n" for name, share in found["test_accuracy_by_class"].items())
    return (
        f"Best of {history.epochs} epochs by validation accuracy: epoch {history.best_epoch}.\n\n"
        "| images | half precision | float32 |\n| --- | --- | --- |\n"
        f"| validation, 5,000 | {found['val_accuracy']:.2%} | {found['val_accuracy_float32']:.2%} |\n"
        f"| test, 10,000 | {found['test_accuracy']:.2%} | {found['test_accuracy_float32']:.2%} |\n\n"
        f"| class (1,000 test images each) | recognised |\n| --- | --- |\n{rows}"
    )


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, help="the folder of the training run")
    run = parser.parse_args().run
    history = History.from_dict(json.loads((run / "history.json").read_text("utf8")))
    pack(run)
    found = measure(load_model(run / "best.safetensors"), pretrained.load("vit-fashion"))
    record.write("vit_fashion", epochs(history), best_epoch=history.best_epoch, **found)
    card = ASSETS / "README.md"
    text = NUMBERS.sub(lambda _: numbers(found, history), card.read_text("utf8"))
    write_atomically(card, lambda half: half.write_text(text, encoding="utf8"))
    print(numbers(found, history))


if __name__ == "__main__":
    main()
