"""The command line's evaluate and predict, beside scikit-learn and the functions of the package."""

from __future__ import annotations

import json

import pytest
import sklearn.metrics
import torch
from command_line import COLOURS, call
from torch.utils.data import ConcatDataset, DataLoader

from vit_tutorial import VisionTransformer, ViTConfig, data, evaluate, pretrained, set_seed
from vit_tutorial.cli.evaluate import report
from vit_tutorial.prediction import predict
from vit_tutorial.saving import load_model, save_model
from vit_tutorial.training import Evaluation

pytest_plugins = ["coloured_pictures"]


@pytest.mark.parametrize("split", ["train", "val", "test", "all"])
def test_evaluate_against_scikit_learn(photos, weights, split):
    result = call("evaluate", "--weights", weights, "--data", photos, "--split", split)
    assert (result.status, result.err) == (0, "")
    loaders = data.image_folder(photos, image_size=16)
    together = DataLoader(ConcatDataset([loader.dataset for loader in loaders]), 64)
    expected = evaluate(load_model(weights), together if split == "all" else getattr(loaders, split))
    loss = sklearn.metrics.log_loss(expected.labels, expected.logits.double().softmax(dim=-1))
    matrix = sklearn.metrics.confusion_matrix(expected.labels, expected.predictions)
    lines = result.out.splitlines()
    total = matrix.trace() / matrix.sum()
    assert lines[0] == f"{split}: {matrix.sum()} images, loss {loss:.4f}, accuracy {total:.2%}"
    assert lines[2] == "class   images  accuracy"
    for line, name, row, i in zip(lines[3:], COLOURS, matrix, range(2), strict=True):
        assert line.startswith(name)
        assert line.split()[-2:] == [str(row.sum()), f"{row[i] / row.sum():.2%}"]
    told = json.loads(
        call("evaluate", "--weights", weights, "--data", photos, "--split", split, "--json").out
    )
    assert told["confusion"] == matrix.tolist() and told["accuracy"] == pytest.approx(total)
    assert (told["split"], told["images"], told["classes"]) == (split, matrix.sum(), list(COLOURS))


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
        "",
        "most often confused:",
        "  2 × a taken for 猫",
    ]


def test_val_is_what_evaluate_takes(photos, weights):
    assert call("evaluate", "--weights", weights, "--data", photos).out.startswith("val: 5 images")


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
