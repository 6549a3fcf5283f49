"""Chapter 9: how long an answer takes out of the notebook, for several batch sizes, and what int8 changes.

    python experiments/latency.py

ViT-Ti/16 (224 pixels) in PyTorch, in ONNX Runtime, and in ONNX Runtime with int8 weights and activations (dynamic
quantisation), one thread each. They take turns, round after round; the time for one *image* is a share of that of
PyTorch with a batch of one in the same round: median and middle half. Besides: the bytes of both files, and the test
accuracy of vit-fashion with and without int8, with the share of its answers that change.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import record
import torch
from onnxruntime.quantization import quantize_dynamic

from vit_tutorial import VisionTransformer, ViTConfig, data, pretrained
from vit_tutorial.export import export

sys.path.append(str(Path(__file__).resolve().parents[1] / "benchmarks"))
from model import seconds

NAME, BATCHES = "ViT-Ti/16", (1, 2, 4, 8, 16, 32)
WAYS = ("PyTorch", "ONNX Runtime", "ONNX Runtime, int8")
Answer = Callable[[torch.Tensor], np.ndarray]


def session(path: Path) -> Answer:
    """A file's answers by ONNX Runtime with one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    runs = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda images: runs.run(None, {"images": images.numpy()})[0]


def ways(model: VisionTransformer, folder: Path) -> tuple[dict[str, Answer], dict[str, int]]:
    """The model's answers in each way, and the bytes of the two files."""
    exact = export(model, folder / "exact.onnx")
    small = folder / "int8.onnx"
    quantize_dynamic(exact, small)
    eager = torch.inference_mode()(lambda images: model(images).numpy())
    answers = dict(zip(WAYS, (eager, session(exact), session(small)), strict=True))
    return answers, {way: path.stat().st_size for way, path in zip(WAYS[1:], (exact, small), strict=True)}


def accuracies(folder: Path) -> dict[str, Any]:
    """Test accuracy of vit-fashion in each way, and the share of answers that int8 changes."""
    test = data.fashion_mnist().test
    answers, _ = ways(pretrained.load("vit-fashion").eval(), folder)
    found = {way: torch.from_numpy(answer(test.images)).argmax(dim=-1) for way, answer in answers.items()}
    right = {way: round((said == test.labels).float().mean().item(), 4) for way, said in found.items()}
    changed = (found["ONNX Runtime, int8"] != found["PyTorch"]).float().mean().item()
    return {"accuracy": right, "changed": round(changed, 4)}


def measure(answers: dict[str, Answer], batches: tuple[int, ...], rounds: int) -> list[dict[str, Any]]:
    """Time for one image, as a share of PyTorch's with a batch of one, for each way and batch size."""
    cases = [(way, batch) for way in answers for batch in batches]
    images = {batch: torch.randn(batch, 3, 224, 224) for batch in batches}
    tasks = {(way, batch): partial(answers[way], images[batch]) for way, batch in cases}
    for task in tasks.values():
        task()
    times = [{case: seconds(task) / case[1] for case, task in tasks.items()} for _ in range(rounds)]
    runs = []
    for way, batch in cases:
        shares = [each[way, batch] / each["PyTorch", batches[0]] for each in times]
        low, middle, high = statistics.quantiles(shares, n=4)
        spread = [round(share, 3) for share in (middle, low, high)]
        runs.append({"way": way, "batch": batch, "time": spread})
    return runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        clothes = accuracies(Path(folder))
        answers, size = ways(VisionTransformer(ViTConfig.named(NAME)).eval(), Path(folder))
        runs = measure(answers, BATCHES, options.rounds)
    for run in runs:
        print(run)
    print(record.write(Path(__file__).stem, runs, model=NAME, bytes=size, vit_fashion=clothes).name)


if __name__ == "__main__":
    main()
