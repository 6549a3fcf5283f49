#!/usr/bin/env python3
"""Serve the built book on this machine: python book/tools/serve.py [--port 8000]."""

from __future__ import annotations

import argparse
import errno
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SITE = Path(__file__).resolve().parents[2] / "_build" / "html"
ATTEMPTS = 20


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a line of log for each."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a page asks for some thirty files."""


def open_server(site: Path, port: int) -> ThreadingHTTPServer:
    """A server on `port`, or on the next free one.

    Raises:
        OSError: none of the next 20 ports is free.
        ValueError: there is no such port.
    """
    if not 1 <= port <= 65535 - ATTEMPTS:
        raise ValueError(f"port {port}: choose one from 1 to {65535 - ATTEMPTS} with --port")
    handler = partial(QuietHandler, directory=str(site))
    for candidate in range(port, port + ATTEMPTS):
        try:
            return ThreadingHTTPServer(("127.0.0.1", candidate), handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise OSError(f"ports {port} to {port + ATTEMPTS - 1} are all taken; choose another with --port")


def main() -> int:
    """Serve until interrupted; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    if not (SITE / "index.html").is_file():
        print(f"error: there is no book in {SITE}; build it first: make book", file=sys.stderr)
        return 1
    try:
        server = open_server(SITE, options.port)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"The book: http://127.0.0.1:{server.server_port}/  (stop with Ctrl+C)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
