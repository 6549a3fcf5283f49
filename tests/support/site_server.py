"""What the tests of the built site stand on: its pages, a small web server, a browser."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml
from places import ROOT

SITE = ROOT / "_build" / "html"
EDITIONS = ("en", "zh")
NOT_BUILT = ["en/index.html", "zh/index.html"]
COMPRESSED = (".html", ".js", ".css", ".json", ".svg", ".md", ".ipynb")


def toc_pages(root: Path = ROOT) -> list[str]:
    """The names of the pages in `_toc.yml`, such as `01_patches`."""
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf8"))
    return [Path(toc["root"]).name, *(Path(chapter["file"]).name for chapter in toc["chapters"])]


def built_pages(site: Path = SITE) -> list[str]:
    """Every page of the built site, such as `zh/search.html`.

    Without a site there are still two: parametrising a test with nothing would skip it, and it must fail.
    """
    pages = [
        path.relative_to(site).as_posix() for edition in EDITIONS for path in (site / edition).rglob("*.html")
    ]
    return sorted(page for page in pages if "/_" not in page) or NOT_BUILT


class GzipHandler(SimpleHTTPRequestHandler):
    """Serves files as GitHub Pages does: text compressed, kept by the browser for ten minutes, 404.html for what is not there.

    Counts the bytes of every body sent.
    """

    def do_GET(self) -> None:
        """Send one file."""
        path = Path(self.translate_path(self.path))
        path, status = path / "index.html" if path.is_dir() else path, 200
        if not path.is_file():
            path, status = Path(self.directory) / "404.html", 404
        if not path.is_file():
            self.send_error(404)
            return
        body = path.read_bytes()
        compressed = path.suffix in COMPRESSED
        body = gzip.compress(body, 6) if compressed else body
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        if compressed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.server.bytes_sent += len(body)
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests report what matters."""


@contextmanager
def serve(site: Path) -> Iterator[ThreadingHTTPServer]:
    """A server of `site` on a free port; `.url` is its address, `.bytes_sent` counts bodies."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(GzipHandler, directory=str(site)))
    server.bytes_sent = 0
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
