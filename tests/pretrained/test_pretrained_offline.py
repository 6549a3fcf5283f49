"""`pretrained.load("torchvision/…")` without a file in the cache: fetched and checked, or an error at once that says what to do."""

from __future__ import annotations

from http.client import IncompleteRead
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request

import pytest
import torch
from reference import assert_error_names
from torchvision_files import NAME, URL, small

from vit_tutorial import pretrained
from vit_tutorial.data import DownloadError
from vit_tutorial.pretrained import files

pytest_plugins = ["torchvision_cache"]


def offline(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(files, "urlopen", refuse)
    monkeypatch.setattr(torch.hub, "download_url_to_file", lambda *_: pytest.fail("it asked again"))


class Answer:
    """What a server answers to the first question."""

    def close(self) -> None:
        pass


def online(monkeypatch: pytest.MonkeyPatch, download: object) -> None:
    monkeypatch.setattr(files, "urlopen", lambda *_, **__: Answer())
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

    monkeypatch.setattr(files, "urlopen", silent)
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
