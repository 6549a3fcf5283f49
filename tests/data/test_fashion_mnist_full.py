"""The full Fashion-MNIST from every place where it can be, each file checked; or an error that says how to get it."""

import gzip
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from small_fashion_mnist import keys, lay, pixels, stand_in
from torchvision.datasets import FashionMNIST

from vit_tutorial.data import FASHION_CLASSES, DownloadError, Splits, fashion_mnist

NAMES = [name for name, _ in FashionMNIST.resources]


@pytest.fixture
def small(monkeypatch, tmp_path) -> dict[str, bytes]:
    return stand_in(monkeypatch, tmp_path)


@pytest.fixture
def server(small, tmp_path) -> Iterator[str]:
    """A mirror with the small files, in a folder that a test may change."""
    folder = lay(small, tmp_path / "served")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}/"
        running.shutdown()


def check_small(full: Splits, root: Path) -> None:
    """The three parts are, together, what torchvision reads from the same files."""
    train, test = FashionMNIST(root), FashionMNIST(root, train=False)
    assert [len(part) for part in full] == [40, 20, 20]
    assert np.array_equal(pixels(full.test.images), test.data.numpy())
    assert torch.equal(full.test.labels, test.targets)
    ours = zip(
        keys(torch.cat([full.train.images, full.val.images])),
        torch.cat([full.train.labels, full.val.labels]).tolist(),
        strict=True,
    )
    theirs = zip((image.tobytes() for image in train.data.numpy()), train.targets.tolist(), strict=True)
    assert sorted(ours) == sorted(theirs)
    assert full.train.labels.tolist() == [*range(10)] * 4 and full.val.labels.tolist() == [*range(10)] * 2
    assert full.classes == FASHION_CLASSES


def test_four_files_put_there_by_hand(small, tmp_path):
    lay(small, tmp_path / "FashionMNIST" / "raw")
    check_small(fashion_mnist(full=True, root=tmp_path), tmp_path)
    check_small(fashion_mnist(full=True, root=str(tmp_path)), tmp_path)


def test_validation_images_are_always_the_same(small, tmp_path):
    parts = []
    for name in ("one", "two"):
        lay(small, tmp_path / name / "FashionMNIST" / "raw")
        torch.manual_seed(len(parts))
        parts.append(fashion_mnist(full=True, root=tmp_path / name))
    assert torch.equal(parts[0].val.images, parts[1].val.images)
    assert torch.equal(parts[0].train.images, parts[1].train.images)
    originals = [image.tobytes() for image in FashionMNIST(tmp_path / "one").data.numpy()]
    drawn = [originals.index(key) for key in keys(parts[0].val.images)]
    assert drawn != sorted(drawn) and set(drawn) != set(range(20))


@pytest.mark.parametrize("root", [None, "debian"])
def test_debian_s_files_go_to_the_cache_and_stay_untouched(root, small, tmp_path):
    debian = lay(small, tmp_path / "debian")
    before = {path: path.stat().st_mtime_ns for path in [debian, *debian.iterdir()]}
    full = fashion_mnist(full=True, root=root and tmp_path / root)
    check_small(full, tmp_path / "cache" / "vit_tutorial")
    assert {path: path.stat().st_mtime_ns for path in [debian, *debian.iterdir()]} == before


def test_cache_without_xdg_is_in_the_home_folder(small, tmp_path, monkeypatch):
    lay(small, tmp_path / "debian")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    check_small(fashion_mnist(full=True), tmp_path / "home" / ".cache" / "vit_tutorial")
    check_small(fashion_mnist(full=True, root="~/here"), tmp_path / "home" / "here")


def test_files_that_were_packed_anew_are_the_same_files(small, tmp_path):
    anew = {name: gzip.compress(gzip.decompress(contents), 1) for name, contents in small.items()}
    lay(anew, tmp_path / "debian")
    check_small(fashion_mnist(full=True, root=tmp_path), tmp_path)


