"""How far what chapters 6 and 7 assert of their training runs spreads over seeds, kernels and threads.

    python experiments/spread.py --log experiments/spread.jsonl

Runs each chapter up to its exercises, with PyTorch's seeds shifted and its assertions off, and writes a line for each
run; which images are drawn stays the same. The margins beside the assertions come from here. A run that the log has is
not made again, so remove the log when a chapter changes: about half an hour on one core in all. "native" is what PyTorch
chooses by itself; in the log that is AVX-512. Without AVX the kinds of kernels are one and the same.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from itertools import product
from pathlib import Path
from typing import Any

import nbformat
import record
import torch

BOOK = Path(__file__).resolve().parents[1] / "book"
sys.path.append(str(BOOK))
from execute import execute, kernel_environment  # noqa: E402

KERNELS = {
    "native": {},
    "avx2": {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"},
    "default": {
        "ATEN_CPU_CAPABILITY": "default",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    },
}
RUNS = [*product(("native", "avx2", "default"), (0, 1, 2), (1,)), ("native", 3, 1), ("native", 4, 1)]
RUNS += [("native", 0, 2), ("avx2", 0, 2)]  # kernels, seed, threads
SHIFT_SEEDS = """
import torch

class Generator(torch.Generator):
    def manual_seed(self, seed):
        return super().manual_seed(seed + {shift})

torch.Generator, manual_seed = Generator, torch.manual_seed
torch.manual_seed = lambda seed: manual_seed(seed + {shift})
"""
MEASURES = {  # by chapter: what its assertions are about, after the last cell before the exercises
    "06_training": {
        "before": "before.val_accuracy[-1]",
        "after": "after.val_accuracy[-1]",
        "least lead in an epoch": "min(a - b for a, b in zip(after.val_accuracy, before.val_accuracy))",
        "from the table": "in_the_table(LADDER[-1], after)",
        "test": "result.accuracy",
        "validation - test": "after.val_accuracy[-1] - result.accuracy",
        "shirts' lead among the mistaken": "(lambda n: n[6] - max(n[:6] + n[7:]))(confused.sum(1).tolist())",
        "surest mistake": "worst[wrong].max().item()",
        "no zero_grad": "after_sixty(without_zero_grad)",
        "learning rate 1": "after_sixty(training_step, lr=1.0)",
        "memorizer, validation": "unknown",
    },
    "07_transfer_learning": {
        "fine-tuning": "accuracies['fine-tuning']",
        "scratch": "accuracies['scratch']",
        "lead of fine-tuning": "accuracies['fine-tuning'] - accuracies['scratch']",
        "fine-tuned, shifted": "shifted.accuracy",
        "probe's loss by treatment": "min(digits_right - score for _, score in costs.values())",
        "4 on white": "dict(predict(again, folder / 'four.png').top(10))['4']",
        "4 on black": "dict(predict(again, dark).top(10))['4']",
        "clothes after fine-tuning": "evaluate(back, clothes.loaders(500).test).accuracy",
    },
}


def measure(chapter: str, kernels: str, seed: int, threads: int) -> dict[str, float]:
    """Run a chapter up to its exercises and evaluate its measures."""
    notebook = nbformat.read(BOOK / "en" / f"{chapter}.ipynb", as_version=4)
    end = next(i for i, cell in enumerate(notebook.cells) if cell.id == "exercises")
    pairs = ", ".join(f"{name!r}: float({code})" for name, code in MEASURES[chapter].items())
    ask = nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({{{pairs}}}))", id="measures")
    shift = nbformat.v4.new_code_cell(SHIFT_SEEDS.format(shift=1000 * seed), id="seeds")
    notebook.cells = [shift, *notebook.cells[:end], ask]
    environment = {**kernel_environment(BOOK.parent), **KERNELS[kernels]}
    environment |= {"OMP_NUM_THREADS": str(threads), "PYTHONOPTIMIZE": "1"}  # without assertions
    asyncio.run(execute(notebook, chapter, BOOK / "en", environment, timeout=1800))
    return json.loads(notebook.cells[-1].outputs[-1].text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--log", type=Path, required=True)
    log: Path = parser.parse_args().log
    lines = log.read_text("utf8").splitlines() if log.is_file() else []
    done: list[dict[str, Any]] = [json.loads(line) for line in lines]
    keys = ("chapter", "kernels", "seed", "threads")
    for run in (dict(zip(keys, (chapter, *r), strict=True)) for r, chapter in product(RUNS, MEASURES)):
        if not any(all(old[key] == run[key] for key in keys) for old in done):
            measures = measure(*run.values())
            torch.set_num_threads(run["threads"])  # as in the chapter: the machine's description says it
            run |= {"machine": record.machine(), **{name: round(v, 4) for name, v in measures.items()}}
            with log.open("a", encoding="utf8") as file:
                print(json.dumps(run), file=file, flush=True)
            done.append(run)
    for chapter, measures in MEASURES.items():
        print(chapter)
        for name in measures:
            values = [run[name] for run in done if run["chapter"] == chapter]
            print(f"  {name:32} {min(values):8.3f} to {max(values):.3f}, {len(values)} runs")


if __name__ == "__main__":
    main()
