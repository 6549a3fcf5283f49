"""One attempt of a download: a request, its answer, and the body into the part."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from requests import Response
from tqdm import tqdm
from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError

from vit_tutorial._download_errors import AttemptError, BrokenOffError, DownloadError
from vit_tutorial._download_headers import (
    VALIDATORS,
    encoding_of,
    length_of,
    total_of_range,
)
from vit_tutorial._download_http import get
from vit_tutorial._download_part import Part
from vit_tutorial._download_source import shown

PIECE = 2**16  # bytes at a time: so many can be lost where a connection breaks
PASSING = (429, 500, 502, 503, 504)  # troubles of a server that another attempt may end


@dataclass(frozen=True)
class Link:
    """How to reach a file.

    Attributes:
        address: its url.
        timeout: (connect, read) in seconds.
        checked: whether a checksum will tell if halves of two files were joined.
    """

    address: str
    timeout: tuple[float, float]
    checked: bool


def transfer(link: Link, part: Part, show: bool) -> None:
    """Complete the part, from its end if that is safe, else from the start.

    Raises:
        AttemptError: this attempt did not complete it; `BrokenOffError` where another may.
        DownloadError: the part could not be written.
    """
    start = usable(link, part)
    if start and part.note().get("length") == start:
        part.is_joined = True  # whole already: it only did not get its name
        return
    with _ask(link, part, start) as response:
        if response.status_code == 200:
            total = length_of(response)
            encoding = encoding_of(response, part.target.name)
            _check_body(link, response, total, encoding)
            part.begin(_note(link, response, total, encoding))
        else:
            total = total_of_range(response, start)
            part.is_joined = True
        _receive(response, link, part, total, show)


def usable(link: Link, part: Part) -> int:
    """Bytes of the part that can be kept; 0 if it is, or could be, of another file."""
    note = part.note()
    if note.get("url") != shown(link.address) or note.get("encoding"):
        return 0  # where the body was encoded, a range is not of what is in the part
    return part.size if link.checked or any(note.get(v) for v in VALIDATORS) else 0


def _ask(link: Link, part: Part, start: int) -> Response:
    """The answer to a request from byte `start` on: 200, or a 206 that fits the part."""
    headers = {}
    if start:
        headers["Range"] = f"bytes={start}-"
        validator = next(filter(None, map(part.note().get, VALIDATORS)), None)
        if validator:
            headers["If-Range"] = validator  # has the file changed, then send all of it
    response = get(link.address, headers, link.timeout)
    status = response.status_code
    if status == 200 or (status == 206 and start and _continues(response, part, start)):
        return response
    response.close()
    if start and status in (206, 416):
        part.discard()
        return _ask(link, part, 0)
    kind = BrokenOffError if status in PASSING else AttemptError
    raise kind(f"the server answered {status} {response.reason or ''}".rstrip())


def _continues(response: Response, part: Part, start: int) -> bool:
    """Whether the body is the rest of the very file that the part is half of."""
    note, total = part.note(), total_of_range(response, start)
    length = length_of(response)
    return (
        total is not None
        and note.get("length") in (None, total)
        and length in (None, total - start)
        and encoding_of(response, part.target.name) is None
        and all(
            response.headers.get(v, note.get(v)) == note.get(v)
            for v in VALIDATORS
            if note.get(v)
        )
    )


def _note(
    link: Link, response: Response, total: int | None, encoding: str | None
) -> dict[str, Any]:
    """What has to be known of this file to continue it safely."""
    note = {"url": shown(link.address), "length": total, "encoding": encoding}
    for validator in VALIDATORS:
        value = response.headers.get(validator, "")
        note[validator] = None if value.startswith("W/") else value or None
    return note


def _check_body(
    link: Link, response: Response, total: int | None, encoding: str | None
) -> None:
    """Refuse a body that can't be decoded, or could break off without a trace."""
    if encoding not in (None, "gzip", "x-gzip", "deflate"):
        raise AttemptError(
            f"the server sent the file in an unknown encoding, {encoding!r}"
        )
    if total is None and not response.raw.chunked and not link.checked:
        raise AttemptError(
            "the server does not say how long the file is, so half of it could not be "
            "told from the whole; give sha256=…, with which it can"
        )


@contextmanager
def _end_of(part: Part) -> Iterator[BinaryIO]:
    """The part, opened to add to it."""
    try:
        with part.path.open("ab") as file:
            yield file
    except OSError as error:
        raise DownloadError(
            f"could not write to {part.path}: {error}. Free some space or choose another "
            "folder, and call again: what is there is kept."
        ) from error


def _receive(
    response: Response, link: Link, part: Part, total: int | None, show: bool
) -> None:
    """Write the body to the end of the part, and see that all of it came."""
    decode = part.note()["encoding"] is not None
    bar = tqdm(
        total=None if decode else total,
        initial=part.size,
        desc=part.target.name,
        unit="B",
        unit_scale=True,
        unit_divisor=1024,
        file=sys.stderr,
        disable=not show,
        leave=False,
    )
    with bar, _end_of(part) as file:
        for piece in _pieces(response, decode, link.timeout[1]):
            file.write(piece)
            bar.update(len(piece))
            if total is not None and not decode and file.tell() > total:
                break
    got = response.raw.tell() if decode else part.size  # the length is of what was sent
    if total is not None and got < total:
        raise BrokenOffError(f"it broke off after {got:,} of {total:,} bytes")
    if total is not None and got > total:
        part.discard()
        raise AttemptError(f"the server announced {total:,} bytes and sent {got:,}")


def _pieces(response: Response, decode: bool, seconds: float) -> Iterator[bytes]:
    """The body, piece by piece; what can go wrong, in words."""
    try:
        yield from response.raw.stream(PIECE, decode_content=decode)
    except ReadTimeoutError as error:
        raise AttemptError(
            f"the server stalled: nothing came for {seconds:g} s"
        ) from error
    except DecodeError as error:
        raise AttemptError(f"the server encoded the file wrongly ({error})") from error
    except HTTPError as error:
        raise BrokenOffError("the connection broke off midway") from error
