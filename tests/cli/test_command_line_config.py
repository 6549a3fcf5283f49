"""The settings of a run in a file: kept, repeated, changed by options, and refused where they are wrong."""

from __future__ import annotations

import json
import os
from dataclasses import fields

import pytest
from command_line import COLOURS, EPOCHS, assert_refused, call, same_files

from vit_tutorial import ViTConfig, data
from vit_tutorial.cli.settings import Images
from vit_tutorial.saving import load_model
from vit_tutorial.training.recipe import Recipe

pytest_plugins = ["coloured_pictures"]


def test_the_folder_holds_the_settings(trained, photos):
    config = json.loads((trained[0] / "config.json").read_text("utf8"))
    said = {"data": str(photos), "root": None, "batch_size": 5, "shift": 0, "rotate": 0.0, "flip": False}
    said |= {"model": None, "image_size": 16, "in_channels": None, "learning_rate": 0.01, "clip": 1.0}
    said |= {"device": None, "num_workers": 0, "init": None, "freeze": "none", "backbone_rate": 0.1}
    assert {name: config[name] for name in said} == said
    classes = (Images, ViTConfig, Recipe)
    names = {"model", "device", "init", "freeze", "backbone_rate"} | {
        field.name for cls in classes for field in fields(cls)
    } - {"num_classes"}
    assert config.keys() == names
    model = load_model(trained[0] / "best.safetensors")
    assert model.classes == tuple(COLOURS)
    chosen = {f.name: config[f.name] for f in fields(ViTConfig) if config.get(f.name) is not None}
    assert {name: getattr(model.config, name) for name in chosen} == chosen and len(chosen) == 11
    assert model.config.in_channels == 3


def test_settings_of_a_run_repeat_it_and_options_win(trained, tmp_path):
    file = trained[0] / "config.json"
    for name, more in (("same", []), ("other", ["--seed", "1"])):
        assert call("train", "--config", file, "--out", tmp_path / name, "--quiet", *more).status == 0
    last = f"last-{EPOCHS:04}.safetensors"
    assert same_files(tmp_path / "same" / last, trained[0] / last)
    assert not same_files(tmp_path / "other" / last, trained[0] / last)
    assert json.loads((tmp_path / "other" / "config.json").read_text())["seed"] == 1


