"""Downloads without a network, from a mirror, with arguments that can't be, with a bar."""

from __future__ import annotations

import socket
import threading

import pytest
from download_calls import CONTENT, SHA256, left_in, plain_environment
from download_server import send, serve, status

from vit_tutorial._download import DownloadError, download

THREE_WAYS = ["Get the file by hand", "VIT_TUTORIAL_MIRROR", "proxy"]


@pytest.fixture(autouse=True)
def waits(monkeypatch) -> list[float]:
    return plain_environment(monkeypatch)


# Offline --------------------------------------------------------------------------------------------------


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_no_connection_is_an_error_at_once_with_three_ways_out(tmp_path, waits, closed_port):
    with pytest.raises(DownloadError) as caught:
        download(f"http://me:secret@127.0.0.1:{closed_port}/a.bin", tmp_path)
    for word in [
        f"no connection to 127.0.0.1:{closed_port}",
        "refused",
        str(tmp_path / "a.bin"),
        *THREE_WAYS,
    ]:
        assert word in str(caught.value)
    assert "secret" not in str(caught.value) and waits == [] and left_in(tmp_path) == {}


@pytest.mark.parametrize(
    "error", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long")]
)
def test_a_name_that_is_not_known(tmp_path, monkeypatch, error):
    def getaddrinfo(*_, **__):
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(DownloadError, match=r"no connection to nowhere\.invalid .*" + str(error.args[-1])):
        download("https://nowhere.invalid/a.bin", tmp_path)


@pytest.mark.parametrize("slow", ["looking up", "connecting"])
def test_looking_up_and_connecting_end_after_the_timeout_too(tmp_path, monkeypatch, slow):
    end = threading.Event()

    def blocked(*_, **__):
        end.wait(60)
        raise TimeoutError("too late")

    addresses = [(2, 1, 6, "", (f"192.0.2.{i}", 80)) for i in range(8)]
    monkeypatch.setattr(socket, "create_connection", blocked)
    monkeypatch.setattr(
        socket, "getaddrinfo", blocked if slow == "looking up" else lambda *_, **__: addresses
    )
    with pytest.raises(DownloadError, match=r"no connection .*no answer within 0.2 s"):
        download("http://example.org/a.bin", tmp_path, timeout=(0.2, 60))
    end.set()


def test_one_address_that_answers_is_enough(tmp_path, monkeypatch):
    with serve(send(CONTENT)) as server:
        local = [(2, 1, 6, "", ("127.0.0.1", port)) for port in (1, server.server_port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, *_, **__:
                            local if host == "a.test" else [(2, 1, 6, "", (host, port))])  # fmt: skip
        assert download(f"http://a.test:{server.server_port}/a.bin", tmp_path).read_bytes() == CONTENT


def test_with_a_proxy_the_proxy_looks_up_the_name(tmp_path, monkeypatch):
    with serve(send(CONTENT)) as server:
        monkeypatch.setenv("http_proxy", server.url)
        assert download("http://nowhere.invalid/a.bin", tmp_path).read_bytes() == CONTENT
    assert server.requests[0].path == "http://nowhere.invalid/a.bin"
    with pytest.raises(DownloadError, match=r"no connection to nowhere\.invalid"):
        download("http://nowhere.invalid/b.bin", tmp_path)


# Mirror ---------------------------------------------------------------------------------------------------


def test_a_mirror_takes_the_place_of_scheme_host_and_folder(tmp_path, monkeypatch):
    with serve(send(CONTENT), send(b"other"), status(404)) as server:
        monkeypatch.setenv("VIT_TUTORIAL_MIRROR", f"{server.url}/mirror/")
        path = download("https://nowhere.invalid/deep/a%20b.bin?key=1", tmp_path, sha256=SHA256)
        assert path.read_bytes() == CONTENT
        for words in ("not the file that was asked for", "404"):
            with pytest.raises(DownloadError) as caught:
                download("https://nowhere.invalid/c.bin", tmp_path, sha256=SHA256)
            for word in (
                words,
                f"{server.url}/mirror/c.bin",
                "in place of https://nowhere.invalid/c.bin",
                "unset it",
            ):
                assert word in str(caught.value)
    assert [request.path for request in server.requests] == [
        "/mirror/a%20b.bin",
        "/mirror/c.bin",
        "/mirror/c.bin",
    ]


def test_a_name_is_quoted_for_the_mirror(tmp_path, monkeypatch):
    with serve(send(CONTENT)) as server:
        monkeypatch.setenv("VIT_TUTORIAL_MIRROR", server.url)
        assert download("https://nowhere.invalid/x", tmp_path, name="a#1?50%.bin").read_bytes() == CONTENT
    assert server.requests[0].path == "/a%231%3F50%25.bin"


def test_a_mirror_that_is_no_address_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("VIT_TUTORIAL_MIRROR", "/srv/mirror")
    with pytest.raises(ValueError, match=r"VIT_TUTORIAL_MIRROR must be an address .*'/srv/mirror'"):
        download("https://nowhere.invalid/a.bin", tmp_path)


# Arguments ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["ftp://a.org/x", "file:///etc/passwd", "a.org/x", "http://", "http:///x", "",
                                 "http://a.org:x/y", "http://a.org:99999/y", "http://[1/x"])  # fmt: skip
