"""A run goes on with its own images alone, and its folder is its own."""

import shutil
from pathlib import Path

import pytest
import torch
from class_folders import numbered, open_it, put
from filelock import FileLock
from PIL import Image
from reference import assert_error_names
from tiny_training import fit, new_model
from torch.utils.data import DataLoader

from vit_tutorial import History, train
from vit_tutorial.data import ImageSet
from vit_tutorial.saving import CheckpointError


def start(root: Path, out: Path, **options) -> History:
    loaders = open_it(root, batch_size=4)
    model = new_model(in_channels=3, num_classes=len(loaders.classes))
    return train(model, loaders.train, loaders.val, epochs=2, device="cpu", out=out, **options)


@pytest.fixture
def photos(tmp_path) -> Path:
    for name in ("cat", "dog"):
        put(tmp_path / "photos" / name, numbered(8))
    return tmp_path / "photos"


def other_name(root: Path) -> None:
    (root / "dog").rename(root / "horse")


def swapped(root: Path) -> None:
    (root / "dog").rename(root / "x")
    (root / "cat").rename(root / "dog")
    (root / "x").rename(root / "cat")


def replaced(root: Path) -> None:
    for file in (root / "cat").iterdir():
        Image.effect_noise((90, 90), 50).save(file)


def one_added(root: Path) -> None:
    put(root / "cat", numbered(30))


CHANGES = [
    (other_name, ["classes = ['cat', 'dog']", "'horse'"]),
    (swapped, ["other images in the class 'cat'"]),
    (replaced, ["other images in the class 'cat'"]),
    (one_added, ["images = "]),
]


@pytest.mark.parametrize(("change", "words"), CHANGES, ids=lambda x: getattr(x, "__name__", ""))
def test_other_images_are_not_gone_on_with(change, words, photos, tmp_path):
    if change is swapped:  # else the files are as large
        put(photos / "dog", numbered(8), size=(40, 50))
    start(photos, tmp_path / "run")
    before = {file.name: file.read_bytes() for file in (tmp_path / "run").iterdir()}
    change(photos)
    assert_error_names(lambda: start(photos, tmp_path / "run", resume=True), CheckpointError, words)
    assert {file.name: file.read_bytes() for file in (tmp_path / "run").iterdir()} == before


def test_a_folder_that_was_moved_is_gone_on_with_and_a_finished_run_writes_nothing(photos, tmp_path):
    first = start(photos, tmp_path / "run")
    shutil.move(photos, tmp_path / "elsewhere")
    times = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "run").iterdir()}
    (tmp_path / "run" / "best.safetensors").unlink()
    assert start(tmp_path / "elsewhere", tmp_path / "run", resume=True) == first
    del times["best.safetensors"]
    assert {file.name: file.stat().st_mtime_ns for file in (tmp_path / "run").iterdir()} == times


def test_flipped_labels_of_images_in_memory_are_found(tmp_path):
    images = torch.linspace(-1, 1, 12 * 64).view(12, 1, 8, 8)
    labels = torch.arange(12) % 3
    fit(new_model(), DataLoader(ImageSet(images, labels, "abc"), 4), epochs=1, out=tmp_path)
    flipped = ImageSet(images, labels.roll(1), "abc")
    words = ["other images in the class 'a'", "or other labels"]
    call = lambda: fit(new_model(), DataLoader(flipped, 4), epochs=1, out=tmp_path, resume=True)  # noqa: E731
    assert_error_names(call, CheckpointError, words)


@pytest.mark.parametrize("name", ["notes.txt", "history.json", ".git"])
def test_a_folder_with_other_files_is_left_alone(name, tmp_path):
    (tmp_path / name).write_text("mine")
    words = [str(tmp_path), "not empty", name, "Name a folder"]
    assert_error_names(lambda: fit(new_model(), epochs=1, out=tmp_path), FileExistsError, words)
    assert [file.name for file in tmp_path.iterdir()] == [name] and (tmp_path / name).read_text() == "mine"


def test_an_empty_name_is_refused():
    assert_error_names(lambda: fit(new_model(), epochs=1, out=""), ValueError, ["out is empty", "shell"])


def test_one_run_at_a_time(tmp_path):
    with FileLock(tmp_path / ".lock"):
        words = ["another process is training", "another folder"]
        assert_error_names(lambda: fit(new_model(), epochs=1, out=tmp_path), FileExistsError, words)
    fit(new_model(), epochs=1, out=tmp_path)
    assert not (tmp_path / ".lock").exists()


def test_a_link_that_waits_under_a_temporary_name_is_not_followed(tmp_path):
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    run = tmp_path / "run"
    run.mkdir()
    for name in ("history.json", "last-0000.safetensors", "last-0000.training.pt"):
        (run / f".{name}.half").symlink_to(mine)
    fit(new_model(), epochs=1, out=run)
    assert mine.read_text() == "mine"
    assert sorted(file.name for file in run.iterdir()) == [
        "history.json", "last-0001.safetensors", "last-0001.training.pt",
    ]  # fmt: skip
