"""The law is fitted to small cases alone, and what it predicts was written down before."""

import sys

import numpy as np
import pytest
from places import ROOT

from vit_tutorial import data

sys.path.insert(0, str(ROOT / "experiments"))
import scaling_laws


def test_the_fit_finds_a_law_that_is_there():
    law = {"E": 0.2, "A": 30.0, "a": 0.6, "B": 12.0, "b": 0.4}
    n, d = map(np.ravel, np.meshgrid(10.0 ** np.arange(3, 7), 10.0 ** np.arange(2, 6)))
    found = scaling_laws.fit(n, d, scaling_laws.predicted(law, n, d))
    assert found == pytest.approx(law, rel=0.02)


def test_parameters_are_those_of_the_encoder():
    assert scaling_laws.parameters(16) == sum(p.numel() for p in scaling_laws.model(16).encoder.parameters())
    assert scaling_laws.parameters(32) > 3 * scaling_laws.parameters(16)


def test_the_stored_law_is_the_fit_to_the_small_cases_and_its_predictions_follow_from_it():
    stored = data.results("scaling_laws")
    small = [run for run in stored["runs"] if not run.get("predicted")]
    assert {run["width"] for run in small} == set(scaling_laws.WIDTHS)
    assert {run["images"] for run in small} == set(scaling_laws.IMAGES)
    n, d, loss = scaling_laws.means(small)
    law = stored["law"]
    ours = scaling_laws.predicted(scaling_laws.fit(n, d, loss), n, d)
    assert scaling_laws.predicted(law, n, d) == pytest.approx(ours, rel=0.01)
    for guess in stored["predictions"]:
        width, images = guess["prediction"]
        assert (width, images) in scaling_laws.LARGER
        n = scaling_laws.parameters(width)
        assert guess["test_loss"] == pytest.approx(scaling_laws.predicted(law, n, images), rel=1e-6)


def test_the_stored_runs_are_chosen_by_validation_and_within_what_was_tried():
    runs = data.results("scaling_laws")["runs"]
    for case in {(run["width"], run["images"]) for run in runs}:
        own = [run for run in runs if (run["width"], run["images"]) == case]
        [epochs] = {run["epochs"] for run in own if run["chosen"]}
        first = [run for run in own if run["seed"] == 0]
        assert epochs == min(first, key=lambda run: run["val_loss"])["epochs"]
        tried = sorted(run["epochs"] for run in first)
        assert tried[0] < epochs < tried[-1]
