"""A web server for tests of downloads: it may break off, stall, or send another file."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """Gives the first answer to the first request, and so on; the last one to all that follow.

    Attributes:
        url: its address.
        paths: what it was asked for, in order.
        stop: set at the end of the test: whoever stalls goes home.
    """

    daemon_threads = True

    def __init__(self, answers: tuple[Answer, ...]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.paths = answers, []
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.stop = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news."""


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the answer whose turn it is, and closes the connection."""

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        answers = self.server.answers
        answers[min(len(self.server.paths), len(answers)) - 1](self)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests report what matters."""


@contextmanager
def serve(*answers: Answer) -> Iterator[Server]:
    """A running server on a free port."""
    with Server(answers) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.stop.set()
        server.shutdown()


def send(
    content: bytes, *, status: int = 200, stop_after: int | None = None, reset: bool = False, **headers: str
) -> Answer:
    """An answer with a file.

    Args:
        content: the file, whose length the answer announces.
        status: of the answer.
        stop_after: close the connection after so many bytes.
        reset: close it with a reset instead of an orderly end.
        headers: more of them.
    """

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content[:stop_after])
        if reset:
            linger = b"\x01\0\0\0\0\0\0\0"
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    return answer


def stall(handler: BaseHTTPRequestHandler) -> None:
    """Keep the connection, and answer nothing."""
    handler.server.stop.wait(60)


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without an answer."""
