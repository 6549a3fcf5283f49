"""A web server that does not behave: it breaks off, stalls, lies about length, changes the file."""

from __future__ import annotations

import gzip
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

Answer = Callable[[BaseHTTPRequestHandler], None]


class Request(NamedTuple):
    """What the server was asked; `headers` have names in lower case."""

    path: str
    headers: dict[str, str]


class Server(ThreadingHTTPServer):
    """Gives the first answer to the first request, and so on; the last one to all that follow.

    Attributes:
        url: its address.
        requests: what it was asked, in order.
        stop: set at the end of the test: whoever stalls goes home.
    """

    daemon_threads = True

    def __init__(self, answers: tuple[Answer, ...]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = list(answers)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.requests: list[Request] = []
        self.stop = threading.Event()
        self.lock = threading.Lock()

    @property
    def ranges(self) -> list[str | None]:
        """The Range header of each request."""
        return [request.headers.get("range") for request in self.requests]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news."""


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the answer whose turn it is."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer, and close the connection."""
        with self.server.lock:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.server.requests.append(Request(self.path, headers))
            answer = self.server.answers[min(len(self.server.requests), len(self.server.answers)) - 1]
        self.close_connection = True
        answer(self)

    def end_headers(self) -> None:
        """Say that the connection will be closed: else a client may send its next request into it."""
        self.send_header("Connection", "close")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests report what matters."""


@contextmanager
def serve(*answers: Answer) -> Iterator[Server]:
    """A running server on a free port."""
    server = Server(answers)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        server.stop.set()
        server.shutdown()
        server.server_close()


def send(
    content: bytes,
    *,
    etag: str | None = None,
    modified: str | None = None,
    ranges: bool = True,
    if_range: bool = True,
    stop_after: int | None = None,
    stall_after: int | None = None,
    reset: bool = False,
    length: int | str | None = -1,
    chunked: bool = False,
    encoding: str | None = None,
    content_range: str | None = None,
) -> Answer:
    """An answer with a file, or with the range of it that was asked for.

    Args:
        content: the file.
        etag: its ETag.
        modified: its Last-Modified.
        ranges: whether Range is respected; without it the answer is 200 with everything.
        if_range: whether If-Range is respected.
        stop_after: break the connection after so many bytes of the body.
        stall_after: after so many bytes of the body send nothing, and keep the connection.
        reset: break it with a reset instead of an orderly end.
        length: what Content-Length says; -1 the truth, None nothing.
        chunked: send in chunks; with Content-Length only where it lies.
        encoding: the Content-Encoding; "gzip" packs the body.
        content_range: a Content-Range that may be wrong.
    """

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        same = handler.headers.get("If-Range") in (None, etag, modified) or not if_range
        start = int(asked[1]) if asked and ranges and same else 0
        if start and start >= len(content):
            handler.send_response(416)
            handler.send_header("Content-Range", f"bytes */{len(content)}")
            return finish(handler, b"")
        body = gzip.compress(content) if encoding == "gzip" else content[start:]
        handler.send_response(206 if start else 200)
        if start:
            true = f"bytes {start}-{len(content) - 1}/{len(content)}"
            handler.send_header("Content-Range", content_range or true)
        for name, value in {"ETag": etag, "Last-Modified": modified, "Content-Encoding": encoding}.items():
            if value is not None:
                handler.send_header(name, value)
        if chunked:
            handler.send_header("Transfer-Encoding", "chunked")
        if length is not None and not (chunked and length == -1):
            handler.send_header("Content-Length", str(len(body) if length == -1 else length))
        handler.end_headers()
        _send_body(handler, body, stop_after, stall_after, chunked)
        if reset:  # an end that the other side sees as an error, not as the end of a file
            linger = b"\x01\0\0\0\0\0\0\0"
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    return answer


def _send_body(
    handler: BaseHTTPRequestHandler,
    body: bytes,
    stop_after: int | None,
    stall_after: int | None,
    chunked: bool,
) -> None:
    cut = min(stop_after if stop_after is not None else len(body), len(body))
    cut = min(stall_after if stall_after is not None else cut, cut)
    handler.wfile.write(b"%x\r\n%b\r\n" % (cut, body[:cut]) if chunked else body[:cut])
    if chunked and cut == len(body):
        handler.wfile.write(b"0\r\n\r\n")
    if stall_after is not None:
        handler.server.stop.wait(60)


def finish(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """End the headers and send a body of the right length."""
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def status(code: int) -> Answer:
    """An answer with nothing but an error."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        finish(handler, b"<html>this is not the file</html>")

    return answer


def redirect(location: str, code: int = 302) -> Answer:
    """An answer that sends the client elsewhere."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Location", location)
        finish(handler, b"")
        handler.wfile.flush()
        handler.server.stop.wait(
            0.05
        )  # closes late: a client that asked again on this connection would be lost

    return answer


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without an answer."""


def stall(handler: BaseHTTPRequestHandler) -> None:
    """Keep the connection, and answer nothing."""
    handler.server.stop.wait(60)
