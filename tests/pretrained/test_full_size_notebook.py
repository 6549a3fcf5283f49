"""The cells behind FULL_SIZE in chapter 7, switched on: they run offline, with a ViT-B/16 that nobody has trained."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pytest
from places import BOOK
from torchvision_files import photo_folder

from vit_tutorial.data import DownloadError

pytest_plugins = ["torchvision_cache"]
NOTEBOOK = BOOK / "en" / "07_transfer_learning.ipynb"
CELLS = {cell.id: cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells}


def run(namespace: dict, *ids: str) -> None:
    for name in ids:
        exec(compile(CELLS[name], name, "exec"), namespace)


def switched_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    """What the cells before have defined, with the flag set, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(plt, "show", lambda: plt.gcf().canvas.draw())
    namespace: dict = {}
    run(namespace, "imports", "imports-package", "full-size")
    assert namespace["FULL_SIZE"] is False
    source = CELLS["full-size"].replace("FULL_SIZE = False", "FULL_SIZE = True", 1)
    exec(source, namespace)
    assert namespace["FULL_SIZE"] is True
    return namespace


@pytest.mark.filterwarnings("ignore:.*checksum")
def test_switched_on_they_go_from_photos_to_a_prediction(filled, tmp_path, monkeypatch, capsys, book_style):
    monkeypatch.setenv("TORCH_HOME", str(filled))
    namespace = switched_on(tmp_path, monkeypatch)
    photo_folder(tmp_path / namespace["PHOTOS"])
    exec("from vit_tutorial.saving import load_model, save_model", namespace)  # as the chapter does before
    run(namespace, "full-train", "full-predict")
    out = capsys.readouterr().out
    assert "85,800,963 parameters, 343 MB in float32" in out
    assert "photos.safetensors: 343 MB" in out
    assert re.search(r"\w+\.(jpg|png) is pizza: \('(pizza|steak|sushi)', 0\.\d+\)", out)
    assert namespace["again"].preprocessing == "torchvision/vit_b_16"
    (tmp_path / "photos.safetensors").unlink()


def test_without_a_connection_they_say_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "empty"))
    namespace = switched_on(tmp_path, monkeypatch)
    photo_folder(tmp_path / namespace["PHOTOS"])

    def refused(*_: object, **__: object):
        raise OSError("no connection")

    monkeypatch.setattr("vit_tutorial.pretrained.files.urlopen", refused)
    with pytest.raises(DownloadError, match="c867db91"):
        run(namespace, "full-train")


def test_switched_off_they_download_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    namespace: dict = {}
    run(namespace, "imports", "imports-package", "full-size", "full-train", "full-predict")
    assert list(tmp_path.iterdir()) == []
    assert "of these in a new head for three classes: 2,307" in capsys.readouterr().out
