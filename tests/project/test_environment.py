"""The other environments: made by their own Python alone, and unchanged by the package."""

from __future__ import annotations

import sys

import environment
import pytest


@pytest.mark.parametrize("name", environment.PYTHONS)
def test_another_python_is_refused_before_anything_is_made(name, capsys, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 12, 4))
    assert environment.main([name]) == 2
    version = ".".join(map(str, environment.PYTHONS[name]))
    assert f"this is 3.12: make environment NAME={name} PYTHON=python{version}" in capsys.readouterr().err


def test_an_unknown_name_is_refused(capsys):
    assert environment.main(["kaggle"]) == 2
    assert "Name one of colab, lowest." in capsys.readouterr().err


def test_each_has_its_list():
    assert {path.stem for path in environment.LISTS.glob("*.txt")} == environment.PYTHONS.keys()


def test_what_the_package_replaces_is_seen():
    before = {"torch": "2.11.0", "numpy": "2.1.3", "tqdm": "4.67.3"}
    after = {"torch": "2.15.0", "numpy": "2.1.3", "torchinfo": "1.8.0"}
    assert environment.changed(before, after) == {"torch": "2.11.0 -> 2.15.0", "tqdm": "4.67.3 -> None"}
    assert environment.changed(before, before | {"torchinfo": "1.8.0"}) == {}
