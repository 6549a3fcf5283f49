"""What `live_vit` puts into a cell, and what it refuses."""

import base64
import json
import re

import pytest
import torch
from safetensors.torch import load

from vit_tutorial import VisionTransformer, ViTConfig, data, plots, pretrained

SIZES = {"image_size": (8, 12), "patch_size": 4, "in_channels": 3, "embed_dim": 8, "depth": 1}
MODEL = VisionTransformer(ViTConfig(**SIZES, num_heads=2, mlp_dim=8, num_classes=5)).eval()
IMAGES = torch.linspace(-1, 1, 2 * 3 * 8 * 12).reshape(2, 3, 8, 12)


def read(html):
    return json.loads(re.search(r'class="live-vit-data">(.*?)</script>', html.data)[1])


def test_weights_and_pixels_arrive():
    found = read(plots.live_vit(MODEL, IMAGES, [4, 0], ["a", "b", "</script>", "d", "e"]))
    weights = load(base64.b64decode(found["weights"]))
    for name, weight in MODEL.state_dict().items():
        assert torch.equal(weights[name], weight.half())
    pixels = torch.frombuffer(bytearray(base64.b64decode(found["images"][1])), dtype=torch.uint8)
    assert torch.equal(pixels, ((IMAGES[1].flatten() + 1) * 127.5).round().to(torch.uint8))
    assert found["shape"] == [3, 8, 12] and found["labels"] == [4, 0] and found["classes"][2] == "</script>"


def test_the_model_stays_as_it_was_and_the_html_the_same():
    before = MODEL.head.weight.dtype
    htmls = {plots.live_vit(MODEL, IMAGES, classes=list("abcde")).data for _ in range(12)}
    assert len(htmls) == 1 and MODEL.head.weight.dtype == before


def test_vit_fashion_takes_six_tenths_of_a_megabyte():
    images = data.fashion_mnist().test.images[:10]
    assert len(plots.live_vit(pretrained.load("vit-fashion"), images).data.encode()) < 0.62e6


def test_a_model_that_is_too_large():
    large = VisionTransformer(
        ViTConfig(8, 4, embed_dim=512, depth=1, num_heads=2, mlp_dim=2048, num_classes=5)
    )
    with pytest.raises(
        ValueError,
        match=r"make [89]\.\d MB of HTML, from 3,\d{3},\d{3} parameters.*holds 4 MB.*smaller model",
    ):
        plots.live_vit(large, torch.zeros(1, 3, 8, 8))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            (torch.nn.Linear(2, 2), IMAGES),
            TypeError,
            "must be a VisionTransformer of vit_tutorial, got Linear",
        ),
        ((MODEL, IMAGES[:, :1]), ValueError, r"\(N, 3, 8, 12\).*got \(2, 1, 8, 12\)"),
        ((MODEL, IMAGES[:0]), ValueError, r"at least one image, got \(0, 3, 8, 12\)"),
        ((MODEL, IMAGES[0]), ValueError, r"images\.unsqueeze\(0\)"),
        ((MODEL, IMAGES, [1]), ValueError, "labels must be 2, one for each image, got 1"),
        ((MODEL, IMAGES, None, ["a"]), ValueError, "1 class names for a model of 5 classes"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        plots.live_vit(*arguments)


def test_the_still_picture_is_the_first_image():
    from io import BytesIO

    from PIL import Image

    text = re.search(r'src="data:image/bmp;base64,([^"]+)"', plots.live_vit(MODEL, IMAGES).data)[1]
    picture = torch.tensor(list(Image.open(BytesIO(base64.b64decode(text))).convert("RGB").getdata()))
    assert torch.equal(picture.reshape(8, 12, 3).permute(2, 0, 1), ((IMAGES[0] + 1) * 127.5).round().long())
