"""Training that starts from trained weights: --init, --freeze, --backbone-rate, and the README's own photos."""

import json
import re
import shlex
import shutil
import sys

import pytest
import torch
import torchvision
from command_line import RECIPE, assert_refused, call, train_arguments
from places import ROOT
from safetensors.torch import load_file
from torch.testing import assert_close

from vit_tutorial import pretrained
from vit_tutorial.saving import load_model
from vit_tutorial.training.run_folder import RunFolder

pytest_plugins = ["coloured_pictures"]


def start(photos, out, init, *more):
    options = [*RECIPE, "--epochs", "1", "--quiet", *more]
    return call("train", "--data", photos, "--init", init, "--out", out, *options)


def renamed(photos, folder):
    for old, new in zip(sorted(photos.iterdir()), ("cat", "dog"), strict=True):
        shutil.copytree(old, folder / new)
    return folder


def test_the_same_classes_keep_the_head(photos, weights, tmp_path):
    result = start(photos, tmp_path / "run", weights, "--learning-rate", "1e-12", "--weight-decay", "0")
    assert result.status == 0, result.err
    for name, tensor in load_file(tmp_path / "run" / "best.safetensors").items():
        assert_close(tensor, load_file(weights)[name], atol=1e-7, rtol=0)
    assert load_model(tmp_path / "run" / "best.safetensors").config == load_model(weights).config


def test_other_classes_get_a_new_head_and_a_frozen_backbone_stays(photos, weights, tmp_path):
    animals = renamed(photos, tmp_path / "animals")
    result = start(animals, tmp_path / "run", weights, "--freeze", "backbone", "--epochs", "5")
    assert result.status == 0, result.err
    old, new = load_file(weights), load_file(tmp_path / "run" / "best.safetensors")
    assert {name for name in old if not torch.equal(old[name], new[name])} == {"head.weight", "head.bias"}
    assert load_model(tmp_path / "run" / "best.safetensors").classes == ("cat", "dog")
    evaluated = call("evaluate", "--data", animals, "--weights", tmp_path / "run" / "best.safetensors")
    assert "accuracy 100.00%" in evaluated.out  # red and blue are told apart by a head alone


def test_the_backbone_learns_at_its_share_of_the_rate(photos, weights, tmp_path):
    assert start(photos, tmp_path / "run", weights, "--backbone-rate", "0.25").status == 0
    state, _ = RunFolder(tmp_path / "run").load_training()
    assert state["traits"]["learning_rates"] == [1e-2, 0.25e-2]
    assert state["traits"]["trained"][0] == 2
    old, new = load_file(weights), load_file(tmp_path / "run" / "last-0001.safetensors")
    assert all(not torch.equal(old[name], new[name]) for name in old)


def test_it_goes_on_without_the_file_that_it_started_from(photos, weights, tmp_path, monkeypatch):
    source = shutil.copy(weights, tmp_path / "source.safetensors")
    whole = start(photos, tmp_path / "whole", source, "--epochs", "3")
    assert whole.status == 0, whole.err
    save = RunFolder.save

    def save_and_stop(self, model, state, history):
        save(self, model, state, history)
        if history.epochs == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "save", save_and_stop)
        assert start(photos, tmp_path / "run", source, "--epochs", "3").status == 130
    (tmp_path / "source.safetensors").unlink()
    result = call("train", "--out", tmp_path / "run", "--resume", "--quiet")
    assert result.status == 0, result.err
    ends = [load_file(tmp_path / run / "last-0003.safetensors") for run in ("whole", "run")]
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])
    refused = call("train", "--out", tmp_path / "run", "--resume", "--freeze", "backbone", "--quiet")
    assert_refused(refused, "freeze = 'backbone', but it has 'none'", "another folder")


def test_the_weights_of_this_package_on_photos(photos, tmp_path):
    assert start(photos, tmp_path / "run", "vit-fashion", "--freeze", "backbone").status == 0
    model = load_model(tmp_path / "run" / "best.safetensors")
    assert (model.config.image_size, model.config.in_channels, model.preprocessing) == (28, 1, "vit-fashion")
    old = pretrained.load("vit-fashion").encoder.state_dict()
    assert all(torch.equal(old[name], tensor) for name, tensor in model.encoder.state_dict().items())


