"""Downloads from a web server that may not behave: the file is whole and checked, or not there."""

from __future__ import annotations

import hashlib
import socket
import subprocess
import sys
import threading
import time
import traceback
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
from download_server import hang_up, send, serve, stall

from vit_tutorial.data import DownloadError, download

CONTENT = Random(0).randbytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NOWHERE = "http://nowhere.invalid/a.bin"
USER = "me:" + "secret"  # in two pieces: a traceback shows the lines that call
HALF = send(CONTENT, stop_after=150_000)


@pytest.fixture(autouse=True)
def waits(monkeypatch) -> list[float]:
    """No proxy, no mirror, and no waiting between attempts: the waits are listed instead."""
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("VIT_TUTORIAL_MIRROR", raising=False)
    waits: list[float] = []
    monkeypatch.setattr("vit_tutorial.data.downloads.sleep", waits.append)
    return waits


def failure_at(address: str, folder: Path, **options) -> str:
    """The message of a download that fails, and leaves nothing; it names the three ways out."""
    with pytest.raises(DownloadError) as caught:
        download(f"{address}/a.bin", folder, **options)
    assert list(folder.iterdir()) == []
    assert "secret" not in "".join(traceback.format_exception(caught.value))
    for words in ("/a.bin: ", f"save it as {folder / 'a.bin'}", "VIT_TUTORIAL_MIRROR", "HTTPS_PROXY"):
        assert words in str(caught.value)
    return str(caught.value)


def failure(answer, folder: Path, **options) -> str:
    with serve(answer) as server:
        return failure_at(server.url.replace("//", f"//{USER}@"), folder, **options)


@pytest.mark.parametrize("sha256", [None, SHA256, SHA256.upper()])
def test_the_file_arrives_and_nothing_else(tmp_path, sha256):
    with serve(send(CONTENT)) as server:
        path = download(f"{server.url}/folder/a%20b.bin?key=1#top", tmp_path / "new" / "er", sha256=sha256)
    assert path == tmp_path / "new" / "er" / "a b.bin" and path.read_bytes() == CONTENT
    assert [p.name for p in path.parent.iterdir()] == ["a b.bin"]
    assert path.stat().st_mode & 0o777 == 0o644 and server.paths == ["/folder/a%20b.bin?key=1"]
    # It is there now: no network is needed.
    assert download("http://nowhere.invalid/a%20b.bin", path.parent, sha256=sha256) == path


def test_an_empty_file_and_a_given_name(tmp_path):
    with serve(send(b"")) as server:
        path = download(f"{server.url}/get?id=1", str(tmp_path), name="图.bin", timeout=5)
    assert path == tmp_path / "图.bin" and path.read_bytes() == b""


def test_another_file_of_that_name_is_left_alone(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"mine")
    got = hashlib.sha256(b"mine").hexdigest()
    with pytest.raises(DownloadError, match=f"{got}, wanted is {SHA256}. It was left alone"):
        download(NOWHERE, tmp_path, sha256=SHA256)
    assert (tmp_path / "a.bin").read_bytes() == b"mine"
    (tmp_path / "b.bin").mkdir()
    with pytest.raises(DownloadError, match="it is a folder"):
        download(NOWHERE, tmp_path, name="b.bin")


def test_a_wrong_checksum_is_an_error_and_the_file_is_not_kept(tmp_path, waits):
    message = failure(send(CONTENT + b"!"), tmp_path, sha256=SHA256)
    assert SHA256 in message and hashlib.sha256(CONTENT + b"!").hexdigest() in message and waits == []


def test_two_processes_at_once_both_get_the_whole_file(tmp_path):
    """Neither gets the second half before both have begun."""
    both = threading.Barrier(2, timeout=60)

    def slowly(handler):
        HALF(handler)
        both.wait()
        handler.wfile.write(CONTENT[150_000:])

    program = "import sys; from vit_tutorial.data import download; download(*sys.argv[1:])"
    with serve(slowly) as server:
        arguments = [sys.executable, "-c", program, f"{server.url}/a.bin", str(tmp_path)]
        processes = [subprocess.Popen(arguments) for _ in range(2)]
        assert [process.wait(60) for process in processes] == [0, 0]
    assert len(server.paths) == 2 and (tmp_path / "a.bin").read_bytes() == CONTENT
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]


@pytest.mark.parametrize("answer", [HALF, hang_up, send(CONTENT, stop_after=150_000, reset=True),
                                    send(b"5\r\nhello\r\n", **{"Transfer-Encoding": "chunked"})])  # fmt: skip
def test_what_breaks_off_is_tried_again_and_never_kept(tmp_path, waits, answer):
    assert "the connection broke off" in failure(answer, tmp_path) and waits == [0.5, 1, 2]
    with serve(answer, send(CONTENT)) as server:
        assert download(f"{server.url}/a.bin", tmp_path).read_bytes() == CONTENT
    assert len(server.paths) == 2


def test_a_server_in_trouble_is_waited_for(tmp_path, waits):
    with serve(*(send(b"", status=code) for code in (500, 429, 503)), send(CONTENT)) as server:
        assert download(f"{server.url}/a.bin", tmp_path).read_bytes() == CONTENT
    assert len(server.paths) == 4 and waits == [0.5, 1, 2]
    (tmp_path / "a.bin").unlink()
    assert "the server answered 502 Bad Gateway." in failure(send(b"", status=502), tmp_path)
    assert waits == [0.5, 1, 2] * 2


@pytest.mark.parametrize(("code", "words"), [(404, "404 Not Found"), (403, "403 Forbidden")])
def test_other_troubles_are_named_at_once(tmp_path, waits, code, words):
    answer = send(b"<html>this is not the file</html>", status=code)
    assert f"the server answered {words}." in failure(answer, tmp_path) and waits == []


def test_redirects_are_followed_to_web_addresses_alone(tmp_path):
    with serve(send(b"", status=302, Location="../b.bin"), send(CONTENT)) as server:
        path = download(f"{server.url}/folder/a.bin", tmp_path / "new")
    assert path.name == "a.bin" and path.read_bytes() == CONTENT
    assert server.paths == ["/folder/a.bin", "/b.bin"]
    path.unlink()
    for location, words in (("/a.bin", "30 redirects"), ("file:///etc/passwd", "'file:///etc/passwd'")):
        assert words in failure(send(b"", status=302, Location=location), path.parent)


def half_then_stall(handler):
    HALF(handler)
    stall(handler)


@pytest.mark.parametrize("answer", [stall, half_then_stall])
def test_a_server_that_stalls_is_an_error_after_the_timeout(tmp_path, waits, answer):
    start = time.monotonic()
    assert "timed out" in failure(answer, tmp_path, timeout=(5, 1)) and waits == []
    assert time.monotonic() - start < 10


def test_offline_is_an_error_at_once(tmp_path, waits, monkeypatch):
    with ExitStack() as stack:
        busy = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):  # its queue is full then: whoever knocks now hears nothing
            knock = stack.enter_context(socket.socket())
            knock.setblocking(False)
            knock.connect_ex(busy.getsockname())
        start, port = time.monotonic(), busy.getsockname()[1]
        assert "timed out" in failure_at(f"http://127.0.0.1:{port}", tmp_path, timeout=(1, 60))
        assert time.monotonic() - start < 10
    assert "refused" in failure_at(f"http://{USER}@127.0.0.1:{port}", tmp_path)

    def getaddrinfo(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert "Name or service not known" in failure_at("https://nowhere.invalid", tmp_path)
    assert waits == []
