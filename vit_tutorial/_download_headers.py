"""What the headers of an answer say about its body."""

from __future__ import annotations

import re

from requests import Response

VALIDATORS = ("ETag", "Last-Modified")  # headers that change when the file does


def length_of(response: Response) -> int | None:
    """Bytes of the body, where the server says so."""
    if response.raw.chunked:  # then its end is marked, and Content-Length means nothing
        return None
    length = response.headers.get("Content-Length", "").strip()
    return int(length) if re.fullmatch(r"\d{1,18}", length) else None


def total_of_range(response: Response, start: int) -> int | None:
    """Length of the whole file, of which the body is all from `start` on; else None."""
    pattern = r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})"
    match = re.fullmatch(pattern, response.headers.get("Content-Range", "").strip())
    if not match:
        return None
    first, last, total = map(int, match.groups())
    return total if first == start and last + 1 == total else None


def encoding_of(response: Response, name: str) -> str | None:
    """How the server has encoded the file for the way, though it was asked not to.

    Some servers label a .gz file like this: it is not to be decoded, so it counts as
    not encoded.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return None
    labelled = name.endswith((".gz", ".tgz")) and encoding in ("gzip", "x-gzip")
    return None if labelled else encoding
