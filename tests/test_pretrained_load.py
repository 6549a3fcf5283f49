"""Trained weights by name: the right numbers and names, or an error that says how to get there."""

from __future__ import annotations

import hashlib
import re
import warnings
from http.client import IncompleteRead
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request

import pytest
import torch
import torchvision
from reference import assert_close, assert_error_names, random_tensor
from tiny_training import CLASSES, new_model
from torch import nn
from torchvision.models import get_model_weights

from vit_tutorial import ViTConfig, _pretrained_files, pretrained
from vit_tutorial.data import DownloadError
from vit_tutorial.saving import CheckpointError, save_model

pytest_plugins = ["torchvision_cache"]
URL = "https://download.pytorch.org/models/vit_b_16-c867db91.pth"
NAME = "torchvision/vit_b_16"


def in_cache(home: Path) -> Path:
    """Where torchvision keeps the file of ViT-B/16, if TORCH_HOME is `home`."""
    path = home / "hub" / "checkpoints" / "vit_b_16-c867db91.pth"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The TORCH_HOME of a test, without any file."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", ["vit_b_16", "torchvision/vit_h_14", "", "vit-fashion ", None, 3])
def test_an_unknown_name(name):
    known = [f"'torchvision/vit_{size}'" for size in ("b_16", "b_32", "l_16", "l_32")]
    words = ["name must be one of", "'vit-fashion'", *known, f"got {name!r}"]
    assert_error_names(lambda: pretrained.load(name), ValueError, words)