def test_options_win_wherever_they_stand(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(data, "digits", lambda size: asked.append(size) or 1 / 0)
    file = tmp_path / "file.json"
    file.write_text('{"image_size": 14, "data": "digits"}')
    config = ["--config", file]
    for options in (["--image-size", "21", *config], [*config, "--image-size", "21"], config):
        with pytest.raises(ZeroDivisionError):
            call("train", "--out", tmp_path / "run", *options)
    assert asked == [21, 21, 14]


def test_the_model_of_the_folder(photos, tmp_path, monkeypatch):
    """A name stands for sizes; other options, or the file, change some of them."""
    chosen = []
    monkeypatch.setattr("vit_tutorial.model.VisionTransformer", lambda config: chosen.append(config) or 1 / 0)
    file = tmp_path / "file.json"
    file.write_text('{"model": "ViT-S/32", "depth": 3, "pooling": "mean"}')
    as_named = tmp_path / "as named.json"
    as_named.write_text('{"model": "ViT-S/32", "depth": null}')
    for options in (
        ["--model", "ViT-Ti/16", "--depth", "2"],
        ["--config", file],
        ["--config", file, "--model", "medium", "--in-channels", "1"],
        ["--config", as_named],
        ["--model", "small", "--image-size", "28x56"],
        [],
    ):
        with pytest.raises(ZeroDivisionError):
            call("train", "--data", photos, "--out", tmp_path / "run", *options)
    names = ("image_size", "patch_size", "in_channels", "embed_dim", "depth", "num_heads", "pooling")
    assert [[getattr(model, name) for name in names] for model in chosen] == [
        [224, 16, 3, 192, 2, 3, "cls"],
        [224, 32, 3, 384, 3, 6, "mean"],
        [28, 4, 1, 128, 3, 4, "mean"],
        [224, 32, 3, 384, 12, 6, "cls"],
        [(28, 56), 7, 3, 64, 4, 4, "cls"],
        [224, 16, 3, 192, 12, 3, "cls"],
    ]
    assert {model.num_classes for model in chosen} == {2}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", ["Expecting property name", "line 1"]),
        ("[]", ["Unexpected config: []"]),
        ('{"epoch": 3}', ["'epoch' is not accepted", "train --help"]),
        ('{"recipe": {"epochs": 3}}', ["'recipe.epochs' is not accepted"]),
        ('{"num_classes": 3}', ["'num_classes' is not accepted"]),
        ('{"epochs": "ten"}', ["epochs must be a whole number, got ten"]),
        ('{"epochs": 0}', ["epochs must be at least 1, got 0"]),
        ('{"depth": "four"}', ["depth must be a whole number"]),
        ('{"image_size": "large"}', ["image_size must be a whole number or HEIGHTxWIDTH, got large"]),
        ('{"model": "huge"}', ["model: 'huge' not among", "small", "ViT-Ti/16"]),
        ('{"batch_size": 1.5}', ["batch_size must be a whole number, got 1.5"]),
        ('{"batch_size": 0}', ["batch_size must be at least 1, got 0"]),
        ('{"flip": 1}', ["flip must be true or false, got 1"]),
        ('{"checkpointing": 1}', ["checkpointing", "must be true or false, got 1"]),
        ('{"data": 3}', ["data must be text, got 3"]),
        ('{"root": 3}', ["root must be text"]),
        ('{"device": 3}', ["device must be text"]),
        ('{"num_workers": -1}', ["num_workers must be at least 0"]),
        ('{"freeze": "head"}', ["'head' not among", "backbone"]),
    ],
)
def test_wrong_files_of_settings(text, words, tmp_path):
    file = tmp_path / "settings.json"
    file.write_text(text)
    options = ["--config", file, "--out", tmp_path / "run", "--data", "digits"]
    assert_refused(call("train", *options), "settings.json", *words)


def test_a_file_of_settings_that_is_not_there(tmp_path):
    options = ["--config", tmp_path / "none.json", "--out", tmp_path]
    assert_refused(call("train", *options), "none.json: No such file")


def test_options_that_contradict_the_run(trained, photos, tmp_path):
    resume = ["train", "--out", trained[0], "--resume"]
    file = tmp_path / "settings.json"
    file.write_text('{"seed": 3}')
    for options, words in (
        (["--epochs", "30"], f"epochs = 30, but it has {EPOCHS}"),
        (["--model", "medium"], "model = 'medium', but it has None"),
        (["--patch-size", "4"], "patch_size = 4, but it has 8"),
        (["--clip", "none"], "clip = None, but it has 1.0"),
        (["--flip"], "flip = True, but it has False"),
        (["--data", "digits"], "data = 'digits'"),
        (["--config", file], "seed = 3, but it has 0"),
    ):
        assert_refused(call(*resume, *options), words, "contradict", "another folder")
    agreeing = ["--data", os.path.relpath(photos), "--epochs", EPOCHS, "--config", trained[0] / "config.json"]
    result = call(*resume, *agreeing, "--device", "cpu", "--num-workers", "1")  # the computer may change
    assert result.status == 0, result.err
    assert result.out == trained[1].out
    assert_refused(call(*resume, "--device", "abacus"), "'abacus' can't be used")


@pytest.mark.parametrize("text", ["{}", '{"epochs": 3}'])
def test_a_file_of_settings_that_is_no_run_s_is_not_replaced(text, tmp_path):
    (tmp_path / "config.json").write_text(text)
    result = call("train", "--data", "digits", "--out", tmp_path, "--quiet")
    assert_refused(result, "config.json is there, and no run's settings", "another folder")
    assert (tmp_path / "config.json").read_text() == text
