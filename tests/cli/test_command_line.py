"""The command line from end to end: train, stop, go on, evaluate, predict."""

from __future__ import annotations

import json
import re
import shlex

import pytest
import torch
from command_line import (
    EPOCHS,
    assert_refused,
    call,
    train_arguments,
)

from vit_tutorial import History, ViTConfig, data
from vit_tutorial.cli.settings import Images

pytest_plugins = ["coloured_pictures"]


def test_training_learns_and_says_so(trained):
    out, result = trained
    assert result.status == 0, result.err
    history = History.from_dict(json.loads((out / "history.json").read_text()))
    assert history.epochs == EPOCHS
    best = history.best_epoch
    assert history.val_accuracy[best - 1] == 1.0
    assert result.out == (
        f"best epoch {best} of {EPOCHS}: validation accuracy 100.00%, weights in {out / 'best.safetensors'}\n"
    )


def test_progress_is_on_stderr(trained):
    lines = trained[1].err.splitlines()
    assert "18 images for training and 5 for validation, 2 classes; 1 process on " in lines[0]
    assert (
        lines[1] == "for training: blue 9, red 红 9" and "only 80 steps" in lines[2] and "--init" in lines[3]
    )
    assert [line.split(":")[0] for line in lines[4:]] == [f"epoch {i + 1}/{EPOCHS}" for i in range(EPOCHS)]


def test_quiet_is_quiet(photos, tmp_path):
    result = call(*train_arguments(photos, tmp_path / "run", "--quiet", "--epochs", "1"))
    assert result.status == 0 and result.err == ""
    assert result.out.startswith("best epoch 1 of 1: validation accuracy ")


def test_fashion_mnist_in_one_epoch_of_a_minimal_model(tmp_path):
    sizes = shlex.split("--patch-size 14 --embed-dim 16 --depth 1 --num-heads 1 --mlp-dim 16")
    options = ["--epochs", "1", "--learning-rate", "1e-2", "--batch-size", "200"]
    trained = call("train", "--data", "fashion-mnist", "--out", tmp_path, *sizes, *options)
    assert trained.status == 0, trained.err
    accuracy = float(re.search(r"accuracy ([\d.]+)%", trained.out)[1])
    assert accuracy > 50
    evaluated = call("evaluate", "--data", "fashion-mnist", "--weights", tmp_path / "best.safetensors")
    assert f"val: 2,000 images, loss {evaluated.out.split()[4]} accuracy {accuracy:.2f}%" in evaluated.out
    assert len(evaluated.out.splitlines()) == 20 and "Ankle boot" in evaluated.out


def test_digits_and_their_size(tmp_path):
    sizes = shlex.split("--image-size 8x16 --patch-size 4 --embed-dim 8 --depth 1 --num-heads 1 --mlp-dim 8")
    assert call("train", "--data", "digits", "--out", tmp_path, "--epochs", "1", *sizes).status == 0
    assert json.loads((tmp_path / "config.json").read_text())["image_size"] == [8, 16]
    weights = tmp_path / "best.safetensors"
    result = call("evaluate", "--data", "digits", "--weights", weights, "--split", "test")
    assert result.out.startswith("test: 797 images, ")
    assert call("train", "--out", tmp_path, "--resume", "--image-size", "8x16").status == 0  # [8, 16] in JSON


def test_the_full_set_is_asked_for_with_its_folder(tmp_path, monkeypatch):
    asked = []

    def fashion_mnist(full: bool = False, root: str | None = None) -> data.Splits:
        asked.append((full, root))
        raise OSError("no network")

    monkeypatch.setattr(data, "fashion_mnist", fashion_mnist)
    for more in ([], ["--root", "there"], ["--root", "none"]):
        result = call("train", "--data", "fashion-mnist-full", "--out", tmp_path, *more)
        assert_refused(result, "error: no network")
    assert asked == [(True, None), (True, "there"), (True, None)]


def test_a_grey_model_reads_a_folder_in_grey(photos, tmp_path):
    options = train_arguments(photos, tmp_path, "--in-channels", "1", "--epochs", "1")
    assert call(*options).status == 0
    weights = tmp_path / "best.safetensors"
    assert call("evaluate", "--data", photos, "--weights", weights).status == 0


def test_augmentation_changes_training_images_alone(photos, tmp_path, monkeypatch):
    seen = {}

    def note(name, *arguments, **options):
        seen["transforms"] = options["train_transform"]
        return image_folder(name, *arguments, **options)

    image_folder = data.image_folder
    monkeypatch.setattr(data, "image_folder", note)
    out = tmp_path / "run"
    result = call(*train_arguments(photos, out), "--shift", "2", "--rotate", "5", "--flip")
    assert result.status == 0, result.err
    config = json.loads((out / "config.json").read_text("utf8"))
    assert (config["shift"], config["rotate"], config["flip"]) == (2, 5.0, True)
    assert [type(step).__name__ for step in seen["transforms"].transforms[1].transforms] == [
        "RandomCrop",
        "RandomRotation",
        "RandomHorizontalFlip",
    ]


@pytest.mark.parametrize("name", ["fashion-mnist", "digits"])
def test_augmentation_of_images_in_memory(name):
    loaders = Images(name, shift=3).load(ViTConfig(28, 7, in_channels=1, num_classes=10))
    train, val = loaders.train.dataset, loaders.val.dataset
    assert any(not torch.equal(train[0][0], train.images[0]) for _ in range(20))
    assert torch.equal(val[0][0], val.images[0])
