"""The masked autoencoder in JavaScript, in Chromium, against the one in PyTorch; and its page."""

import base64
import json
import re

import pytest
import torch
from places import ROOT

from vit_tutorial import VisionTransformer, ViTConfig, patchify
from vit_tutorial.masked_autoencoder import MaskedAutoencoder
from vit_tutorial.plots.live_masked import live_masked

ASSETS = ROOT / "vit_tutorial" / "assets"
ENGINE = (ASSETS / "live_vit" / "vit.js", ASSETS / "live_masked" / "masked.js")
SIZES = {"patch_size": 4, "in_channels": 1, "embed_dim": 12, "depth": 2, "num_heads": 3, "mlp_dim": 20}
ASK = """([file, pixels, visible, other]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  const model = vitTutorial.readModel(bytes(file)), N = other.length / 16;
  const guess = vitTutorial.guess(model, new Float32Array(pixels), visible);
  const places = [...Array(N).keys()].filter((place) => !visible.includes(place));
  return [[...guess], vitTutorial.errorOf(guess, other, {visible, places})];
}"""


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    vit = VisionTransformer(ViTConfig((8, 12), pooling="mean", **SIZES))
    mae = MaskedAutoencoder(vit, 8, decoder_depth=3, decoder_heads=2, normalize=False).eval()
    for p in mae.parameters():
        p.data += 0.1 * torch.randn_like(p)  # also what starts from zero or one
    return mae.half().float()  # as the page has it


@pytest.fixture(scope="module")
def images():
    return (torch.randint(0, 256, (3, 1, 8, 12), generator=torch.Generator().manual_seed(1)) / 127.5) - 1


@pytest.mark.parametrize("visible", [[4], [5, 0, 2], [0, 1, 2, 3, 4]])
def test_the_page_guesses_what_pytorch_guesses(browser, model, images, visible):
    html = live_masked(model, images, images.mean(dim=0)).data
    data = json.loads(re.search(r"live-vit-data\">(.*?)</script>", html)[1])
    page = browser.new_page()
    for path in ENGINE:
        page.add_script_tag(path=str(path))
    truth = patchify(images[:1], 4)[0]
    ask = [data["weights"], images[0].flatten().tolist(), visible, truth.flatten().tolist()]
    guessed, error = page.evaluate(ASK, ask)
    page.close()
    hidden = [place for place in range(6) if place not in visible]
    restore = torch.tensor([(visible + hidden).index(place) for place in range(6)])[None]
    with torch.no_grad():
        expected = model.decode(model.encode(images[:1], torch.tensor([visible])), restore)[0]
    assert torch.allclose(torch.tensor(guessed).view(6, 16), expected, atol=2e-5)
    assert error == pytest.approx((expected - truth)[hidden].square().mean().item(), abs=1e-5)


@pytest.fixture
def page(browser, model, images):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    html = live_masked(model, images, images.mean(dim=0)).data
    page.set_content(f"<!doctype html><html lang=zh-CN><meta name=viewport content=width=device-width>{html}")
    yield page
    assert failures == []
    page.close()


def shown(page) -> tuple[int, str]:
    """How many patches are hidden, and the error of the guess, as the page says it."""
    numbers = re.findall(r"\d+(?:\.\d+)?", page.locator(".live-masked-errors").inner_text())
    return int(numbers[0]), numbers[1]


def test_the_slider_hides_and_the_button_hides_others(page):
    page.wait_for_selector(".live-masked-errors")
    assert shown(page)[0] == 4  # of six patches, a quarter is seen, rounded up
    slider = page.get_by_role("slider")
    for share, hidden in ((25, 1), (90, 5), (50, 3)):
        slider.fill(str(share))
        assert shown(page)[0] == hidden
        assert f"{share} %" in page.locator(".live-masked-slider").inner_text()
    before = {shown(page)[1]}
    for _ in range(20):
        page.get_by_role("button", name="换一批来遮").click()
        before.add(shown(page)[1])
    assert len(before) > 1
    page.get_by_role("button", name="第 2 张图").click()
    assert page.locator("[aria-pressed=true]").get_attribute("aria-label") == "第 2 张图"


def test_nothing_is_wider_than_the_phone(page):
    page.wait_for_selector(".live-masked-errors")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(
    ("change", "message"), [({"normalize": True}, "normalize=False"), ({"pooling": "cls"}, "pooling='mean'")]
)
def test_models_that_the_page_cannot_show_are_refused(images, change, message):
    config = ViTConfig((8, 12), pooling=change.get("pooling", "mean"), **SIZES)
    mae = MaskedAutoencoder(
        VisionTransformer(config), 8, decoder_heads=2, normalize=change.get("normalize", False)
    )
    with pytest.raises(ValueError, match=message):
        live_masked(mae, images, images[0])


def test_images_of_another_size_are_refused(model, images):
    with pytest.raises(ValueError, match=r"\(N, 1, 8, 12\)"):
        live_masked(model, images[..., :8], images[0])


def test_the_weights_can_be_moved_out_of_the_page(model, images):
    from live_weights import WEIGHTS

    html = live_masked(model, images, images[0]).data
    assert base64.b64decode(WEIGHTS.search(html)[1])[8:9] == b"{"
