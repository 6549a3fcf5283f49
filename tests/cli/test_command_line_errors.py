"""Whatever is wrong, the command line says it in one line, and how to go on."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from typing import Any

import pytest
import torch
from command_line import Result, assert_refused, call, train_arguments
from PIL import Image
from safetensors.torch import save_file

from vit_tutorial import cli

pytest_plugins = ["coloured_pictures"]


NEW = "train --out {new} --data digits "

WRONG = [
    ("", ["COMMAND", "python -m vit_tutorial --help"]),
    ("trian", ["invalid choice: 'trian'", "train"]),
    ("train --data digits", ["--out DIR"]),
    ("predict a.png", ["required: weights", "predict --help"]),
    (NEW + "--epoch 3", ["unrecognized arguments: --epoch 3"]),
    (NEW + "--epochs three", ["epochs must be a whole number, got three", "train --help"]),
    (NEW + "--epochs 0", ["epochs must be at least 1, got 0"]),
    (NEW + "--warmup a_tenth", ["warmup must be a number, got a_tenth"]),
    (NEW + "--warmup 10", ["warmup must lie in [0, 1)", "0.1"]),
    (NEW + "--schedule linear", ["'cosine', 'constant'", "'linear'"]),
    (NEW + "--learning-rate nan", ["learning_rate must be a number, got nan"]),
    (NEW + "--learning-rate 1e999", ["learning_rate must be finite", "1e-3"]),
    (NEW + "--clip much", ['clip must be a number or "none", got much']),
    (NEW + "--seed", ["--seed: expected one argument"]),
    (NEW + "--flip=maybe", ["--flip/--no-flip: ignored explicit argument 'maybe'"]),
    (NEW + "--batch-size 0", ["batch_size must be at least 1"]),
    (NEW + "--shift -1", ["shift must be at least 0, got -1"]),
    (NEW + "--shift 28", ["smaller than the image's shorter side, 28 pixels, got 28"]),
    (NEW + "--rotate 200", ["between 0 and 180 degrees, got 200"]),
    (NEW + "--num-workers -1", ["num_workers must be at least 0, got -1"]),
    (NEW + "--model ViT-X/9", ["'ViT-X/9'", "small", "ViT-Ti/16"]),
    (NEW + "--image-size 1x2x3", ["HEIGHTxWIDTH"]),
    (NEW + "--num-heads 3", ["num_heads 3 does not divide embed_dim 64"]),
    (NEW + "--in-channels 3", ["(B, 3, 28, 28)", "in_channels=1"]),
    (NEW + "--freeze backbone", ["--freeze backbone needs --init"]),
    (NEW + "--freeze head", ["'head'", "backbone", "none"]),
    (NEW + "--init vit-b", ["'vit-b'", "vit-fashion", "torchvision/vit_b_16"]),
    (NEW + "--init vit-fashion --depth 3", ["brings its own sizes, not depth = 3"]),
    (NEW + "--init vit-fashion --backbone-rate 0", ["backbone must be finite and greater than 0"]),
    (NEW + "--root here", ["--root", "fashion-mnist-full"]),
    (NEW + "--device abacus", ["device 'abacus' can't be used"]),
    (NEW + "--precision float16 --device cpu --quiet", ["needs an NVIDIA GPU"]),
    (NEW + "--data fashion-mnist --image-size 56", ["(B, 1, 56, 56)", "28, 28"]),
    (NEW + "--data fashion-mnist --model ViT-Ti/16", ["not a multiple of patch_size 16"]),
    (NEW + "--data no/folder", ["no folder 'no/folder'", "fashion-mnist"]),
    (NEW + "--data {photos}/..", ["only one class folder, 'photos'"]),
    ("train --out {new}", ["--data fashion-mnist|fashion-mnist-full|digits|FOLDER"]),
    ("train --out {new} --resume", ["holds no config.json", "without --resume"]),
    ("train --data digits --out {run}", ["holds a run already", "--resume"]),
    ("train --data digits --out {weights}", ["best.safetensors", "Check the path"]),
    ("evaluate --weights {new} --data {photos}", ["there is no file"]),
    ("evaluate --weights {weights}", ["--data"]),
    ("evaluate --weights {weights} --data {photos} --split rest", ["invalid choice: 'rest'"]),
    ("evaluate --weights {weights} --data digits", ["was trained on other classes", "('blue', 'red 红')"]),
    ("export --weights {weights} --out {new}/m.pt", [".onnx or .pt2", "'m.pt'"]),
    ("export --weights {weights}", ["required: out"]),
    ("predict {new}/no.png --weights {weights}", ["no.png: No such file"]),
    ("predict {weights} --weights {weights}", ["is no image"]),
    ("predict {photos}/blue/1.png --weights {weights} --top 0", ["top must be at least 1"]),
]


@pytest.mark.parametrize(("line", "words"), WRONG)
def test_wrong_command_lines(line, words, photos, weights, tmp_path):
    places = {"photos": photos, "weights": weights, "run": weights.parent, "new": tmp_path / "new"}
    assert_refused(call(*(part.format(**places) for part in line.split())), *words)
    assert weights.is_file()


def test_a_damaged_checkpoint(photos, tmp_path):
    assert call(*train_arguments(photos, tmp_path, "--epochs", "1")).status == 0
    checkpoint = tmp_path / "last-0001.training.pt"
    checkpoint.write_bytes(checkpoint.read_bytes()[:500])
    assert_refused(
        call("train", "--out", tmp_path, "--resume", "--quiet"), "last-0001.training.pt", "truncated"
    )
    weights = tmp_path / "best.safetensors"
    weights.write_bytes(weights.read_bytes()[:500])
    image = photos / "blue" / "1.png"
    assert_refused(call("predict", image, "--weights", weights), "best.safetensors", "truncated")
    save_file({"w": torch.zeros(1)}, weights)
    assert_refused(call("evaluate", "--data", photos, "--weights", weights), "sizes of the model")


def test_damaged_images_are_named_in_one_line(photos, tmp_path):
    folder = tmp_path / "photos"
    shutil.copytree(photos, folder)
    for name in ("3.png", "4.png"):
        (folder / "blue" / name).write_text("text")
    result = call("train", "--data", folder, "--out", tmp_path / "run")
    assert_refused(result, "2 of 30 images can't be used", "blue/3.png", "blue/4.png")


def test_a_run_that_diverges(photos, tmp_path):
    result = call(*train_arguments(photos, tmp_path, "--quiet", "--learning-rate", "1e30", "--clip", "none"))
    assert result.status == 1
    assert result.out == "" and result.err.count("\n") == 1
    assert re.match(r"error: the \w+.* is nan at step \d+ .* lower the learning rate", result.err)


def test_other_classes_than_those_of_the_model(weights, tmp_path):
    for number, name in enumerate(("cat", "dog")):
        (tmp_path / name).mkdir()
        for i in range(9):
            Image.new("RGB", (16, 16), (number, i, 0)).save(tmp_path / name / f"{i}.png")
    words = ("trained on other classes", "('blue', 'red 红')", "('cat', 'dog')", "images of its own")
    assert_refused(call("evaluate", "--weights", weights, "--data", tmp_path), *words)


def test_each_process_says_which_one_it_is(monkeypatch, weights, photos):
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    for command in (["evaluate", "--data", photos], ["predict", photos]):
        result = call(*command, "--weights", weights)
        assert result.status == 2
        assert re.match(rf"process 1: error: {command[0]} runs in one process.*not by torchrun", result.err)


def test_the_process_that_is_left_alone_says_so(monkeypatch, photos, tmp_path):
    """gloo raises a RuntimeError where another process has ended; any other one is a mistake of ours."""

    def fail(message: str) -> Result:
        monkeypatch.setattr("vit_tutorial.training.train", lambda *a, **k: raise_(RuntimeError(message)))
        return call(*train_arguments(photos, tmp_path, "--quiet"))

    lost = fail("[gloo/transport/tcp/pair.cc:561] Connection closed by peer [127.0.0.1]:22253.")
    assert_refused(lost, "another process has ended")
    with pytest.raises(RuntimeError, match="shapes"):
        fail("mat1 and mat2 shapes cannot be multiplied")


def raise_(error: Exception) -> None:
    raise error


def test_an_error_of_ours_is_not_hidden(monkeypatch, weights, photos):
    def broken(*arguments: Any) -> None:
        raise TypeError("a mistake in the code")

    monkeypatch.setattr("vit_tutorial.prediction.predict", broken)
    with pytest.raises(TypeError):
        call("predict", photos / "blue" / "1.png", "--weights", weights)


def test_nobody_reads_the_results(monkeypatch, weights, photos):
    class Closed(io.FileIO):
        def write(self, text: str) -> None:
            raise BrokenPipeError

    with Closed(os.devnull, "w") as closed:
        monkeypatch.setattr(sys, "stdout", closed)
        status = cli.main(["predict", str(photos / "blue" / "1.png"), "--weights", str(weights)])
    assert status == 141
