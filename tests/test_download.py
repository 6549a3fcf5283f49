"""Downloads against a web server that does not behave: the file is whole and checked, or not there."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest
from download_calls import CONTENT, SHA256, left_in, plain_environment
from download_server import hang_up, redirect, send, serve, stall, status

from vit_tutorial._download import DownloadError, download
from vit_tutorial._download_errors import AttemptError
from vit_tutorial._download_http import redirected


@pytest.fixture(autouse=True)
def waits(monkeypatch) -> list[float]:
    return plain_environment(monkeypatch)


def failure(*answers, folder: Path, **options) -> str:
    """The message of a download that fails, and leaves no file."""
    with serve(*answers) as server, pytest.raises(DownloadError) as caught:
        download(f"{server.url}/a.bin", folder, **options)
    assert not (folder / "a.bin").exists()
    return str(caught.value)


@pytest.mark.parametrize("sha256", [None, SHA256, SHA256.upper()])
def test_the_file_arrives_and_nothing_else(tmp_path, sha256):
    with serve(send(CONTENT)) as server:
        path = download(f"{server.url}/folder/a%20b.bin?key=1#top", tmp_path / "new" / "er", sha256=sha256)
    assert path == tmp_path / "new" / "er" / "a b.bin" and path.read_bytes() == CONTENT
    assert [p.name for p in path.parent.iterdir()] == ["a b.bin"]
    assert [request.path for request in server.requests] == ["/folder/a%20b.bin?key=1"]
    assert server.requests[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("content", [b"", b"x"])
@pytest.mark.parametrize("options", [{}, {"chunked": True}, {"encoding": "gzip"}])
def test_small_files(tmp_path, content, options):
    with serve(send(content, **options)) as server:
        assert download(f"{server.url}/a.bin", str(tmp_path), timeout=5).read_bytes() == content


def test_a_file_that_is_there_needs_no_network(tmp_path):
    (tmp_path / "a.bin").write_bytes(CONTENT)
    for sha256 in (None, SHA256):
        path = download("http://nowhere.invalid/a.bin", tmp_path, sha256=sha256)
        assert path.read_bytes() == CONTENT
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]


def test_another_file_of_that_name_is_left_alone(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"mine")
    got = hashlib.sha256(b"mine").hexdigest()
    with serve(send(CONTENT)) as server, pytest.raises(DownloadError, match=f"{got}.* left alone") as caught:
        download(f"{server.url}/a.bin", tmp_path, sha256=SHA256)
    assert SHA256 in str(caught.value) and server.requests == []
    assert left_in(tmp_path) == {"a.bin": b"mine"}
    (tmp_path / "a.bin").unlink()
    (tmp_path / "a.bin").mkdir()
    with pytest.raises(DownloadError, match="is not a file"):
        download("http://nowhere.invalid/a.bin", tmp_path)


def test_a_wrong_checksum_is_an_error_and_the_file_is_not_kept(tmp_path):
    message = failure(send(CONTENT + b"!"), folder=tmp_path, sha256=SHA256)
    got = hashlib.sha256(CONTENT + b"!").hexdigest()
    for word in (SHA256, got, "300,001 bytes", "/a.bin", "save it as", "VIT_TUTORIAL_MIRROR"):
        assert word in message
    assert left_in(tmp_path) == {}


# Lengths --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sha256", [None, SHA256])
@pytest.mark.parametrize("ranges", [True, False])
def test_a_body_shorter_than_announced_is_never_accepted(tmp_path, sha256, ranges):
    answer = send(CONTENT, length=300_001, ranges=ranges, etag='"1"')
    message = failure(answer, folder=tmp_path, sha256=sha256)
    assert "broke off" in message and "4 attempts" in message


def test_a_body_longer_than_announced_fails_its_checksum(tmp_path):
    message = failure(send(CONTENT, length=200_000), folder=tmp_path, sha256=SHA256)
    assert hashlib.sha256(CONTENT[:200_000]).hexdigest() in message and "200,000 bytes" in message
    assert left_in(tmp_path) == {}


@pytest.mark.parametrize("length", [None, "many", "9" * 5000])
def test_a_body_of_unknown_length_needs_a_checksum(tmp_path, length):
    message = failure(send(CONTENT, length=length), folder=tmp_path)
    assert "does not say how long" in message and "sha256=" in message
    with serve(send(CONTENT, length=length)) as server:
        assert download(f"{server.url}/a.bin", tmp_path, sha256=SHA256).read_bytes() == CONTENT


def test_chunks_have_an_end_of_their_own(tmp_path):
    assert "broke off" in failure(send(CONTENT, chunked=True, stop_after=1000), folder=tmp_path)
    with serve(send(CONTENT, chunked=True, length=5)) as server:  # the length counts for nothing then
        assert download(f"{server.url}/a.bin", tmp_path).read_bytes() == CONTENT


def test_a_short_body_is_seen_even_if_the_library_lets_it_pass(tmp_path, monkeypatch):
    monkeypatch.setattr("vit_tutorial._download_transfer._pieces", lambda *_: [CONTENT[:5]])
    assert "broke off after 5 of 300,000 bytes" in failure(send(CONTENT), folder=tmp_path)


# Encodings ------------------------------------------------------------------------------------------------


def test_a_file_that_is_encoded_for_the_way_is_decoded(tmp_path):
    with serve(send(CONTENT, encoding="gzip")) as server:
        assert download(f"{server.url}/a.bin", tmp_path, sha256=SHA256).read_bytes() == CONTENT


def test_a_gz_file_that_is_labelled_as_encoded_stays_what_it_is(tmp_path):
    with serve(send(CONTENT, encoding="gzip")) as server:
        path = download(f"{server.url}/a.bin.gz", tmp_path)
    assert gzip.decompress(path.read_bytes()) == CONTENT


def test_an_encoded_file_that_breaks_off_starts_anew(tmp_path):
    broken = send(CONTENT, encoding="gzip", stop_after=200_000, etag='"1"')
    with serve(broken, send(CONTENT, etag='"1"')) as server:
        assert download(f"{server.url}/a.bin", tmp_path).read_bytes() == CONTENT
    assert server.ranges == [None, None]
    assert "broke off" in failure(broken, folder=tmp_path / "other")


@pytest.mark.parametrize(("encoding", "words"), [("br", "unknown encoding, 'br'"), ("deflate", "wrongly")])
def test_an_encoding_that_cannot_be_undone_is_named(tmp_path, encoding, words):
    assert words in failure(send(CONTENT, encoding=encoding), folder=tmp_path)


# Answers that are no file ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "words"), [(404, "404 Not Found"), (403, "403 Forbidden"), (204, "204"), (206, "206")])  # fmt: skip
def test_errors_are_named_and_not_repeated(tmp_path, waits, code, words):
    message = failure(status(code), folder=tmp_path)
    assert f"the server answered {words}" in message and str(tmp_path / "a.bin") in message
    assert waits == [] and left_in(tmp_path) == {}


def test_a_trouble_that_passes_is_waited_for(tmp_path, waits):
    with serve(status(500), hang_up, status(503), send(CONTENT)) as server:
        assert download(f"{server.url}/a.bin", tmp_path).read_bytes() == CONTENT
    assert len(server.requests) == 4 and waits == [0.5, 1, 2]


def test_a_trouble_that_does_not_pass_is_an_error(tmp_path, waits):
    assert "500 Internal Server Error (4 attempts)" in failure(status(500), folder=tmp_path)
    assert "before an answer came (3 attempts)" in failure(hang_up, folder=tmp_path, retries=2)
    waits.clear()
    assert "502 Bad Gateway." in failure(status(502), folder=tmp_path, retries=0)
    assert waits == []


@pytest.mark.parametrize(("answer", "words"), [(stall, "no answer for 1 s"),
                                               (send(CONTENT, stall_after=100_000), "nothing came for 1 s")])  # fmt: skip
def test_a_server_that_stalls_is_an_error_after_the_timeout(tmp_path, waits, answer, words):
    assert words in failure(answer, folder=tmp_path, timeout=(5, 1))
    assert waits == []


# Redirects ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects_are_followed(tmp_path, code):
    with serve(redirect("../b.bin", code), redirect("/c.bin", code), send(CONTENT)) as server:
        path = download(f"{server.url}/folder/a.bin", tmp_path)
    assert path.read_bytes() == CONTENT and path.name == "a.bin"
    assert [request.path for request in server.requests] == ["/folder/a.bin", "/b.bin", "/c.bin"]


def test_redirects_in_a_circle_end(tmp_path):
    assert "more than 10 redirects" in failure(redirect("/a.bin"), folder=tmp_path)


def test_redirects_to_something_else_are_refused(tmp_path):
    for location in ("file:///etc/passwd", "ftp://example.org/a.bin", "http://a:99999/", "https:///x"):
        assert f"redirected to '{location}', which is no http" in failure(redirect(location), folder=tmp_path)
    assert "can't be understood" in failure(redirect("http://[1"), folder=tmp_path)


def test_a_redirect_from_https_to_http_is_refused():
    assert redirected("https://a.org/x/y", "../z") == "https://a.org/z"
    assert redirected("http://a.org/x", "//b.org/y") == "http://b.org/y"
    assert redirected("http://a.org/x", "https://b.org/y") == "https://b.org/y"
    with pytest.raises(AttemptError, match=r"from https to http://b\.org/y"):
        redirected("https://a.org/x", "http://user:secret@b.org/y")
