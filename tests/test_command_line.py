"""The command line from end to end: train, stop, go on, evaluate, predict."""

from __future__ import annotations

import json
import re

import pytest
import sklearn.metrics
import torch
from command_line import (
    COLOURS,
    EPOCHS,
    assert_refused,
    call,
    same_files,
    train_arguments,
)

from vit_tutorial import History, VisionTransformer, ViTConfig, data, evaluate, pretrained, set_seed
from vit_tutorial.cli.report import report
from vit_tutorial.cli.settings import Images
from vit_tutorial.prediction import predict
from vit_tutorial.saving import load_model, save_model
from vit_tutorial.training import Evaluation

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
    assert "18 images for training and 6 for validation, 2 classes; 1 process on " in lines[0]
    assert [line.split(":")[0] for line in lines[1:]] == [f"epoch {i + 1}/{EPOCHS}" for i in range(EPOCHS)]


def test_the_folder_holds_the_settings(trained, photos):
    config = json.loads((trained[0] / "config.json").read_text("utf8"))
    changes = {"shift": 0, "rotate": 0.0, "flip": False}
    assert config["data"] == {"name": str(photos), "root": None, "batch_size": 5, **changes}
    assert config["model"]["image_size"] == 16 and config["model"]["in_channels"] == 3
    assert config["recipe"]["learning_rate"] == 0.01 and config["recipe"]["clip"] == 1.0
    assert config["machine"] == {"device": None, "num_workers": 0}
    assert config["processes"] == 1
    model = load_model(trained[0] / "best.safetensors")
    assert model.classes == tuple(COLOURS)
    assert {name: getattr(model.config, name) for name in config["model"]} == config["model"]


def test_settings_of_a_run_repeat_it_and_options_win(trained, tmp_path):
    file = trained[0] / "config.json"
    for name, more in (("same", []), ("other", ["--seed", "1"])):
        assert call("train", "--config", file, "--out", tmp_path / name, "--quiet", *more).status == 0
    last = f"last-{EPOCHS:04}.safetensors"
    assert same_files(tmp_path / "same" / last, trained[0] / last)
    assert not same_files(tmp_path / "other" / last, trained[0] / last)
    assert json.loads((tmp_path / "other" / "config.json").read_text())["recipe"]["seed"] == 1


def test_quiet_is_quiet(photos, tmp_path):
    result = call(*train_arguments(photos, tmp_path / "run", "--quiet", "--epochs", "1"))
    assert result.status == 0 and result.err == ""
    assert result.out.startswith("best epoch 1 of 1: validation accuracy ")


def test_fashion_mnist_in_one_epoch_of_a_minimal_model(tmp_path):
    sizes = ["--patch-size", "14", "--embed-dim", "16", "--depth", "1", "--num-heads", "1", "--mlp-dim", "16"]
    options = ["--epochs", "1", "--learning-rate", "1e-2", "--batch-size", "200"]
    trained = call("train", "--data", "fashion-mnist", "--out", tmp_path, *sizes, *options)
    assert trained.status == 0, trained.err
    accuracy = float(re.search(r"accuracy ([\d.]+)%", trained.out)[1])
    assert accuracy > 50
    evaluated = call("evaluate", "--data", "fashion-mnist", "--weights", tmp_path / "best.safetensors")
    assert f"val: 2,000 images, loss {evaluated.out.split()[4]} accuracy {accuracy:.2f}%" in evaluated.out
    assert len(evaluated.out.splitlines()) == 13 and "Ankle boot" in evaluated.out


def test_digits_and_their_size(tmp_path):
    sizes = [
        "--image-size",
        "8x16",
        "--patch-size",
        "4",
        "--embed-dim",
        "8",
        "--depth",
        "1",
        "--num-heads",
        "1",
        "--mlp-dim",
        "8",
    ]
    assert call("train", "--data", "digits", "--out", tmp_path, "--epochs", "1", *sizes).status == 0
    assert json.loads((tmp_path / "config.json").read_text())["model"]["image_size"] == [8, 16]
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


