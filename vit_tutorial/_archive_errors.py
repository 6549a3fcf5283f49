"""What can be wrong with an archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ArchiveError(ValueError):
    """A file that is no archive, or a damaged one."""


class UnsafeArchive(ArchiveError):  # noqa: N818 (it names what it is)
    """An archive that was refused: it would write elsewhere, or too much."""


@contextmanager
def reading(archive: Path) -> Iterator[None]:
    """Name the archive in whatever goes wrong in the block.

    Damaged files raise a dozen kinds of errors in the standard library, from EOFError
    to struct.error.
    """
    try:
        yield
    except ArchiveError:
        raise
    except Exception as error:
        with archive.open("rb") as file:
            first = file.read(16)
        raise ArchiveError(
            f"{archive} can't be unpacked ({str(error) or type(error).__name__}): it is "
            f"truncated, damaged or of another kind. It has {archive.stat().st_size:,} "
            f"bytes and begins with {first!r}. Download or copy it again; .zip, .tar, "
            ".tar.gz, .tar.bz2 and .tar.xz can be unpacked."
        ) from error
