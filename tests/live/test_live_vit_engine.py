"""The model in JavaScript, in Chromium, against the one in PyTorch: every number that it shows."""

import base64
import json

import pytest
import torch
from places import ROOT
from reference import random_tensor, randomise

from vit_tutorial import VisionTransformer, ViTConfig, pretrained
from vit_tutorial.inspection import logit_lens, token_streams
from vit_tutorial.saving import save_model

ENGINE = ROOT / "vit_tutorial" / "assets" / "live_vit" / "vit.js"
SIZES = {"image_size": (8, 12), "patch_size": 4, "in_channels": 3, "embed_dim": 12, "depth": 2}
SIZES |= {"num_heads": 3, "mlp_dim": 20, "num_classes": 5}
ASK = """([file, pixels, changes]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  const model = vitTutorial.readModel(bytes(file));
  const plain = (x) => ArrayBuffer.isView(x) ? [...x] : x instanceof Array ? x.map(plain) : x;
  const run = vitTutorial.forward(model, new Float32Array(bytes(pixels)), changes);
  return {...Object.fromEntries(Object.entries(run).map(([k, v]) => [k, plain(v)])), classes: model.classes};
}"""


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page()
    page.add_script_tag(path=str(ENGINE))
    yield page
    page.close()


def ask(page, model, image, tmp_path, **changes):
    file = save_model(model, tmp_path / "model.safetensors")
    texts = [base64.b64encode(part).decode() for part in (file.read_bytes(), image.float().numpy().tobytes())]
    return page.evaluate(ASK, [*texts, changes])


def assert_equals(run, model, image, tolerance):
    """Logits, maps, lens and read-outs of the float32 model."""
    model, images = model.float(), image[None].float()
    with torch.no_grad():
        theirs = {"logits": model(images)[0], "maps": model.attention_maps(images)[:, 0].flatten(1)}
        streams = token_streams(model, images)[:, 0]  # (L+1, T, D)
        theirs["tokens"], theirs["lens"] = streams[0].flatten(), logit_lens(model, images)[:, 0]
        cls = model.config.pooling == "cls"
        theirs["readOuts"] = streams[1:, 0] if cls else streams[1:].mean(dim=1)
    for name, expected in theirs.items():
        scale = max(1, expected.abs().max().item())
        torch.testing.assert_close(
            torch.tensor(run[name]), expected, rtol=0, atol=tolerance * scale, msg=name
        )


CASES = [
    {},
    {"pooling": "mean"},
    {"position": "sincos2d"},
    {"position": "none", "pooling": "mean"},
    {"in_channels": 1, "image_size": (12, 4)},
    {"image_size": 16, "patch_size": 8, "layer_norm_eps": 1e-2},
]


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("changes", CASES)
def test_equals_pytorch(page, tmp_path, changes, half):
    model = randomise(VisionTransformer(ViTConfig(**(SIZES | changes))), scale=2.0).eval()
    model = model.half() if half else model
    size = model.config.image_size
    height, width = size if isinstance(size, tuple) else (size, size)
    image = random_tensor(model.config.in_channels, height, width).float()
    run = ask(page, model, image, tmp_path)
    assert len(set(run["logits"])) == 5
    assert_equals(run, model, image, 1e-5)


def test_vit_fashion(page, tmp_path):
    model = pretrained.load("vit-fashion").eval()
    image = random_tensor(1, 28, 28).clamp(-1, 1).float()
    run = ask(page, model, image, tmp_path)
    assert_equals(run, model, image, 1e-5)
    assert run["classes"] == list(model.classes)


def small(tmp_path, page, **changes):
    model = randomise(VisionTransformer(ViTConfig(**SIZES)), scale=2.0).eval()
    image = random_tensor(3, 8, 12).float()
    return model, image, ask(page, model, image, tmp_path, **changes)


def test_shuffled_patches(page, tmp_path):
    order = [3, 0, 5, 1, 4, 2]
    model, image, run = small(tmp_path, page, order=order)
    patches = image.unflatten(1, (2, 4)).unflatten(3, (3, 4)).transpose(2, 3)  # (C, 2, 3, 4, 4)
    shuffled = patches.flatten(1, 2)[:, order].unflatten(1, (2, 3)).transpose(2, 3)
    assert_equals(run, model, shuffled.reshape(3, 8, 12), 1e-5)


def test_without_positions(page, tmp_path):
    model, image, run = small(tmp_path, page, positions=False)
    torch.nn.init.zeros_(model.embeddings.position_embedding)
    assert_equals(run, model, image, 1e-5)


def test_the_class_token_attends_to_all_alike(page, tmp_path):
    model, image, run = small(tmp_path, page, uniform=True)
    with torch.no_grad():
        x = model.embeddings(image[None])
        for number, block in enumerate(model.encoder.blocks):
            attended, weights = block.attention(block.norm1(x), return_weights=True)
            qkv = block.attention.qkv(block.norm1(x)).unflatten(-1, (3, 3, 4))
            values = qkv[:, :, 2].mean(dim=1, keepdim=True).flatten(2)  # of all tokens alike, (1, 1, D)
            attended[:, :1] = block.attention.projection(values)
            weights[:, :, 0] = 1 / 7
            torch.testing.assert_close(
                torch.tensor(run["maps"][number]), weights.flatten(), rtol=0, atol=1e-5
            )
            x = x + attended
            x = x + block.mlp(block.norm2(x))
        logits = model.read_out(model.encoder.norm(x))[0]
    torch.testing.assert_close(torch.tensor(run["logits"]), logits, rtol=0, atol=1e-5)


def file_of(head, body=b""):
    text = json.dumps(head).encode()
    return len(text).to_bytes(8, "little") + text + body


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (b"", "not a safetensors file, or a truncated one: 0 bytes"),
        (b"\x00\x00\x00\x00\x01\x00\x00\x00half", "a truncated one: 12 bytes"),
        (
            file_of({"head.bias": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}),
            "write it with save_model",
        ),
        (
            file_of(
                {
                    "__metadata__": {"config": "{}"},
                    "b": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]},
                }
            ),
            r"b is of type BF16; this reads F16 and F32: save model.half\(\) or model.float\(\)",
        ),
    ],
)
def test_another_file_is_refused(page, file, message):
    with pytest.raises(Exception, match=message):
        page.evaluate(ASK, [base64.b64encode(file).decode(), "", {}])
