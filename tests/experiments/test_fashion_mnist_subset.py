"""The script that drew the bundled subset draws what it says, on a small set that stands in for the originals."""

import gzip
import hashlib
import importlib.util
import lzma
from importlib.resources import files

import numpy as np
import pytest
from places import ROOT
from small_fashion_mnist import lay, stand_in
from torchvision.datasets import FashionMNIST

ASSET = files("vit_tutorial") / "assets" / "fashion_mnist"
SCRIPT = ROOT / "experiments" / "fashion_mnist_subset.py"
LABELS = "train-labels-idx1-ubyte.gz"


@pytest.fixture
def small(monkeypatch, tmp_path) -> dict[str, bytes]:
    return stand_in(monkeypatch, tmp_path)


def script():
    spec = importlib.util.spec_from_file_location("fashion_mnist_subset", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_script_draws_balanced_images_of_the_originals(small, tmp_path, monkeypatch, capsys):
    draw = script()
    monkeypatch.setattr(draw, "FASHION_SPLITS", {"train": 30, "val": 10, "test": 10})
    originals = lay(small, tmp_path / "debian")
    for name in ("one", "two"):
        draw.main(originals, tmp_path / name / "images.npy.xz")
    with lzma.open(tmp_path / "one" / "images.npy.xz") as file:
        drawn = np.load(file)
    assert hashlib.sha256(drawn.tobytes()).hexdigest() in capsys.readouterr().out.splitlines()[-1]
    assert (tmp_path / "one" / "images.npy.xz").read_bytes() == (
        tmp_path / "two" / "images.npy.xz"
    ).read_bytes()
    lay(
        {name.removesuffix(".gz"): gzip.decompress(data) for name, data in small.items()},
        tmp_path / "FashionMNIST" / "raw",
    )
    for part, train in ((drawn[:40], True), (drawn[40:], False)):
        original = FashionMNIST(tmp_path, train=train)
        indices = [
            [image.tobytes() for image in original.data.numpy()].index(image.tobytes()) for image in part
        ]
        assert len(set(indices)) == len(part)
        assert original.targets[indices].tolist() == [i % 10 for i in range(len(part))]


def test_script_stops_at_a_file_that_is_not_the_original(small, tmp_path):
    originals = lay(small | {LABELS: gzip.compress(b"hello")}, tmp_path / "debian")
    with pytest.raises(SystemExit, match=rf"{originals / LABELS} is not the original"):
        script().main(originals, tmp_path / "images.npy.xz")
    assert not (tmp_path / "images.npy.xz").exists()


def test_script_has_the_seed_and_the_places_that_the_readme_states():
    readme = (ASSET / "README.md").read_text("utf8")
    assert f"seed {script().SEED}" in readme and "python experiments/fashion_mnist_subset.py" in readme
    # In the checkout, and not where the package is installed: that may be from its wheel.
    assert script().TARGET.samefile(SCRIPT.parents[1] / "vit_tutorial/assets/fashion_mnist/images.npy.xz")
