"""A tar file's bytes, as many as an honest one has."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from vit_tutorial._archive_errors import UnsafeArchive

MAX_HEADER = 2**20  # bytes; a header of a tar file takes a few thousand


class BoundedStream:
    """A file for tarfile to read, which refuses what an honest archive never needs."""

    def __init__(self, archive: Path, stream: BinaryIO, limit: int) -> None:
        self.archive, self.stream, self.limit = archive, stream, limit

    def read(self, size: int) -> bytes:
        """Read some bytes; tarfile holds each header in memory."""
        if not 0 <= size <= MAX_HEADER:
            raise UnsafeArchive(
                f"{self.archive} was not unpacked: a header in it claims {size:,} bytes, "
                f"more than {MAX_HEADER:,} (or less than none)."
            )
        piece = self.stream.read(size)
        self._check(self.stream.tell())
        return piece

    def seek(self, position: int) -> int:
        """Go to a position, forward by decompressing all that lies between."""
        self._check(position)
        return self.stream.seek(position)

    def tell(self) -> int:
        """Where the next byte is read."""
        return self.stream.tell()

    def _check(self, position: int) -> None:
        if position > self.limit:
            raise UnsafeArchive(
                f"{self.archive} was not unpacked: it is larger than max_bytes and "
                f"max_files allow, more than {self.limit:,} bytes without compression. "
                "Raise them if you trust it."
            )
