"""The experiment of chapter 7 on frozen features: its targets are what they are called, and the best was chosen."""

import sys
from statistics import fmean

import pytest
import torch
from places import ROOT
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from vit_tutorial import data

sys.path.insert(0, str(ROOT / "experiments"))
import frozen_features
from frozen_features import LABELS, SEEDS, SEEN, UNSEEN, WAYS, Setting

RUNS = data.results("frozen_features")["runs"]


CASES = [(target, way, labels) for target in LABELS for way in WAYS for labels in LABELS[target]]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_case_chose_the_best_setting_by_validation_among_all_its_neighbours(case):
    found: dict[Setting, list[dict]] = {}
    for r in RUNS:
        if (r["target"], r["way"], r["labels"]) == case:
            found.setdefault(Setting(r["c"], r["standardised"], r["copies"]), []).append(r)
    assert all([r["seed"] for r in runs] == list(SEEDS) for runs in found.values())
    [best] = [setting for setting, runs in found.items() if all(r["chosen"] for r in runs)]
    assert set(best.neighbours(case[1])) <= set(found)
    means = {setting: fmean(r["val"] for r in runs) for setting, runs in found.items()}
    assert means[best] == max(means.values())


def test_no_class_is_both_seen_and_unseen_and_all_ten_are_one():
    assert sorted(SEEN + UNSEEN) == list(range(10))


def test_some_classes_are_kept_and_numbered_anew():
    part = data.fashion_mnist().val
    kept = frozen_features.only(part, UNSEEN)
    assert kept.classes == tuple(part.classes[i] for i in UNSEEN) or list(kept.classes) == [
        part.classes[i] for i in UNSEEN
    ]
    assert torch.equal(
        torch.tensor(UNSEEN)[kept.labels], part.labels[torch.isin(part.labels, torch.tensor(UNSEEN))]
    )


@pytest.mark.parametrize(("by", "number"), [(0, 1), (2, 9), (4, 25)])
def test_copies_hold_the_image_itself_and_its_moves(by, number):
    images, labels = frozen_features.draw("digits", 2, 0, by)
    few = data.digits(28).train.draw(2, 0)
    assert images.shape == (20 * number, 1, 28, 28) and labels.tolist() == few.labels.tolist() * number
    copies = images.view(number, 20, 1, 28, 28)
    assert torch.equal(copies[number // 2], few.images)  # the middle one is not moved
    if by:
        assert torch.equal(copies[0][..., by:, by:], few.images[..., :-by, :-by])  # moved down and right


def test_the_pixels_score_is_scikit_learns():
    few, test = data.digits(28).train.draw(5, 0), data.digits(28).test
    scaler = StandardScaler().fit(few.images.flatten(1))
    theirs = LogisticRegression(C=0.01, max_iter=2_000).fit(
        scaler.transform(few.images.flatten(1)), few.labels
    )
    prepare = frozen_features.inputs("pixels", "digits", 0, ROOT)
    ours = frozen_features.fit("pixels", "digits", 5, Setting(0.01, True, 0), 0, prepare)
    assert ours["test"] == pytest.approx(
        theirs.score(scaler.transform(test.images.flatten(1)), test.labels), abs=1e-4
    )