def test_the_model_of_the_folder(photos, tmp_path, monkeypatch):
    """A name stands for sizes; other options change some of them."""
    chosen = []
    monkeypatch.setattr(
        "vit_tutorial._cli_commands._new_model", lambda *a: chosen.append(a[0].model) or 1 / 0
    )
    file = tmp_path / "file.json"
    file.write_text('{"model": {"name": "ViT-S/32", "depth": 3, "pooling": "mean"}}')
    for options in (
        ["--model", "ViT-Ti/16", "--depth", "2"],
        ["--config", str(file)],
        ["--config", str(file), "--model", "medium", "--in-channels", "1"],
    ):
        with pytest.raises(ZeroDivisionError):
            call("train", "--data", photos, "--out", tmp_path / "run", *options)
    names = ("image_size", "patch_size", "in_channels", "embed_dim", "depth", "num_heads", "pooling")
    assert [[model[name] for name in names] for model in chosen] == [
        [224, 16, 3, 192, 2, 3, "cls"],
        [224, 32, 3, 384, 3, 6, "mean"],
        [28, 4, 1, 128, 6, 4, "mean"],
    ]


def test_a_grey_model_reads_a_folder_in_grey(photos, tmp_path):
    options = train_arguments(photos, tmp_path, "--in-channels", "1", "--epochs", "1")
    assert call(*options).status == 0
    weights = tmp_path / "best.safetensors"
    assert call("evaluate", "--data", photos, "--weights", weights).status == 0


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_evaluate_against_scikit_learn(photos, weights, split):
    result = call("evaluate", "--weights", weights, "--data", photos, "--split", split)
    assert (result.status, result.err) == (0, "")
    loaders = data.image_folder(photos, image_size=16)
    expected = evaluate(load_model(weights), getattr(loaders, split))
    loss = sklearn.metrics.log_loss(expected.labels, expected.logits.double().softmax(dim=-1))
    matrix = sklearn.metrics.confusion_matrix(expected.labels, expected.predictions)
    lines = result.out.splitlines()
    total = matrix.trace() / matrix.sum()
    assert lines[0] == f"{split}: {matrix.sum()} images, loss {loss:.4f}, accuracy {total:.2%}"
    assert lines[2] == "class   images  accuracy"
    for line, name, row, i in zip(lines[3:], COLOURS, matrix, range(2), strict=True):
        assert line.startswith(name)
        assert line.split()[-2:] == [str(row.sum()), f"{row[i] / row.sum():.2%}"]


def test_accuracy_by_class_where_there_are_mistakes():
    logits = torch.eye(3)[[0, 1, 1, 1, 0]]
    result = Evaluation(0.5, 0.6, logits, labels=torch.tensor([0, 0, 0, 1, 0]))
    assert report(result, "val", ("a", "猫", "none")).splitlines() == [
        "val: 5 images, loss 0.5000, accuracy 60.00%",
        "",
        "class  images  accuracy",
        "a           4    50.00%",
        "猫          1   100.00%",
        "none        0         -",
    ]


def test_val_is_what_evaluate_takes(photos, weights):
    assert call("evaluate", "--weights", weights, "--data", photos).out.startswith("val: 6 images")


# predict -------------------------------------------------------------------------------------------------


def test_predict_names_the_colours(photos, weights):
    files = [photos / "red 红" / "3.png", photos / "blue" / "4.png"]
    result = call("predict", *files, "--weights", weights)
    assert (result.status, result.err) == (0, "")
    red, blue = result.out.split("\n\n")
    for block, file, names in (red, files[0], ["red 红", "blue  "]), (blue, files[1], ["blue  ", "red 红"]):
        expected = predict(load_model(weights), file).top()
        heading, *lines = block.splitlines()
        assert heading == str(file)
        # 红 is as wide as two letters
        assert lines == [f"  {name}  {p:7.2%}" for name, (_, p) in zip(names, expected, strict=True)]


def test_predict_as_many_as_asked_for(photos, weights):
    result = call("predict", photos / "blue" / "4.png", "--weights", weights, "--top", "1")
    assert len(result.out.splitlines()) == 2


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
    assert (config["data"]["shift"], config["data"]["rotate"], config["data"]["flip"]) == (2, 5.0, True)
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


def test_evaluate_prepares_photos_as_the_weights_need_it(photos, tmp_path):
    config = ViTConfig(16, 8, embed_dim=16, depth=1, num_heads=2, mlp_dim=16, num_classes=2)
    set_seed(0)
    model = VisionTransformer(config)
    torch.nn.init.normal_(model.head.weight)
    model.preprocessing = "torchvision/vit_b_16"
    path = save_model(model, tmp_path / "model.safetensors", tuple(COLOURS))
    result = call("evaluate", "--weights", path, "--data", photos)
    assert result.status == 0, result.err
    loaders = data.image_folder(photos, transform=pretrained.transform(model))
    assert f"loss {evaluate(model, loaders.val).loss:.4f}" in result.out
    wrong = data.image_folder(photos, image_size=16)
    assert f"loss {evaluate(model, wrong.val).loss:.4f}" not in result.out
