"""`python -m vit_tutorial evaluate`: loss, accuracy and confusions of a trained model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vit_tutorial.cli.options import DEVICE, WEIGHTS, Parser, add_options, pick
from vit_tutorial.cli.settings import Images, find_data
from vit_tutorial.tables import Table, printable

if TYPE_CHECKING:
    from vit_tutorial.training.evaluation import Evaluation

EXAMPLES = """\
examples:
  python -m vit_tutorial evaluate --data fashion-mnist \\
    --weights runs/first/best.safetensors
  python -m vit_tutorial evaluate --data photos --split test \\
    --weights runs/photos/best.safetensors

Choose between models by --split val. The test images are for the last word:
once you choose by them, they no longer say how good a model is on new images."""


def parser() -> Parser:
    """The options of this command."""
    usage = "%(prog)s --weights FILE --data NAME [options]"
    what = "Measure a trained model: loss, accuracy, what it takes for what."
    found = Parser("evaluate", usage=usage, description=what, epilog=EXAMPLES)
    found.add_argument("--weights", **WEIGHTS)
    names = ["data", "root", "batch_size", "ignore", "num_workers"]
    add_options(found.add_argument_group("images"), Images, names, data="needed")
    how = {"choices": ("train", "val", "test", "all"), "default": "val", "metavar": "NAME"}
    found.add_argument("--split", help="train, val (the default), test, or all three together", **how)
    found.add_argument("--json", action="store_true", help="one JSON object, for other programs")
    found.add_argument("--device", type=str | None, **DEVICE)
    return found


def run(arguments: Sequence[str]) -> None:
    """Measure a model on one split of the images; the result goes to stdout."""
    options = parser().parse_args(arguments)
    options.data = find_data(options.data)
    images = Images(**pick(options, Images))

    from torch.utils.data import ConcatDataset, DataLoader

    from vit_tutorial import pretrained, training
    from vit_tutorial.saving import load_model
    from vit_tutorial.training.processes import choose_device

    model = load_model(options.weights)
    loaders = images.load(model.config, pretrained.transform(model))
    known = model.classes or model.config.num_classes
    if known not in (loaders.classes, len(loaders.classes)):
        raise ValueError(
            f"{options.weights} was trained on other classes: it has {known}, the images have {loaders.classes}. Give images of its own."
        )
    sets = {name: part.dataset for name, part in loaders._asdict().items()}
    sets["all"] = ConcatDataset(sets.values())
    loader = DataLoader(sets[options.split], images.batch_size, num_workers=images.num_workers)
    result = training.evaluate(model.to(choose_device(options.device)), loader)
    print((as_json if options.json else report)(result, options.split, loaders.classes))


def report(result: Evaluation, split: str, classes: tuple[str, ...]) -> str:
    """Loss, accuracy, the accuracy of each class, and what is most often taken for what."""
    names, counts = [printable(name) for name in classes], _confusion(result)
    rows = {
        name: (f"{sum(row):,}", f"{row[i] / sum(row):.2%}" if sum(row) else "-")
        for i, (name, row) in enumerate(zip(names, counts, strict=True))
    }
    whole = f"{len(result.labels):,} images, loss {result.loss:.4f}, accuracy {result.accuracy:.2%}"
    lines = [f"{split}: {whole}", "", str(Table(["class", "images", "accuracy"], rows))]
    wrong = [(n, i, j) for i, row in enumerate(counts) for j, n in enumerate(row) if n and i != j]
    lines += ["", "most often confused:"] if wrong else []
    most = sorted(wrong, reverse=True, key=lambda each: each[0])[:5]
    return "\n".join([*lines, *(f"  {n} × {names[i]} taken for {names[j]}" for n, i, j in most)])


def as_json(result: Evaluation, split: str, classes: tuple[str, ...]) -> str:
    """The same for other programs: `confusion[i][j]` images of class i were taken for class j."""
    found = {"split": split, "images": len(result.labels), "loss": result.loss, "accuracy": result.accuracy}
    return json.dumps(found | {"classes": classes, "confusion": _confusion(result)}, ensure_ascii=False)


def _confusion(result: Evaluation) -> list[list[int]]:
    from sklearn.metrics import confusion_matrix

    return confusion_matrix(result.labels, result.predictions, labels=range(result.logits.shape[1])).tolist()
