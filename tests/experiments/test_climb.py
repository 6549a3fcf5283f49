"""Tuning one thing at a time: it finds the top, asks once for each setting, and refuses an edge."""

import sys

import pytest
from places import ROOT

sys.path.insert(0, str(ROOT / "experiments"))
from climb import beside, climb

RATES = (1e-4, 1e-3, 1e-2, 1e-1)


def test_the_top_of_a_hill_is_found_and_each_setting_is_asked_once():
    asked = []

    def score(setting: tuple[int, int]) -> float:
        asked.append(setting)
        x, y = setting
        return -((x - 3) ** 2) - (y + 2) ** 2

    def neighbours(setting: tuple[int, int]) -> list[tuple[int, int]]:
        x, y = setting
        return [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]

    assert climb((0, 0), neighbours, score) == (3, -2)
    assert len(asked) == len(set(asked)) and {(4, -2), (2, -2), (3, -1), (3, -3)} <= set(asked)


def test_of_two_equals_it_stays():
    assert climb(0, lambda x: [x - 1, x + 1], lambda x: 1.0) == 0


def test_the_values_beside_one():
    assert beside(RATES, 1e-2) == [1e-3, 1e-1]


@pytest.mark.parametrize("edge", [1e-4, 1e-1])
def test_a_best_value_at_the_edge_is_refused(edge):
    with pytest.raises(ValueError, match=rf"{edge} is the best .* lies at the edge"):
        climb(1e-2, lambda rate: beside(RATES, rate), lambda rate: -abs(rate - edge))
