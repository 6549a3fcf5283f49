"""`make serve`: the built book on this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
import serve


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("<p>the book</p>", "utf8")
    return tmp_path


def test_takes_the_next_free_port(site: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = serve.open_server(site, port)
        assert port < server.server_port < port + serve.ATTEMPTS
        server.server_close()


def test_says_what_to_do_without_a_book(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys) -> None:
    monkeypatch.setattr(serve, "SITE", tmp_path / "missing")
    monkeypatch.setattr(sys, "argv", ["serve.py"])
    assert serve.main() == 1
    assert "make book" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "65536", "99999"])
def test_refuses_an_impossible_port(monkeypatch: pytest.MonkeyPatch, site: Path, capsys, port: str) -> None:
    monkeypatch.setattr(serve, "SITE", site)
    monkeypatch.setattr(sys, "argv", ["serve.py", "--port", port])
    assert serve.main() == 1
    assert port in capsys.readouterr().err


def test_prints_an_address_that_answers(site: Path) -> None:
    code = f"import serve, pathlib, sys; serve.SITE = pathlib.Path({str(site)!r}); sys.argv = ['serve.py']; serve.main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=Path(serve.__file__).parent, stdout=subprocess.PIPE, text=True
    )
    try:
        address = process.stdout.readline().split()[2]
        assert urlopen(address, timeout=10).read() == b"<p>the book</p>"
    finally:
        process.terminate()
        process.wait()
