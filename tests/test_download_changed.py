"""A file that changes while it is downloaded: halves of two files never meet under its name."""

from __future__ import annotations

from random import Random

import pytest
from download_calls import CONTENT, HALF, OTHER, SHA256, break_off, broken, fetch, left_in, plain_environment
from download_server import Answer, finish, send, serve

from vit_tutorial._download import DownloadError


@pytest.fixture(autouse=True)
def waits(monkeypatch) -> list[float]:
    return plain_environment(monkeypatch)


@pytest.mark.parametrize("later", [
    send(OTHER, etag='"2"'),  # answers 200: the file has changed
    send(OTHER, etag='"2"', if_range=False),  # a 206 with another ETag
    send(OTHER + b"!", etag='"1"', if_range=False),  # a 206 of another length
    send(OTHER, etag='"1"', if_range=False, content_range=f"bytes 0-{HALF}/{len(OTHER)}"),
    send(OTHER, etag='"1"', if_range=False, content_range="bytes garbled"),
    send(OTHER, etag='"1"', if_range=False, content_range=f"bytes 0-{len(OTHER) - 1}/{len(OTHER)}"),
    send(OTHER, etag='"1"', if_range=False, content_range=f"bytes {HALF}-{len(OTHER) - 2}/{len(OTHER)}"),
    send(OTHER[:50_000], etag='"1"', if_range=False),  # 416: shorter than the half
])  # fmt: skip
def test_a_changed_file_is_fetched_from_the_start(tmp_path, later):
    with serve(broken(etag='"1"'), later) as server:
        break_off(server, tmp_path)
        got = fetch(server, tmp_path)
    assert got in (OTHER, OTHER + b"!", OTHER[:50_000])
    assert server.ranges in ([None, f"bytes={HALF}-"], [None, f"bytes={HALF}-", None])


@pytest.mark.parametrize("lie", [{"length": 5}, {"encoding": "br"}])
def test_a_range_that_contradicts_itself_is_not_used(tmp_path, lie):
    liar = send(OTHER, etag='"1"', if_range=False, **lie)
    with serve(broken(etag='"1"'), liar, send(OTHER, etag='"1"')) as server:
        assert fetch(server, tmp_path) == OTHER
    assert server.ranges == [None, f"bytes={HALF}-", None]


def test_a_range_that_was_not_asked_for_is_an_error(tmp_path):
    def answer(handler):
        handler.send_response(206)
        handler.send_header("Content-Range", "bytes 0-2/3")
        finish(handler, b"abc")

    with serve(answer) as server, pytest.raises(DownloadError, match="answered 206"):
        fetch(server, tmp_path)
    assert left_in(tmp_path) == {}


def test_halves_of_two_files_fail_the_checksum_and_the_start_is_tried_once(tmp_path):
    with serve(broken(), send(OTHER), send(CONTENT)) as server:  # no ETag: nothing tells them apart
        break_off(server, tmp_path, sha256=SHA256)
        assert fetch(server, tmp_path, sha256=SHA256) == CONTENT
    assert server.ranges == [None, f"bytes={HALF}-", None]


def test_but_only_once(tmp_path):
    with serve(broken(), send(OTHER)) as server:
        break_off(server, tmp_path, sha256=SHA256)
        with pytest.raises(DownloadError, match="sha256 got"):
            fetch(server, tmp_path, sha256=SHA256)
    assert server.ranges == [None, f"bytes={HALF}-", None]
    assert left_in(tmp_path) == {}


def test_a_whole_part_with_a_wrong_checksum_is_fetched_again(tmp_path, monkeypatch):
    with serve(send(OTHER, etag='"1"'), send(CONTENT, etag='"2"')) as server:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr("os.fsync", lambda number: (_ for _ in ()).throw(KeyboardInterrupt))
            fetch(server, tmp_path)
        assert left_in(tmp_path) == {"a.bin.part": OTHER}
        assert fetch(server, tmp_path, sha256=SHA256) == CONTENT
    assert server.ranges == [None, None]


def test_a_body_without_end_is_left(tmp_path):
    pieces = iter(range(1000))

    def endless(handler):
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes {HALF}-199999/200000")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for _ in pieces:  # until the other side hangs up
            handler.wfile.write(b"10000\r\n" + bytes(2**16) + b"\r\n")

    with serve(broken(etag='"1"', chunked=True), endless) as server:
        break_off(server, tmp_path)
        with pytest.raises(DownloadError, match=r"announced 200,000 bytes and sent"):
            fetch(server, tmp_path)
    assert next(pieces, None) is not None


def test_more_than_the_range_is_an_error(tmp_path):
    liar = send(CONTENT, etag='"1"', chunked=True, content_range=f"bytes {HALF}-199999/200000")
    with serve(broken(etag='"1"', chunked=True), liar) as server:
        break_off(server, tmp_path)
        with pytest.raises(DownloadError, match="announced 200,000 bytes and sent"):
            fetch(server, tmp_path)
    assert left_in(tmp_path) == {}


def test_the_part_of_another_address_is_not_used(tmp_path, monkeypatch):
    with serve(broken(etag='"1"'), send(OTHER, etag='"1"')) as server:
        break_off(server, tmp_path)
        monkeypatch.setenv("VIT_TUTORIAL_MIRROR", f"{server.url}/mirror")
        assert fetch(server, tmp_path) == OTHER
    assert server.ranges == [None, None]


@pytest.mark.parametrize("note", ["", "{", "[1]", "{}"])
def test_a_damaged_note_means_a_new_start(tmp_path, note):
    with serve(broken(etag='"1"'), send(CONTENT, etag='"1"')) as server:
        break_off(server, tmp_path)
        (tmp_path / "a.bin.part.json").write_text(note)
        assert fetch(server, tmp_path) == CONTENT
    assert server.ranges == [None, None]


def test_a_part_of_another_program_is_left_alone(tmp_path):
    (tmp_path / "a.bin.part").write_bytes(b"a browser's")
    with serve(send(CONTENT)) as server, pytest.raises(DownloadError, match=r"a\.bin\.part is in the way"):
        fetch(server, tmp_path)
    assert left_in(tmp_path) == {"a.bin.part": b"a browser's"} and server.requests == []


def drawn(random: Random) -> Answer:
    """An answer that may break off, lie about the length, ignore ranges, or be of the changed file."""
    content, etag = random.choice([(CONTENT, '"1"'), (OTHER, '"2"')])
    cut = random.randrange(1, 400_000)
    return send(
        content,
        etag=etag,
        ranges=random.random() < 0.8,
        if_range=random.random() < 0.5,
        chunked=random.random() < 0.3,
        stop_after=cut if random.random() < 0.7 else None,
        length=max(cut, len(content)) if random.random() < 0.3 else -1,
    )


@pytest.mark.parametrize("sha256", [None, SHA256])
def test_whatever_happens_the_name_belongs_to_a_whole_file(tmp_path, sha256):
    """Servers drawn by a seed, until one behaves."""
    failed = 0
    for seed in range(25):
        folder, random = tmp_path / str(seed), Random(seed)
        with serve(*(drawn(random) for _ in range(6)), send(CONTENT, etag='"1"')) as server:
            while not (folder / "a.bin").exists():
                try:
                    fetch(server, folder, sha256=sha256, retries=1)
                except DownloadError:
                    failed += 1
                    assert not (folder / "a.bin").exists()
        got = (folder / "a.bin").read_bytes()
        assert got == CONTENT or (got == OTHER and sha256 is None), seed
        assert [p.name for p in folder.iterdir()] == ["a.bin"]
    assert failed > 10  # or nothing was tested