def test_unpacked_files_are_enough(small, tmp_path):
    raw = tmp_path / "FashionMNIST" / "raw"
    lay({name.removesuffix(".gz"): gzip.decompress(contents) for name, contents in small.items()}, raw)
    before = sorted(raw.iterdir())
    check_small(fashion_mnist(full=True, root=tmp_path), tmp_path)
    assert sorted(raw.iterdir()) == before


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"])
@pytest.mark.parametrize("how", ["half", "empty", "one bit", "another"])
@pytest.mark.parametrize("folder", ["FashionMNIST/raw", "debian"])
def test_damaged_file_is_named(name, how, folder, small, tmp_path):
    whole = small[name]
    small[name] = {
        "half": whole[: len(whole) // 2],
        "empty": b"",
        "one bit": whole[:-12] + bytes([whole[-12] ^ 1]) + whole[-11:],
        "another": gzip.compress(b"hello"),
    }[how]
    lay(small, tmp_path / folder)
    with pytest.raises(ValueError, match=f"{tmp_path / folder / name} is damaged"):
        fashion_mnist(full=True, root=tmp_path)
    assert not (tmp_path / "FashionMNIST" / "raw" / name.removesuffix(".gz")).exists()


def test_damaged_unpacked_file_is_named_or_unpacked_again(small, tmp_path):
    raw = lay(small, tmp_path / "FashionMNIST" / "raw")
    fashion_mnist(full=True, root=tmp_path)
    half = raw / "train-images-idx3-ubyte"
    half.write_bytes(half.read_bytes()[:999])
    check_small(fashion_mnist(full=True, root=tmp_path), tmp_path)
    half.write_bytes(half.read_bytes()[:-1] + b"x")
    (raw / "train-images-idx3-ubyte.gz").unlink()
    with pytest.raises(ValueError, match=f"{half} is damaged"):
        fashion_mnist(full=True, root=tmp_path)


def test_download_of_all(small, tmp_path, server, monkeypatch):
    monkeypatch.setattr(FashionMNIST, "mirrors", [server])
    check_small(fashion_mnist(full=True, root=tmp_path), tmp_path)
    assert {path.name for path in (tmp_path / "FashionMNIST" / "raw").iterdir()} == {
        *small,
        *(name.removesuffix(".gz") for name in small),
    }


def test_download_of_what_is_missing_only(small, tmp_path, server, monkeypatch):
    monkeypatch.setattr(FashionMNIST, "mirrors", [server])
    raw = lay(small, tmp_path / "FashionMNIST" / "raw")
    (raw / NAMES[1]).unlink()
    for name in set(NAMES) - {NAMES[1]}:
        (tmp_path / "served" / name).unlink()
    check_small(fashion_mnist(full=True, root=tmp_path), tmp_path)


def test_mirror_with_other_bytes_is_not_trusted(small, tmp_path, server, monkeypatch):
    monkeypatch.setattr(FashionMNIST, "mirrors", [server])
    (tmp_path / "served" / NAMES[0]).write_bytes(gzip.compress(b"hello"))
    with pytest.raises(DownloadError, match=f"{server}{NAMES[0]} is not the original file"):
        fashion_mnist(full=True, root=tmp_path)
    assert not (tmp_path / "FashionMNIST" / "raw" / NAMES[0]).exists()


def test_without_files_and_network_the_error_says_three_ways(small, tmp_path):
    with pytest.raises(OSError) as caught:
        fashion_mnist(full=True, root=tmp_path)
    message = str(caught.value)
    for words in (
        NAMES[0],
        "apt-get install dataset-fashion-mnist",
        f"Put {', '.join(NAMES)} into {tmp_path / 'FashionMNIST' / 'raw'}",
        "VIT_TUTORIAL_MIRROR",
        "fashion_mnist(), needs none of this",
        FashionMNIST.mirrors[0],
    ):
        assert words in message
