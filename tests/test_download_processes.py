"""Downloads and the machine: a full disk, a killed process, two processes that want the same file."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from download_calls import CONTENT, HALF, fetch, left_in, plain_environment
from download_server import Server, send, serve
from filelock import FileLock

from vit_tutorial import _download
from vit_tutorial._download import DownloadError, download
from vit_tutorial._download_part import Part


@pytest.fixture(autouse=True)
def waits(monkeypatch) -> list[float]:
    return plain_environment(monkeypatch)


def test_a_full_disk_is_named_and_the_part_kept(tmp_path):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with serve(send(CONTENT, etag='"1"')) as server:
        resource.setrlimit(resource.RLIMIT_FSIZE, (HALF, limits[1]))
        try:
            with pytest.raises(DownloadError, match=r"could not write to .*a\.bin\.part.* Free some space"):
                fetch(server, tmp_path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert left_in(tmp_path) == {"a.bin.part": CONTENT[:HALF]}
        assert fetch(server, tmp_path) == CONTENT


def start_process(server: Server, folder: Path) -> subprocess.Popen:
    program = "import sys; from vit_tutorial._download import download; download(*sys.argv[1:])"
    return subprocess.Popen([sys.executable, "-c", program, f"{server.url}/a.bin", str(folder)])


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    for _ in range(6000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("waited for a minute")


def test_a_killed_process_leaves_its_half_to_the_next(tmp_path):
    with serve(send(CONTENT, etag='"1"', stall_after=HALF), send(CONTENT, etag='"1"')) as server:
        process = start_process(server, tmp_path)
        wait_until(lambda: process.poll() is not None or Part(tmp_path / "a.bin").size)
        process.kill()
        process.wait()
        part = left_in(tmp_path)["a.bin.part"]
        assert part and fetch(server, tmp_path) == CONTENT
    assert server.ranges == [None, f"bytes={len(part)}-"]


def test_two_processes_download_once(tmp_path, monkeypatch):
    """The second one finds the lock taken, waits, and finds the file."""
    waiting = threading.Event()

    class Lock(_download.FileLock):
        def acquire(self, *args, **kwargs):
            waiting.set()
            return super().acquire(*args, **kwargs)

    def slowly(handler):
        head, rest = CONTENT[:HALF], CONTENT[HALF:]
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(CONTENT)))
        handler.end_headers()
        handler.wfile.write(head)
        waiting.wait(60)
        handler.wfile.write(rest)

    monkeypatch.setattr(_download, "FileLock", Lock)
    with serve(slowly) as server:
        process = start_process(server, tmp_path)
        wait_until(lambda: process.poll() is not None or server.requests)
        assert fetch(server, tmp_path) == CONTENT
        assert process.wait() == 0 and waiting.is_set()
    assert server.ranges == [None]
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]


def test_a_process_that_does_not_go_on_is_not_waited_for_for_ever(tmp_path):
    held, end = threading.Event(), threading.Event()

    def hold():
        with FileLock(tmp_path / "a.bin.part.lock"):
            held.set()
            end.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(60)
    with pytest.raises(DownloadError, match=r"another process downloads .*a\.bin, .* not grown for 0.2 s"):
        download("http://nowhere.invalid/a.bin", tmp_path, timeout=0.05)
    end.set()
    thread.join()
