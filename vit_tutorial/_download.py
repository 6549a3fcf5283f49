"""Files from the web: whole, checked, and continued where a broken connection left off."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from operator import index
from pathlib import Path
from time import sleep

from filelock import FileLock, Timeout

from vit_tutorial._download_errors import (
    AttemptError,
    BrokenOffError,
    DownloadError,
    UnreachableError,
    wrong_checksum,
)
from vit_tutorial._download_part import Part, check_sha256, sha256_of
from vit_tutorial._download_source import Source, check_name
from vit_tutorial._download_transfer import Link, transfer, usable
from vit_tutorial.checks import check_above_zero

__all__ = ["DownloadError", "download"]

PAUSE = 0.5  # seconds before the second attempt; doubled before each further one


def download(
    url: str,
    folder: str | Path,
    *,
    sha256: str | None = None,
    name: str | None = None,
    timeout: float | tuple[float, float] = (5.0, 30.0),
    progress: bool | None = None,
    retries: int = 3,
) -> Path:
    """Fetch one file; under its name it is either whole and checked, or not there.

    What has arrived lies beside it in `NAME.part`, and goes on from there in the next
    attempt or the next call, unless the server says that the file has changed. A second
    process that wants the same file waits for the first (`NAME.part.lock`).

    A file that is there already is used, and the network left alone. If its checksum is
    another one, that is an error: it may be yours, so it is not replaced.

    Environment: with `VIT_TUTORIAL_MIRROR` set to the address of a folder on the web,
    the file comes from `{VIT_TUTORIAL_MIRROR}/{name}` instead, with the same checksum.
    HTTP_PROXY, HTTPS_PROXY and NO_PROXY are respected.

    Args:
        url: address of the file, http or https. Redirects are followed, but never from
            https to http.
        folder: where the file goes; made if it is missing.
        sha256: checksum of the file, 64 hexadecimal digits. Without one a file of the
            right length is accepted: a Content-Length that is too small goes unnoticed.
        name: of the file in `folder`. None: the last part of the url's path.
        timeout: seconds to wait for a connection, and for each next piece of data; one
            number for both. There is no limit on the whole.
        progress: a bar on stderr; None shows it where stderr is a terminal.
        retries: how often a download that broke off, or a server with a passing trouble
            (429, 500, 502, 503, 504), is tried again.

    Returns:
        The path of the file, `folder / name`.

    Raises:
        TypeError: an argument is of the wrong type.
        ValueError: the url, the name, the checksum, the mirror or a number can't be one.
        DownloadError: the file could not be fetched, or is not the one with this
            checksum. The message says why, and what you can do.
        OSError: the folder can't be made or written to.
    """
    sha256 = check_sha256(sha256)
    source = Source.of(url, Path(folder).expanduser() / check_name(name, url))
    link = Link(source.address, _check_timeout(timeout), checked=sha256 is not None)
    retries = _check_retries(retries)
    if progress is None:
        progress = sys.stderr is not None and sys.stderr.isatty()
    if not _is_there(source.target, sha256):
        source.target.parent.mkdir(parents=True, exist_ok=True)
        with _one_at_a_time(source.target, patience=2 * sum(link.timeout)):
            if not _is_there(source.target, sha256):
                _fetch(source, link, sha256, progress, retries)
    return source.target


def _is_there(target: Path, sha256: str | None) -> bool:
    """Whether the file is there and may be used.

    Raises:
        DownloadError: something else is there.
    """
    if not target.is_file():
        if target.exists():
            raise DownloadError(
                f"{target} is not a file. Move it away, or choose another folder or name."
            )
        return False
    got = sha256_of(target) if sha256 else None
    if got != sha256:
        raise DownloadError(
            f"{target} is there already, but it is another file: its sha256 is {got}, "
            f"wanted is {sha256}. It was left alone. Move it away or delete it, and call "
            "again to download it."
        )
    return True


@contextmanager
def _one_at_a_time(target: Path, patience: float) -> Iterator[None]:
    """Wait until no other process downloads this file, as long as its part grows."""
    part = Part(target)
    path = target.with_name(f"{target.name}.part.lock")
    lock = FileLock(path)
    while not lock.is_locked:
        before = part.size
        try:
            lock.acquire(timeout=patience)
        except Timeout:
            if part.size == before:
                raise DownloadError(
                    f"another process downloads {target}, but {part.path} has not grown "
                    f"for {patience:g} s. End that process, or choose another folder."
                ) from None
    try:
        yield
        with suppress(OSError):  # who waits for this lock will find the file in place
            path.unlink(missing_ok=True)
    finally:
        lock.release()


def _fetch(
    source: Source, link: Link, sha256: str | None, show: bool, retries: int
) -> None:
    """Download, check, and give the file its name."""
    part = Part(source.target)
    part.check_is_ours()
    _transfer_with_retries(source, link, part, show, retries)
    if sha256 and sha256_of(part.path) != sha256 and part.is_joined:
        part.discard()  # perhaps halves of two different files: once more from the start
        _transfer_with_retries(source, link, part, show, retries)
    got = sha256_of(part.path) if sha256 else None
    if got != sha256:
        size = part.size
        part.discard()
        raise DownloadError(wrong_checksum(source, sha256, got, size))
    part.finish()


def _transfer_with_retries(
    source: Source, link: Link, part: Part, show: bool, retries: int
) -> None:
    """Attempt the transfer until the part is whole, or another attempt is no use."""
    for attempt in range(retries + 1):
        try:
            return transfer(link, part, show)
        except AttemptError as failure:
            # Unreachable at first: we are offline. Later: the network flaps.
            passing = isinstance(failure, BrokenOffError) or (
                attempt > 0 and isinstance(failure, UnreachableError)
            )
            if attempt == retries or not passing:
                message = source.explain(failure, attempt + 1, usable(link, part))
                raise DownloadError(message) from failure
        sleep(PAUSE * 2**attempt)


def _check_timeout(timeout: float | tuple[float, float]) -> tuple[float, float]:
    """Return (connect, read) in seconds."""
    pair = timeout if isinstance(timeout, tuple | list) else (timeout, timeout)
    if len(pair) != 2:
        raise ValueError(
            f"timeout must be one number or (connect, read), got {timeout!r}."
        )
    connect, read = (
        check_above_zero(s, "timeout", "Give it in seconds, such as 30.") for s in pair
    )
    return connect, read


def _check_retries(retries: int) -> int:
    """Return a whole number of at least 0."""
    try:
        number = index(retries)
    except TypeError:
        raise TypeError(f"retries must be a whole number, got {retries!r}.") from None
    if number < 0:
        raise ValueError(
            f"retries must be at least 0, got {number}. Use 0 for one attempt only."
        )
    return number
