"""Downloads that break off: what is kept, and what is asked for next."""

from __future__ import annotations

import pytest
from download_calls import CONTENT, HALF, SHA256, break_off, broken, fetch, left_in, plain_environment
from download_server import send, serve

from vit_tutorial._download import DownloadError
from vit_tutorial._download_errors import UnreachableError
from vit_tutorial._download_part import Part

DATE = "Wed, 21 Oct 2015 07:28:00 GMT"


@pytest.fixture(autouse=True)
def waits(monkeypatch) -> list[float]:
    return plain_environment(monkeypatch)


@pytest.mark.parametrize("reset", [False, True])
def test_what_breaks_once_is_continued_in_the_same_call(tmp_path, waits, reset):
    with serve(broken(etag='"1"', reset=reset), send(CONTENT, etag='"1"')) as server:
        assert fetch(server, tmp_path) == CONTENT
    start = server.ranges[1].removeprefix("bytes=").removesuffix("-")
    assert 0 < int(start) <= HALF and (reset or int(start) == HALF)
    assert server.requests[1].headers["if-range"] == '"1"'
    assert waits == [0.5] and [p.name for p in tmp_path.iterdir()] == ["a.bin"]


def test_what_breaks_each_time_is_kept_and_continued_in_the_next_call(tmp_path):
    with serve(send(CONTENT, etag='"1"', stop_after=50_000)) as server:
        with pytest.raises(
            DownloadError, match=r"4 attempts.*200,000 bytes, is kept in .*a\.bin\.part"
        ) as caught:
            fetch(server, tmp_path)
        assert left_in(tmp_path) == {"a.bin.part": CONTENT[:200_000]}
        assert "by hand" in str(caught.value)
        assert fetch(server, tmp_path) == CONTENT
    assert server.ranges == [None, *(f"bytes={n}000-" for n in (50, 100, 150, 200, 250))]
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]


def test_what_stalls_is_kept(tmp_path):
    stalling = send(CONTENT, etag='"1"', stall_after=HALF)
    with serve(stalling, send(CONTENT, etag='"1"')) as server:
        with pytest.raises(DownloadError, match=r"stalled.* is kept"):
            fetch(server, tmp_path, timeout=(5, 1))
        part = left_in(tmp_path)["a.bin.part"]
        assert 0 < len(part) <= HALF and CONTENT.startswith(part)
        assert fetch(server, tmp_path) == CONTENT
    assert server.ranges == [None, f"bytes={len(part)}-"]


@pytest.mark.parametrize(("headers", "sha256", "resumed", "if_range"), [
    ({"etag": '"1"', "modified": DATE}, None, True, '"1"'),
    ({"modified": DATE}, None, True, DATE),
    ({"etag": 'W/"1"', "modified": DATE}, None, True, DATE),
    ({"etag": 'W/"1"'}, None, False, None),  # a weak ETag does not promise the same bytes
    ({}, None, False, None),
    ({}, SHA256, True, None),  # the checksum would tell
])  # fmt: skip
def test_only_what_can_be_told_from_another_file_is_continued(tmp_path, headers, sha256, resumed, if_range):
    with serve(broken(**headers), send(CONTENT, **headers)) as server:
        break_off(server, tmp_path, sha256=sha256)
        assert fetch(server, tmp_path, sha256=sha256) == CONTENT
    assert server.ranges == [None, f"bytes={HALF}-" if resumed else None]
    assert server.requests[1].headers.get("if-range") == if_range


def test_a_server_that_ignores_the_range_sends_all(tmp_path):
    with serve(broken(etag='"1"'), send(CONTENT, etag='"1"', ranges=False)) as server:
        assert fetch(server, tmp_path) == CONTENT
    assert server.ranges == [None, f"bytes={HALF}-"]


def test_a_network_that_flaps_is_waited_for(tmp_path, monkeypatch, waits):
    """Who can't be reached at first fails at once (test_download_settings.py); later it is tried again."""
    network = iter([True, False, True])

    def check_reachable(url, seconds):
        if not next(network):
            raise UnreachableError("no network")

    monkeypatch.setattr("vit_tutorial._download_http.check_reachable", check_reachable)
    with serve(broken(etag='"1"'), send(CONTENT, etag='"1"')) as server:
        assert fetch(server, tmp_path) == CONTENT
    assert waits == [0.5, 1] and server.ranges == [None, f"bytes={HALF}-"]


def test_a_file_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr("os.fsync", lambda number: synced.append(left_in(tmp_path)))
    with serve(send(CONTENT)) as server:
        assert fetch(server, tmp_path) == CONTENT
    assert synced == [{"a.bin.part": CONTENT}]


def test_a_whole_part_that_only_lacks_its_name_needs_no_request(tmp_path, monkeypatch):
    with serve(send(CONTENT, etag='"1"')) as server:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(Part, "finish", lambda part: (_ for _ in ()).throw(KeyboardInterrupt))
            fetch(server, tmp_path)
        assert left_in(tmp_path) == {"a.bin.part": CONTENT}
        assert fetch(server, tmp_path) == CONTENT
    assert server.ranges == [None]