def bundle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package in which a tiny model lies, at half precision."""
    path = folder / "assets" / "vit_fashion" / "model.safetensors"
    save_model(new_model().half(), path, CLASSES)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name("model.safetensors.sha256").write_text(f"{digest}  model.safetensors\n")
    monkeypatch.setattr(_pretrained_files, "files", {"vit_tutorial": folder}.__getitem__)
    return path


def test_the_bundled_model(tmp_path, monkeypatch):
    bundle(tmp_path, monkeypatch)
    model = pretrained.load("vit-fashion")
    assert model.classes == CLASSES and model.preprocessing == "vit-fashion"
    assert not any(module.training for module in model.modules())
    assert all(p.requires_grad and p.device.type == "cpu" for p in model.parameters())
    for name, value in new_model().half().state_dict().items():
        assert model.state_dict()[name].dtype == torch.float32
        assert torch.equal(model.state_dict()[name], value.float())


def test_on_the_oldest_python_too(tmp_path, monkeypatch):
    """pyproject.toml promises 3.10, whose hashlib has no file_digest."""
    bundle(tmp_path, monkeypatch)
    monkeypatch.delattr(hashlib, "file_digest", raising=False)
    assert pretrained.load("vit-fashion").classes == CLASSES


@pytest.mark.parametrize("where", [0, 200, -1])
def test_one_bit_of_the_bundled_model_is_wrong(tmp_path, monkeypatch, where):
    path = bundle(tmp_path, monkeypatch)
    content, wanted = bytearray(path.read_bytes()), hashlib.sha256(path.read_bytes()).hexdigest()
    content[where] ^= 1
    path.write_bytes(content)
    words = [str(path), "damaged", wanted, hashlib.sha256(content).hexdigest(), "Install the package again"]
    assert_error_names(lambda: pretrained.load("vit-fashion"), CheckpointError, words)


def test_a_part_of_the_bundled_model_is_missing(tmp_path, monkeypatch):
    path = bundle(tmp_path, monkeypatch)
    path.unlink()
    words = [path.name, "Install the package again"]
    assert_error_names(lambda: pretrained.load("vit-fashion"), CheckpointError, words)
    path = bundle(tmp_path, monkeypatch)
    path.with_name("model.safetensors.sha256").write_text("")
    assert_error_names(lambda: pretrained.load("vit-fashion"), CheckpointError, words)


@torch.no_grad()
def test_torchvisions_model(filled, untrained, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(filled))
    with pytest.warns(UserWarning, match="vit_b_16-c867db91.pth.*checksum") as caught:
        model = pretrained.load(NAME)
    assert [Path(warning.filename) for warning in caught] == [Path(__file__)]  # at the line of the call
    assert model.config == ViTConfig.named("ViT-B/16")
    assert model.classes == tuple(get_model_weights("vit_b_16").IMAGENET1K_V1.meta["categories"])
    assert len(model.classes) == 1000 and model.preprocessing == NAME
    assert not any(module.training for module in model.modules())
    images = random_tensor(2, 3, 224, 224, dtype=torch.float32)
    theirs = untrained(images)
    assert theirs.std() > 0.1
    assert (model(images) - theirs).abs().max() < 1e-4


def small(num_classes: int = 1000) -> nn.Module:
    torch.manual_seed(1)
    model = torchvision.models.VisionTransformer(16, 4, 2, 1, 64, 20, num_classes=num_classes).eval()
    nn.init.normal_(model.heads.head.weight)
    return model


@torch.no_grad()
def test_a_file_of_the_older_names_in_half_precision(empty):
    """As in the released files: mlp.linear_1 and mlp.linear_2 instead of mlp.0 and mlp.3."""
    theirs = small()
    older = {
        re.sub(r"mlp\.([03])\.", lambda found: f"mlp.linear_{1 + int(found[1]) // 3}.", name): entry
        for name, entry in theirs.state_dict().items()
    }
    assert sum(".mlp.linear_" in name for name in older) == 8
    images = random_tensor(2, 3, 16, 16, dtype=torch.float32)
    torch.save(older, in_cache(empty))
    with pytest.warns(UserWarning, match="checksum"):
        assert_close(pretrained.load(NAME)(images), theirs(images), 1e-5)
    torch.save({name: entry.half() for name, entry in older.items()}, in_cache(empty))
    with pytest.warns(UserWarning, match="checksum"):
        model = pretrained.load(NAME)
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert_close(model(images), theirs(images), 0.01)


def test_the_right_checksum_is_no_cause_for_a_warning(empty, monkeypatch):
    path = in_cache(empty)
    torch.save(small().state_dict(), path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    weights = get_model_weights("vit_b_16").IMAGENET1K_V1
    monkeypatch.setattr(type(weights), "url", f"https://example.org/vit-{digest[:8]}.pth", raising=False)
    path.rename(path.with_name(f"vit-{digest[:8]}.pth"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pretrained.load(NAME).config.image_size == 16


FOREIGN = {
    "nothing": b"",
    "a text": b"hello world\n",
    "a login page": b"<!DOCTYPE html><html><body>Please log in</body></html>",
    "a pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n",
    "an archive": b"PK\x03\x04" + bytes(100),
    "bytes": bytes(range(256)),
}


@pytest.mark.filterwarnings("ignore:.*checksum")
@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN.keys())
def test_what_is_no_file_of_weights(empty, content):
    path = in_cache(empty)
    path.write_bytes(content)
    words = [str(path), f"({len(content):,} bytes)", "Remove it"]
    assert_error_names(lambda: pretrained.load(NAME), CheckpointError, words)
    assert path.read_bytes() == content


@pytest.mark.filterwarnings("ignore:.*checksum")
@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file(empty, share, zipped):
    path = in_cache(empty)
    torch.save(small().state_dict(), path, _use_new_zipfile_serialization=zipped)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert_error_names(lambda: pretrained.load(NAME), CheckpointError, [str(path), "truncated", "Remove it"])


@pytest.mark.filterwarnings("ignore:.*checksum")
@pytest.mark.parametrize(
    "content",
    [
        [1, 2],
        torch.zeros(3),
        {"model": {}},
        {"epoch": 3, "lr": 0.1},
        torchvision.models.resnet18(weights=None).state_dict(),
        small(num_classes=10).state_dict(),  # ten outputs would get the names of the first of a thousand
    ],
    ids=["list", "tensor", "checkpoint", "numbers", "ResNet", "ten classes"],
)
def test_a_file_of_something_else(empty, content):
    path = in_cache(empty)
    torch.save(content, path)
    assert_error_names(lambda: pretrained.load(NAME), CheckpointError, [str(path), "Remove it"])


def offline(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(_pretrained_files, "urlopen", refuse)
    monkeypatch.setattr(torch.hub, "download_url_to_file", lambda *_: pytest.fail("it asked again"))


class Answer:
    """What a server answers to the first question."""

    def close(self) -> None:
        pass


def online(monkeypatch: pytest.MonkeyPatch, download: object) -> None:
    monkeypatch.setattr(_pretrained_files, "urlopen", lambda *_, **__: Answer())
    monkeypatch.setattr(torch.hub, "download_url_to_file", download)


def assert_says_how_to_place_the_file(home: Path, *words: str) -> None:
    path = home / "hub" / "checkpoints" / URL.rsplit("/", 1)[1]
    lines = [f"\n{path}\n", URL, "346 MB", "TORCH_HOME", "vit-fashion", *words]
    assert_error_names(lambda: pretrained.load(NAME), DownloadError, lines)
    assert [file for file in home.rglob("*") if file.is_file()] == []


@pytest.mark.parametrize(
    "error",
    [
        URLError(OSError(-2, "Name or service not known")),
        TimeoutError("timed out"),
        ConnectionResetError(104, "Connection reset by peer"),
    ],
)
def test_without_a_connection(empty, monkeypatch, error):
    offline(monkeypatch, error)
    assert_says_how_to_place_the_file(empty, str(error))


def test_a_silent_server_is_not_waited_for(empty, monkeypatch):
    asked = []

    def silent(request: Request, timeout: float | None = None) -> None:
        asked.append((request.full_url, request.get_method(), timeout))
        raise TimeoutError("timed out")

    monkeypatch.setattr(_pretrained_files, "urlopen", silent)
    assert_says_how_to_place_the_file(empty, "timed out")
    assert asked == [(URL, "HEAD", 5.0)]


def test_the_folder_moves_with_torch_home(empty, monkeypatch):
    offline(monkeypatch, URLError("no route"))
    monkeypatch.setenv("TORCH_HOME", str(empty / "elsewhere"))
    assert_says_how_to_place_the_file(empty / "elsewhere")


@pytest.mark.parametrize(
    "error",
    [
        HTTPError(URL, 404, "Not Found", {}, None),
        OSError(28, "No space left on device"),
        RuntimeError('invalid hash value (expected "c867db91", got "00")'),
        IncompleteRead(b"", 300),
    ],
)
def test_a_download_that_fails(empty, monkeypatch, error):
    def fail(*_: object, **__: object) -> None:
        raise error

    online(monkeypatch, fail)
    assert_says_how_to_place_the_file(empty, str(error))


def test_another_file_arrives(empty, monkeypatch, tmp_path_factory):
    """torch.hub's own code, with a file in place of the server."""
    sent = tmp_path_factory.mktemp("server") / "page.html"
    sent.write_bytes(b"Please log in")
    fetch = torch.hub.download_url_to_file

    def redirected(_: str, *arguments: object, **options: object) -> None:
        fetch(sent.as_uri(), *arguments, **options)

    online(monkeypatch, redirected)
    assert_says_how_to_place_the_file(empty, "invalid hash value", "c867db91")


def arrives(url: str, path: str, hash_prefix: str, progress: bool = True) -> None:
    assert url == URL and hash_prefix == "c867db91"
    torch.save(small().state_dict(), path)


@pytest.mark.parametrize("code", [None, 403, 405])
def test_a_download_that_succeeds(empty, monkeypatch, code):
    """A server may refuse the first question, which asks for no content, and yet send the file."""
    online(monkeypatch, arrives)
    if code:
        offline(monkeypatch, HTTPError(URL, code, "Not Allowed", {}, None))
        monkeypatch.setattr(torch.hub, "download_url_to_file", arrives)
    model = pretrained.load(NAME)
    assert model.config.image_size == 16 and len(model.classes) == 1000
    offline(monkeypatch, URLError("no route"))  # from then on no connection is needed
    with pytest.warns(UserWarning, match="checksum"):
        again = pretrained.load(NAME)
    assert torch.equal(again.head.weight, model.head.weight)
