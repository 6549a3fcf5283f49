"""Downloads from a mirror, with arguments that can't be, with a bar, in a notebook."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

import nbclient
import nbformat
import pytest
from download_server import send, serve

from vit_tutorial.data import DownloadError, download

CONTENT = bytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NOWHERE = "http://nowhere.invalid/a.bin"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("VIT_TUTORIAL_MIRROR", raising=False)


def test_a_mirror_takes_the_place_of_scheme_host_and_folder(tmp_path, monkeypatch):
    with serve(send(CONTENT), send(b"other"), send(b"", status=404)) as server:
        monkeypatch.setenv("VIT_TUTORIAL_MIRROR", f"{server.url}/mirror/")
        path = download("https://nowhere.invalid/deep/a?key=1", tmp_path, name="a #1.bin", sha256=SHA256)
        assert path.read_bytes() == CONTENT
        for words in ("does not match", "404 Not Found"):
            with pytest.raises(DownloadError, match=f"download {server.url}/mirror/c.bin: .*{words}"):
                download("https://nowhere.invalid/c.bin", tmp_path, sha256=SHA256)
    assert server.paths == ["/mirror/a%20%231.bin", "/mirror/c.bin", "/mirror/c.bin"]


@pytest.mark.parametrize("address", ["ftp://a.org/x", "file:///etc/passwd", "a.org/x", "http:///x"])
def test_only_web_addresses(tmp_path, monkeypatch, address):
    with pytest.raises(ValueError, match=rf"url must be an http or https address.*'{address}'"):
        download(address, tmp_path)
    monkeypatch.setenv("VIT_TUTORIAL_MIRROR", address)
    with pytest.raises(ValueError, match=rf"VIT_TUTORIAL_MIRROR must be .*'{address}'"):
        download(NOWHERE, tmp_path)


@pytest.mark.parametrize("name", ["", "..", ".", "../x", "/etc/passwd", "..\\x", "C:x", "a\0b", "a\nb", " "])
def test_names_that_are_not_plain(tmp_path, name):
    for url, options in ((NOWHERE, {"name": name}), (f"http://a.org/folder/{quote(name, safe='')}", {})):
        with pytest.raises(ValueError, match=r"the file name .* can't be used.*name="):
            download(url, tmp_path, **options)


@pytest.mark.parametrize(("name", "value"), [("sha256", "abc"), ("sha256", "g" * 64), ("sha256", "")])
def test_arguments_that_cannot_be(tmp_path, name, value):
    with pytest.raises(ValueError, match=f"{name} must be .*{value}"):
        download(NOWHERE, tmp_path, **{name: value})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_on_stderr_where_it_is_a_terminal(tmp_path, capsys, monkeypatch, terminal):
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    with serve(send(CONTENT)) as server:
        download(f"{server.url}/a.bin", tmp_path)
    out, err = capsys.readouterr()
    assert out == "" and ("a.bin:" in err and "300k" in err) == terminal and bool(err) == terminal


def test_in_a_notebook_nothing_is_printed(tmp_path):
    """Neither by pooch's logger, nor by tqdm, which asks for ipywidgets when pooch is imported."""
    with serve(send(CONTENT)) as server:
        code = f"from vit_tutorial import data\nfile = data.download('{server.url}/a.bin', '.')\nprint(file)"
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
        nbclient.NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert [output["text"] for output in notebook.cells[0].outputs] == ["a.bin\n"]


def test_a_proxy_is_asked_where_one_is_set(tmp_path, monkeypatch):
    with serve(send(CONTENT)) as server:
        monkeypatch.delenv("no_proxy")
        monkeypatch.setenv("http_proxy", server.url)
        assert download(NOWHERE, tmp_path).read_bytes() == CONTENT
    assert server.paths == [NOWHERE]
