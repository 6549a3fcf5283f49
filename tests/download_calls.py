"""What the tests of downloads share: two files, calls that fail half-way, and what these leave behind."""

from __future__ import annotations

import hashlib
from pathlib import Path
from random import Random
from typing import Any

import pytest
from download_server import Answer, Server, send

from vit_tutorial._download import DownloadError, download

CONTENT = Random(0).randbytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
OTHER = Random(1).randbytes(len(CONTENT))  # the file after a change: as long, and different
HALF = 100_000
PROXIES = [f"{name}_proxy" for name in ("http", "https", "all", "no")]


def plain_environment(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """No proxy, no mirror, and no waiting between attempts: the waits are listed instead."""
    for name in [*PROXIES, *(name.upper() for name in PROXIES), "VIT_TUTORIAL_MIRROR"]:
        monkeypatch.delenv(name, raising=False)
    waits: list[float] = []
    monkeypatch.setattr("vit_tutorial._download.sleep", waits.append)
    return waits


def left_in(folder: Path) -> dict[str, bytes]:
    """The files in a folder, without lock and note."""
    return {
        path.name: path.read_bytes() for path in folder.iterdir() if path.suffix not in (".lock", ".json")
    }


def broken(**options: Any) -> Answer:
    """An answer that breaks off after HALF bytes."""
    return send(CONTENT, stop_after=HALF, **options)


def fetch(server: Server, folder: Path, **options: Any) -> bytes:
    """What `download` fetches."""
    return download(f"{server.url}/a.bin", folder, **options).read_bytes()


def break_off(server: Server, folder: Path, **options: Any) -> None:
    """A call that leaves HALF bytes behind."""
    with pytest.raises(DownloadError, match="broke off"):
        fetch(server, folder, retries=0, **options)
    assert left_in(folder) == {"a.bin.part": CONTENT[:HALF]}
