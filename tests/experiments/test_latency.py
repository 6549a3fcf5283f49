"""The times of answers out of the notebook: the ways give the same answers, and the stored runs are whole."""

import sys

import pytest
import torch
from places import ROOT

from vit_tutorial import VisionTransformer, ViTConfig, data

sys.path.insert(0, str(ROOT / "experiments"))
import latency


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    torch.manual_seed(0)
    vit = VisionTransformer(ViTConfig(224, 32, embed_dim=32, depth=2, num_heads=2, mlp_dim=64, num_classes=5))
    torch.nn.init.normal_(vit.head.weight)
    return vit.eval(), *latency.ways(vit, tmp_path_factory.mktemp("latency"))


def test_all_ways_answer_alike_and_int8_is_coarser_and_smaller(found):
    vit, answers, size = found
    images = torch.randn(3, 3, 224, 224)
    with torch.inference_mode():
        exact = vit(images)
    assert list(answers) == list(latency.WAYS)
    gaps = [(torch.from_numpy(answer(images)) - exact).abs().max().item() for answer in answers.values()]
    assert gaps[0] == 0 and gaps[1] < 1e-4 < gaps[2]
    int8 = torch.from_numpy(answers["ONNX Runtime, int8"](images))
    assert torch.cosine_similarity(int8.flatten(), exact.flatten(), dim=0) > 0.9
    assert size["ONNX Runtime, int8"] < 0.6 * size["ONNX Runtime"]


def test_each_way_and_batch_is_measured_against_pytorch_with_one_image(found):
    runs = latency.measure(found[1], (1, 2), rounds=3)
    assert [(r["way"], r["batch"]) for r in runs] == [(way, b) for way in latency.WAYS for b in (1, 2)]
    assert runs[0]["time"] == [1, 1, 1]
    assert all(0 < r["time"][1] <= r["time"][0] <= r["time"][2] for r in runs)


def test_the_stored_runs_are_those():
    stored = data.results("latency")
    pairs = [(run["way"], run["batch"]) for run in stored["runs"]]
    assert pairs == [(way, batch) for way in latency.WAYS for batch in latency.BATCHES]
    assert stored["model"] == latency.NAME
    accuracy = stored["vit_fashion"]["accuracy"]
    assert accuracy["PyTorch"] == accuracy["ONNX Runtime"] == pytest.approx(0.92, abs=5e-4)
