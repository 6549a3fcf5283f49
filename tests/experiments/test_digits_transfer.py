"""The experiment of chapter 7: both ways begin as they should, are tuned alike, and fine-tuning is ahead of scratch."""

import json
import sys
from itertools import product
from statistics import fmean

import pytest
import torch
from places import ROOT

from vit_tutorial import data

sys.path.insert(0, str(ROOT / "experiments"))
import digits_transfer
import record
from digits_transfer import LABELS, SEEDS, START, STEPS, WAYS, Setting

RUNS = data.results("digits_transfer")["runs"]
CASES = list(product(WAYS, STEPS, LABELS))


def of(way: str, steps: int, labels: int) -> dict[Setting, list[dict]]:
    """The runs of a case by their setting."""
    found: dict[Setting, list[dict]] = {}
    for r in RUNS:
        if (r["way"], r["steps"], r["labels"]) == (way, steps, labels):
            found.setdefault(Setting(r["rate"], r["backbone"], r["augmented"]), []).append(r)
    return found


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_case_chose_the_best_setting_by_validation_among_all_its_neighbours(case):
    found = of(*case)
    [best] = [setting for setting, runs in found.items() if runs[0]["chosen"]]
    assert [r["seed"] for r in found[best]] == list(SEEDS) and all(r["chosen"] for r in found[best])
    assert set(best.neighbours(case[0])) | {START} <= set(found)
    start = {r["seed"]: r["val"] for r in found[START]}
    ahead = {s: [r["val"] - start[r["seed"]] for r in runs] for s, runs in found.items()}
    assert fmean(ahead[best]) == max(map(fmean, ahead.values()))
    for setting, seeds in ahead.items():  # given up only where it was behind
        assert len(seeds) == 3 or seeds[-1] < -digits_transfer.BEHIND, setting


def accuracy(way: str, steps: int, labels: int) -> float:
    return fmean(r["test"] for runs in of(way, steps, labels).values() for r in runs if r["chosen"])


@pytest.mark.parametrize("case", [case[1:] for case in CASES if case[0] == "scratch"], ids=str)
def test_fine_tuning_is_ahead_of_scratch_with_the_same_steps(case):
    assert accuracy("fine-tuning", *case) > accuracy("scratch", *case)


def test_patience_brings_scratch_nearer():
    ahead = {s: accuracy("fine-tuning", s, 20) - accuracy("scratch", s, 20) for s in STEPS}
    assert ahead[1_200] < ahead[300] / 5


def test_a_log_goes_on_where_it_was(tmp_path, monkeypatch):
    calls = []

    def fit(way, steps, labels, setting, seed):
        calls.append((setting, seed))
        return {"val": 0.9 - abs(setting.rate - 1e-3) - 0.01 * seed, "test": 0.5}

    monkeypatch.setattr(digits_transfer, "fit", fit)
    path = tmp_path / "runs" / "log.jsonl"
    first = digits_transfer.tune(record.Log(path), "scratch", 300, 2)
    number = len(calls)
    assert len(path.read_text("utf8").splitlines()) == number == len(set(calls))
    assert digits_transfer.tune(record.Log(path), "scratch", 300, 2) == first and len(calls) == number
    assert {r["rate"] for r in first if r["chosen"]} == {1e-3}
    assert json.loads(path.read_text("utf8").splitlines()[0]).keys() == first[0].keys() - {"chosen"}


def test_a_setting_that_is_behind_with_one_seed_gets_no_other(tmp_path, monkeypatch):
    def fit(way, steps, labels, setting, seed):
        return {"val": 0.9 if setting == START else 0.8, "test": 0.5}

    monkeypatch.setattr(digits_transfer, "fit", fit)
    runs = digits_transfer.tune(record.Log(tmp_path / "log.jsonl"), "scratch", 300, 2)
    assert sum(Setting(r["rate"], r["backbone"], r["augmented"]) == START for r in runs) == 3
    assert len(runs) == 3 + len(START.neighbours("scratch"))


def test_the_ways_begin_as_they_should():
    tuned, scratch = (digits_transfer.build(way) for way in ("fine-tuning", "scratch"))
    assert all(p.requires_grad for p in [*tuned.parameters(), *scratch.parameters()])
    name = "encoder.blocks.0.mlp.linear1.weight"
    known = digits_transfer.pretrained.load("vit-fashion").state_dict()[name]
    assert torch.equal(tuned.state_dict()[name], known)
    assert not torch.equal(scratch.state_dict()[name], known)
    assert all(not model.head.weight.any() for model in (tuned, scratch))
