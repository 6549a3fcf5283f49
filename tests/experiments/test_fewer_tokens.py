"""Merging and dropping tokens do what they say, and the stored runs were chosen by validation alone."""

import sys

import pytest
import torch
from places import ROOT

from vit_tutorial import data

sys.path.insert(0, str(ROOT / "experiments"))
import fewer_tokens


def test_merging_two_equal_tokens_leaves_the_others_alone():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, 8, 5, generator=generator)
    x[0, 4] = x[0, 3]  # patches 2 and 3: one even, one odd
    merged = fewer_tokens.merge(x, 1)
    assert merged.shape == (1, 7, 5)
    rows = {tuple(row.tolist()) for row in x[0]}
    assert {tuple(row.tolist()) for row in merged[0]} == rows
    assert torch.equal(merged[:, 0], x[:, 0])


def test_merged_tokens_are_the_mean_of_all_that_meet():
    x = torch.zeros(1, 5, 2)
    x[0, 1:] = torch.tensor([[1.0, 0], [2, 0], [3, 0], [0, 1]])  # evens: 1, 3; odds: 2 and another
    merged = fewer_tokens.merge(x, 2)
    assert merged[0, 1:].tolist() == [[2.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize("way", [fewer_tokens.merge, fewer_tokens.drop])
def test_r_tokens_go_and_the_class_token_stays(way):
    x = torch.randn(3, 10, 4)
    fewer = way(x, 4)
    assert fewer.shape == (3, 6, 4)
    assert torch.equal(fewer[:, 0], x[:, 0])


def test_without_fewer_tokens_the_model_is_the_model():
    vit = fewer_tokens.build("16 patches").eval()
    torch.nn.init.normal_(vit.head.weight)
    images = torch.randn(2, 1, 28, 28)
    same = fewer_tokens.Fewer(vit, lambda x, r: x, 0)
    assert torch.allclose(same(images), vit(images), atol=1e-6)


def test_the_stored_runs_are_chosen_by_validation():
    runs = data.results("fewer_tokens")["runs"]
    assert {run["kind"] for run in runs} == set(fewer_tokens.TRAININGS)
    for kind in fewer_tokens.TRAININGS:
        first = [run for run in runs if run["kind"] == kind and run["seed"] == 0]
        chosen = [run for run in runs if run["kind"] == kind and run["chosen"]]
        assert sorted(run["seed"] for run in chosen) == list(fewer_tokens.SEEDS)
        [best] = {run["rate"] for run in chosen}
        assert best == max(first, key=lambda run: run["val"])["rate"]
        tried = sorted(run["rate"] for run in first)
        assert tried[0] < best < tried[-1], "the best rate lies at the edge of what was tried"
