"""The experiment of chapter 7: its results are complete, chosen by validation, and better than the first trial's."""

from __future__ import annotations

import json
import sys
from itertools import product
from statistics import mean

import pytest
import torch
from places import ROOT

from vit_tutorial import data

sys.path.insert(0, str(ROOT / "experiments"))
import digits_transfer

RUNS = data.results("digits_transfer")["runs"]
WAYS = ("scratch", "linear probe", "fine-tuning")
TRIAL = {"scratch": (0.53, 0.75, 0.82, 0.76), "fine-tuning": (0.73, 0.84, 0.93, 0.93)}


def of(way: str, labels: int) -> list[dict]:
    return [r for r in RUNS if (r["way"], r["labels"]) == (way, labels)]


def accuracy_of(way: str, labels: int) -> float:
    return mean(r["test"] for r in of(way, labels) if "test" in r)


@pytest.mark.parametrize(("way", "labels"), [*product(WAYS, digits_transfer.LABELS)])
def test_each_way_has_six_settings_of_three_seeds_and_the_best_by_validation_met_the_test(way, labels):
    groups: dict[tuple, list[dict]] = {}
    for r in of(way, labels):
        groups.setdefault((r["rate"], r["backbone"], r["augmented"]), []).append(r)
    assert set(groups) == {(*p, a) for p, a in product(digits_transfer.SETTINGS[way], (False, True))}
    assert all(sorted(r["seed"] for r in runs) == [0, 1, 2] for runs in groups.values())
    means = {setting: mean(r["val"] for r in runs) for setting, runs in groups.items()}
    asked = [setting for setting, runs in groups.items() if all("test" in r for r in runs)]
    assert len(asked) == 1 and means[asked[0]] == max(means.values())
    assert sum("test" in r for r in of(way, labels)) == 3


@pytest.mark.parametrize("labels", digits_transfer.LABELS)
def test_scratch_had_a_second_chance_with_its_best_setting(labels):
    [setting] = {(r["rate"], r["augmented"]) for r in of("scratch", labels) if "test" in r}
    runs = of("scratch, 4× steps", labels)
    assert {(r["rate"], r["augmented"]) for r in runs} == {setting} and len(runs) == 3


@pytest.mark.parametrize("i", range(4))
def test_both_beat_the_first_trial_and_fine_tuning_is_ahead(i):
    labels = digits_transfer.LABELS[i]
    assert accuracy_of("fine-tuning", labels) > TRIAL["fine-tuning"][i]
    assert accuracy_of("fine-tuning", labels) > accuracy_of("scratch", labels)


def test_a_log_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(digits_transfer, "STEPS", 2)
    calls = []

    def fit(*arguments):
        calls.append(arguments)
        return original(*arguments)

    original = digits_transfer.fit
    monkeypatch.setattr(digits_transfer, "fit", fit)
    path, setting = tmp_path / "runs" / "log.jsonl", (1e-2, 0.0, True)
    first = digits_transfer.Log(path).measure("linear probe", 2, setting, seed=1)
    assert set(first) == {"way", "labels", "rate", "backbone", "augmented", "seed", "val"}
    again = digits_transfer.Log(path)
    assert again.measure("linear probe", 2, setting, seed=1) == first and len(calls) == 1
    tested = again.measure("linear probe", 2, setting, seed=1, test=True)
    assert tested == first | {"test": tested["test"]} and len(calls) == 2  # trained again: the same
    assert [json.loads(line) for line in path.read_text("utf8").splitlines()] == [first, tested]


def test_the_ways_begin_as_they_should():
    probe, tuned, scratch = (digits_transfer.build(way, share) for way, share in
                             (("linear probe", 0.0), ("fine-tuning", 0.3), ("scratch", 1.0)))  # fmt: skip
    assert [n for n, p in probe.named_parameters() if p.requires_grad] == ["head.weight", "head.bias"]
    assert all(p.requires_grad for p in [*tuned.parameters(), *scratch.parameters()])
    name = "encoder.blocks.0.mlp.linear1.weight"
    weights = [
        model.state_dict().get(name, next(iter(model.parameters()))) for model in (probe, tuned, scratch)
    ]
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])
    assert all(not model.head.weight.any() for model in (probe, tuned, scratch))