def test_only_web_addresses(tmp_path, url):
    with pytest.raises(ValueError, match="url must be an address such as https"):
        download(url, tmp_path)


@pytest.mark.parametrize("path", ["", "/", "/folder/", "/..", "/.", "/..%2Fx", "/%2Fetc%2Fpasswd", "/..%5Cx", "/C:x",
                                  "/a%00b", "/a%0Ab", "/%20"])  # fmt: skip
def test_names_from_the_url_that_are_not_plain(tmp_path, path):
    with pytest.raises(ValueError, match=r"the file name .* can't be used.*name="):
        download(f"http://nowhere.invalid{path}", tmp_path)


@pytest.mark.parametrize("name", ["", "..", "a/b", "/a", "a\\b", "C:a", "a\n", "\0"])
def test_given_names_that_are_not_plain(tmp_path, name):
    with pytest.raises(ValueError, match=r"the file name .* \(given\) can't be used"):
        download("http://nowhere.invalid/a.bin", tmp_path, name=name)


def test_a_given_name(tmp_path):
    with serve(send(CONTENT)) as server:
        assert download(f"{server.url}/get?id=1", tmp_path, name="图.bin").name == "图.bin"
    assert (tmp_path / "图.bin").read_bytes() == CONTENT


@pytest.mark.parametrize(("options", "error", "words"), [
    ({"sha256": "abc"}, ValueError, "64 hexadecimal digits, got 3 characters"),
    ({"sha256": "g" * 64}, ValueError, "64 hexadecimal digits"),
    ({"sha256": 1}, TypeError, "sha256 .* got int"),
    ({"name": 1}, TypeError, "name .* got int"),
    ({"url": b"http://a.org/x"}, TypeError, "url .* got bytes"),
    ({"timeout": None}, TypeError, "timeout must be a number"),
    ({"timeout": 0}, ValueError, "timeout must be finite and greater than 0"),
    ({"timeout": (1, 2, 3)}, ValueError, r"got \(1, 2, 3\)"),
    ({"retries": -1}, ValueError, "retries must be at least 0, got -1"),
    ({"retries": 1.5}, TypeError, "1.5"),
])  # fmt: skip
def test_arguments_that_cannot_be(tmp_path, options, error, words):
    with pytest.raises(error, match=words):
        download(**{"url": "http://nowhere.invalid/a.bin", "folder": tmp_path} | options)
    assert list(tmp_path.iterdir()) == []


# Progress -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("progress", "terminal", "shown"), [(True, False, True), (None, False, False),
                                                             (None, True, True), (False, True, False)])  # fmt: skip
def test_a_bar_on_stderr_where_it_is_a_terminal(tmp_path, capsys, monkeypatch, progress, terminal, shown):
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    with serve(send(CONTENT)) as server:
        download(f"{server.url}/a.bin", tmp_path, progress=progress)
    out, err = capsys.readouterr()
    assert out == "" and ("a.bin:" in err and "293k" in err) == shown and bool(err) == shown
