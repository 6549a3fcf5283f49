"""A model that was exported gives the same logits in onnxruntime and in PyTorch, for any number of images."""

import json
import sys

import onnxruntime
import pytest
import torch
from command_line import assert_refused, call

from vit_tutorial import VisionTransformer, ViTConfig, pretrained, saving, set_seed
from vit_tutorial.export import export

pytest_plugins = ["coloured_pictures"]
SIZES = {"embed_dim": 16, "depth": 2, "num_heads": 2, "mlp_dim": 32, "num_classes": 3}


def random_model(**choices) -> VisionTransformer:
    set_seed(0)
    model = VisionTransformer(ViTConfig(**{"image_size": (8, 16), "patch_size": 4} | SIZES | choices))
    torch.nn.init.normal_(model.head.weight)
    return model


def in_onnxruntime(path, images: torch.Tensor) -> torch.Tensor:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run(["logits"], {"images": images.numpy()})[0])


def in_pytorch(path, images: torch.Tensor) -> torch.Tensor:
    return torch.export.load(path).module()(images).detach()


@pytest.mark.parametrize(("suffix", "answer"), [(".onnx", in_onnxruntime), (".pt2", in_pytorch)])
@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"pooling": "mean"},
        {"position": "sincos2d"},
        {"in_channels": 1, "position": "none"},
        {"dropout": 0.5},
    ],
    ids=str,
)
def test_logits_are_the_same(suffix, answer, choices, tmp_path):
    model = random_model(**choices).train()
    path = export(model, tmp_path / f"model{suffix}")
    assert model.training and path == tmp_path / f"model{suffix}"
    model.eval()
    for number in (1, 2, 7):
        images = torch.randn(number, model.config.in_channels, 8, 16)
        torch.testing.assert_close(answer(path, images), model(images).detach(), atol=1e-5, rtol=1e-5)


def test_the_bundled_model_says_what_it_needs(tmp_path):
    model = pretrained.load("vit-fashion")
    images = torch.rand(4, 1, 28, 28) * 2 - 1
    session = onnxruntime.InferenceSession(
        export(model, tmp_path / "m.onnx"), providers=["CPUExecutionProvider"]
    )
    told = session.get_modelmeta().custom_metadata_map
    assert json.loads(told["classes"]) == list(model.classes)
    assert json.loads(told["preprocessing"]) == "vit-fashion"
    expected = model(images).detach()
    torch.testing.assert_close(in_onnxruntime(tmp_path / "m.onnx", images), expected, atol=1e-4, rtol=1e-4)
    files = {"classes": "", "preprocessing": ""}
    torch.export.load(export(model, tmp_path / "m.pt2"), extra_files=files)
    assert json.loads(files["classes"])[9] == "Ankle boot" and files["preprocessing"] == '"vit-fashion"'


def test_a_wrapped_model_in_half_precision(tmp_path):
    model = random_model()
    path = export(torch.nn.DataParallel(model.half()), tmp_path / "m.onnx")
    assert model.head.weight.dtype == torch.float16
    images = torch.randn(3, 3, 8, 16)
    torch.testing.assert_close(
        in_onnxruntime(path, images), model.float().eval()(images).detach(), atol=1e-4, rtol=1e-4
    )


@pytest.mark.parametrize("name", ["model.pt", "model", "model.ONNX"])
def test_another_suffix_is_refused(name, tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.onnx or \.pt2, got '"):
        export(random_model(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_is_named_and_the_old_file_stays(tmp_path, monkeypatch, weights):
    (tmp_path / "m.onnx").write_text("old")
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    result = call("export", "--weights", weights, "--out", tmp_path / "m.onnx")
    assert_refused(result, "onnxscript", "pip install onnxscript")
    assert (tmp_path / "m.onnx").read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_from_the_command_line(tmp_path, weights):
    result = call("export", "--weights", weights, "--out", tmp_path / "m.onnx")
    size = (tmp_path / "m.onnx").stat().st_size
    assert (result.status, result.out) == (0, f"{tmp_path / 'm.onnx'}: {size:,} bytes\n"), result.err
    model, images = saving.load_model(weights), torch.randn(2, 3, 16, 16)
    torch.testing.assert_close(
        in_onnxruntime(tmp_path / "m.onnx", images), model(images).detach(), atol=1e-5, rtol=1e-5
    )