def test_images_of_another_size(photos, weights, tmp_path):
    assert start(photos, tmp_path / "run", weights, "--image-size", "32x16").status == 0
    model = load_model(tmp_path / "run" / "best.safetensors")
    assert model.config.image_size == (32, 16) and model.embeddings.position_embedding.shape[1] == 9
    refused = start(photos, tmp_path / "other", weights, "--image-size", "17")
    assert_refused(refused, "17 is not a multiple of patch_size 8")
    assert not (tmp_path / "other").exists()


def test_a_model_of_timm(photos, tmp_path, monkeypatch):
    timm = pytest.importorskip("timm")
    make = timm.create_model
    asked = []

    def offline(name, pretrained):
        asked.append((name, pretrained))
        return make(name, pretrained=False)

    monkeypatch.setattr(timm, "create_model", offline)
    name = "vit_tiny_patch16_224"
    result = start(photos, tmp_path / "run", f"timm:{name}", "--freeze", "backbone")
    assert result.status == 0, result.err
    assert asked == [(name, True)]
    model = load_model(tmp_path / "run" / "best.safetensors")
    assert (model.config.embed_dim, model.config.image_size, model.preprocessing) == (192, 224, None)
    monkeypatch.setitem(sys.modules, "timm", None)
    assert_refused(start(photos, tmp_path / "b", f"timm:{name}"), "timm", "pip install timm")


def test_a_new_model_of_many_photos_is_told_what_would_help(photos, tmp_path):
    lines = call(*train_arguments(photos, tmp_path, "--epochs", "1")).err.splitlines()
    assert lines[2].startswith("only 4 steps in all: a smaller --batch-size")  # 18 images in batches of 5
    assert "--init torchvision/vit_b_32" in lines[3]
    assert "only" not in call(*train_arguments(photos, tmp_path / "more", "--epochs", "25")).err
    assert (
        "--init"
        not in call(*train_arguments("digits", tmp_path / "d"), "--in-channels", 1, "--epochs", 1).err
    )


def the_readme_s_commands() -> list[list[str]]:
    text = (ROOT / "README.md").read_text("utf8").partition("## Your own photos")[2].partition("\n## ")[0]
    block = re.search(r"```sh\n(.*?)```", text, re.DOTALL)[1].replace("\\\n", " ")
    return [shlex.split(line) for line in block.splitlines()]


def test_your_own_photos_as_the_readme_says(photos, tmp_path, monkeypatch):
    """The four commands as they stand; torchvision's file is one of random weights, under its name."""
    url = torchvision.models.ViT_B_32_Weights.IMAGENET1K_V1.url
    cached = tmp_path / "torch" / "hub" / "checkpoints" / url.rpartition("/")[2]
    cached.parent.mkdir(parents=True)
    torch.save(torchvision.models.vit_b_32().state_dict(), cached)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.chdir(tmp_path)
    for colour in photos.iterdir():
        for file in sorted(colour.iterdir())[:6]:
            (tmp_path / "photos" / colour.name).mkdir(parents=True, exist_ok=True)
            shutil.copy(file, tmp_path / "photos" / colour.name)
    commands = the_readme_s_commands()
    assert [command[:3] for command in commands] == [["python", "-m", "vit_tutorial"]] * 4
    results = [call(*command[3:]) for command in commands]
    for command, result in zip(commands, results, strict=True):
        assert result.status == 0, (command, result.err)
    assert "best epoch" in results[0].out and results[1].out.startswith("test: ")
    assert len(re.findall(r"^photos/", results[2].out, re.MULTILINE)) == 12
    out = tmp_path / commands[3][commands[3].index("--out") + 1]
    assert results[3].out.startswith(out.name) and out.stat().st_size > 300e6
    config = json.loads((tmp_path / "runs" / "photos" / "config.json").read_text())
    assert config["init"] == "torchvision/vit_b_32"
