"""What can go wrong in a download, and what its reader is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vit_tutorial._download_source import Source


class DownloadError(OSError):
    """A file that could not be fetched, or is not the one it should be."""


class AttemptError(Exception):
    """One attempt failed for good; the text completes “could not download …: ”."""


class BrokenOffError(AttemptError):
    """One attempt failed, another one may succeed."""


class UnreachableError(AttemptError):
    """There is no connection to the server."""


def wrong_checksum(source: Source, wanted: str, got: str, size: int) -> str:
    """The message for a file that arrived whole, but is another one."""
    return (
        f"what {source} sent is not the file that was asked for.\n"
        f"sha256 wanted: {wanted}\n"
        f"sha256 got:    {got} ({size:,} bytes)\n"
        "It was not kept. Either the file has changed there (compare the checksum with "
        "the one that its publisher states), or something on the way answered in its "
        "place, such as a login page or a proxy. You can get the right file elsewhere "
        f"and save it as {source.target}, or fetch it from a mirror: {source.mirror_hint}"
    )
