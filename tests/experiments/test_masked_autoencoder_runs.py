"""What is said of the masked autoencoder stands in its stored runs, and those are whole and tuned."""

import sys

import numpy as np
import pytest
import torch
from places import ROOT
from sklearn.linear_model import LogisticRegression

from vit_tutorial import VisionTransformer, data
from vit_tutorial.masked_autoencoder import MaskedAutoencoder, load_example

sys.path.insert(0, str(ROOT / "experiments"))
import masked_autoencoder as experiment

RUNS = data.results("masked_autoencoder")["runs"]


def test_each_probe_is_there_once_for_each_seed_and_its_penalty_is_not_at_the_edge():
    cases = [
        (r["kind"], r["target"], r["labels"], r["depth"], r["seed"]) for r in RUNS if r["part"] == "probe"
    ]
    assert len(cases) == len(set(cases))
    for kind in ("pixels", *experiment.PRETRAINED):
        for target, numbers in experiment.TARGETS.items():
            for number in numbers:
                last = 0 if kind == "pixels" else experiment.LAST
                assert {c[4] for c in cases if c[:4] == (kind, target, number, last)} == set(experiment.SEEDS)
    edges = (experiment.PENALTIES[0], experiment.PENALTIES[-1])
    assert all(r["c"] not in edges for r in RUNS if r["part"] == "probe")


def test_each_fine_tuning_chose_its_rate_by_validation_images_of_the_first_seed():
    tuned = [r for r in RUNS if r["part"] == "fine-tuning"]
    cases = {(r["kind"], r["target"], r["labels"]) for r in tuned}
    models = experiment.FINE_TUNED
    assert cases == {(kind, t, n) for t in models for kind, numbers in models[t].items() for n in numbers}
    for kind, target, labels in cases:
        these = [r for r in tuned if (r["kind"], r["target"], r["labels"]) == (kind, target, labels)]
        first = {r["rate"]: r["val"] for r in these if r["seed"] == 0}
        chosen = [r for r in these if r["chosen"]]
        assert {r["seed"] for r in chosen} == set(experiment.SEEDS) and len({r["rate"] for r in chosen}) == 1
        rate = chosen[0]["rate"]
        assert first[rate] == max(first.values())
        at = experiment.RATES.index(rate)
        assert {experiment.RATES[at - 1], experiment.RATES[at + 1]} <= set(first)


def test_the_supervised_rival_got_as_much_arithmetic():
    vit = VisionTransformer(experiment.CONFIG)
    ours = experiment.EPOCHS * experiment.flops(MaskedAutoencoder(vit))
    theirs = experiment.supervised_epochs() * experiment.flops(vit)
    assert theirs == pytest.approx(ours, rel=0.1)
    epochs = {r["epochs"] for r in RUNS if r["part"] == "pretraining" and r["kind"] == "supervised"}
    assert epochs == {experiment.supervised_epochs()}


def test_a_probe_is_scikit_learns_with_the_penalty_that_validation_images_like_best():
    generator = np.random.default_rng(0)
    y = [generator.integers(0, 3, n) for n in (60, 200, 200)]
    x = [np.eye(3)[labels] + 0.8 * generator.normal(size=(len(labels), 3)) for labels in y]
    found = experiment.probe(x, y)
    mean, spread = x[0].mean(axis=0), x[0].std(axis=0)
    z = [(part - mean) / spread for part in x]
    scores = {
        c: LogisticRegression(C=c, max_iter=3000).fit(z[0], y[0]).score(z[1], y[1])
        for c in (1e-3, 1e-2, 0.1, 1, 10)
    }
    assert found["val"] == pytest.approx(max(scores.values()), abs=0.011)
    again = LogisticRegression(C=found["c"], max_iter=3000).fit(z[0], y[0])
    assert found["test"] == pytest.approx(again.score(z[2], y[2]), abs=1e-4)


def test_what_is_read_are_the_means_of_each_depth_and_the_tokens_side_by_side():
    torch.manual_seed(0)
    vit, images = VisionTransformer(experiment.CONFIG).eval(), data.fashion_mnist().val.images[:3]
    read = experiment.read(vit, images)
    assert [x.shape[1] for x in read] == [64] * (experiment.LAST + 1) + [49 * 64]
    with torch.no_grad():
        tokens = vit.tokens(images)
    assert np.allclose(read[experiment.LAST], tokens.mean(dim=1).numpy(), atol=1e-6)
    assert np.allclose(read[-1], tokens.flatten(1).numpy(), atol=1e-6)
    assert np.array_equal(experiment.read(None, images)[0], images.flatten(1).numpy())


def test_the_books_example_is_the_experiments():
    found = experiment.guessing(load_example(), seed=0)
    [stored] = [
        r for r in RUNS if r["part"] == "pretraining" and r["kind"] == "raw pixels" and r["seed"] == 0
    ]
    for name in ("error", "error_of_mean_patch"):
        assert found[name] == pytest.approx(stored[name], rel=5e-3)  # half precision
