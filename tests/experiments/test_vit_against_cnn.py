"""The experiment of chapter 6: the models are of one size, each rate is tuned inside the grid, nobody's budget differs."""

import math
import sys

import pytest
from places import ROOT

from vit_tutorial import data

sys.path.insert(0, str(ROOT / "experiments"))
import record
import vit_against_cnn
from vit_against_cnn import BATCH, EPOCHS, MODELS, RATES, SEEDS, SIZES, STEPS, budgets, multiplications

RESULTS = data.results("vit_against_cnn")
CASES = [(name, images, budget) for name in MODELS for images in SIZES for budget in budgets(images)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_case_chose_the_best_rate_by_validation_and_tried_both_its_neighbours(case):
    runs = [r for r in RESULTS["runs"] if (r["name"], r["images"], r["budget"]) == case]
    assert {r["epochs"] for r in runs} == {budgets(case[1])[case[2]]}
    tried = {r["rate"]: r["val"] for r in runs if r["seed"] == SEEDS[0]}
    chosen = [r for r in runs if r["chosen"]]
    [best] = {r["rate"] for r in chosen}
    assert [r["seed"] for r in chosen] == list(SEEDS)
    assert tried[best] == max(tried.values())
    place = RATES.index(best)
    assert {RATES[place - 1], RATES[place + 1]} <= set(tried) and 0 < place < len(RATES) - 1


@pytest.mark.parametrize("images", SIZES)
def test_the_budgets_are_what_their_names_say(images):
    steps_per_epoch = math.ceil(images / BATCH)
    steps, epochs = budgets(images).values()
    assert abs(steps * steps_per_epoch - STEPS) <= steps_per_epoch / 2 and epochs == EPOCHS


def test_the_models_have_as_many_parameters_to_within_a_tenth():
    sizes = [sum(p.numel() for p in build().parameters()) for build in MODELS.values()]
    assert max(sizes) < 1.1 * min(sizes)


def vit_multiplications(patches: int, dim: int = 64, depth: int = 4, mlp_dim: int = 128) -> int:
    """By hand: T tokens, N of them patches of 784 / N pixels; the read-out has ten classes."""
    tokens = patches + 1
    block = 4 * tokens * dim**2 + 2 * tokens**2 * dim + 2 * tokens * dim * mlp_dim
    return 784 * dim + depth * block + 10 * dim


def cnn_multiplications(widths: tuple[int, ...] = (32, 64, 219)) -> int:
    """By hand: a 3×3 convolution at each place of 28×28, 14×14, 7×7, and a read-out of ten classes."""
    channels = (1, *widths)
    places = (28**2, 14**2, 7**2)
    layers = zip(places, channels[:-1], channels[1:], strict=True)
    return sum(9 * n * before * after for n, before, after in layers) + 10 * widths[-1]


def test_the_multiplications_are_those_of_the_formulas():
    by_hand = {f"ViT, {n} patches": vit_multiplications(n) for n in (4, 16, 49)}
    by_hand["CNN"] = cnn_multiplications()
    assert RESULTS["multiplications"] == {name: multiplications(name) for name in MODELS} == by_hand


def test_the_other_seeds_train_with_the_best_rate_alone(tmp_path, monkeypatch):
    calls = []

    def fit(name, images, epochs, rate, seed):
        calls.append((rate, seed))
        return {"train": 1.0, "val": 0.9 - abs(rate - 1e-3), "test": 0.8}

    monkeypatch.setattr(vit_against_cnn, "fit", fit)
    log = record.Log(tmp_path / "log.jsonl")
    runs = vit_against_cnn.tune(log, "CNN", 500, EPOCHS)
    assert [(r["rate"], r["seed"]) for r in runs if r["chosen"]] == [(1e-3, seed) for seed in SEEDS]
    assert sorted(calls) == sorted([(3e-4, 0), (3e-3, 0), (1e-2, 0)] + [(1e-3, seed) for seed in SEEDS])
    assert vit_against_cnn.tune(log, "CNN", 500, EPOCHS) == runs and len(calls) == 6  # all out of the log
