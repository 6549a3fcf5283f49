"""The entries of zip and tar files, read by the standard library and never trusted."""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from vit_tutorial._archive_errors import ArchiveError, reading
from vit_tutorial._archive_stream import BoundedStream

PIECE = 2**16  # bytes that are read at a time
OPENERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}
ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # how a zip file begins, and an empty one
ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class Entry:
    """One file or folder of an archive.

    Attributes:
        name: as the archive has it.
        size: in bytes, unpacked; as the archive has it.
        is_folder: whether it is a folder.
        refused: what it is instead of a file or folder, such as “is a symbolic link”.
        open: opens it for reading.
    """

    name: str
    size: int
    is_folder: bool
    refused: str
    open: Callable[[], BinaryIO]

    def pieces(self, archive: Path) -> Iterator[bytes]:
        """The content, piece by piece; errors as `open_archive`."""
        with reading(archive), self.open() as file:
            while piece := file.read(PIECE):
                yield piece


@contextmanager
def open_archive(archive: Path, limit: int) -> Iterator[Iterator[Entry]]:
    """Give the entries of an archive, which can be read as long as the block lasts.

    Args:
        archive: the file.
        limit: bytes that a tar file may have without its compression.

    Raises:
        FileNotFoundError: there is no such file.
        ArchiveError: it is truncated, damaged, encrypted, or of another kind; some of
            it shows only while the entries are read.
        UnsafeArchive: a tar file is larger than the limit, or has a monstrous header.
    """
    with archive.open("rb") as file:
        first = file.read(6)
        file.seek(0)
        if first.startswith(ZIP):
            yield _zip_entries(archive, file)
            return
        openers = (o for magic, o in OPENERS.items() if first.startswith(magic))
        with next(openers, nullcontext)(file) as stream:
            bounded = BoundedStream(archive, stream, limit)
            with reading(archive):
                packed = tarfile.TarFile(fileobj=bounded)
            yield _tar_entries(archive, packed, bounded)


def _zip_entries(archive: Path, file: BinaryIO) -> Iterator[Entry]:
    """The entries of a zip file; errors as `open_archive`."""
    with reading(archive):
        packed = zipfile.ZipFile(file)
    for info in packed.infolist():
        name, kind = info.orig_filename, stat.S_IFMT(info.external_attr >> 16)
        if info.flag_bits & 1:
            raise ArchiveError(
                f"{archive} is encrypted (its entry {name!r} is). Unpack it by hand with "
                "its password."
            )
        if info.compress_type not in ZIP_METHODS:
            raise ArchiveError(
                f"{archive} is compressed by method {info.compress_type} (its entry "
                f"{name!r} is); only stored and deflated entries are read. Unpack it by "
                "hand."
            )
        is_folder = name.endswith("/") or kind == stat.S_IFDIR
        open_ = partial(packed.open, info)
        yield Entry(name, info.file_size, is_folder, _refused_kind(kind), open_)


def _tar_entries(
    archive: Path, packed: tarfile.TarFile, stream: BoundedStream
) -> Iterator[Entry]:
    """The entries of a tar file, and after the last one a look at its end."""
    with reading(archive):
        for member in packed:
            yield Entry(
                member.name,
                member.size,
                member.isdir(),
                _refused_member(member),
                partial(packed.extractfile, member),
            )
        stream.seek(packed.offset)
        if stream.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise tarfile.ReadError("its end is missing")  # tarfile would not mind
        while stream.read(PIECE):
            pass  # gzip and its like have their checksum at the very end


def _refused_kind(kind: int) -> str:
    """What an entry of a zip file is, if it is neither a file nor a folder."""
    if kind == stat.S_IFLNK:
        return "is a symbolic link"
    return "" if kind in (0, stat.S_IFREG, stat.S_IFDIR) else "is a special file"


def _refused_member(member: tarfile.TarInfo) -> str:
    """What an entry of a tar file is, if it is neither a file nor a folder."""
    if member.isreg() or member.isdir():
        return ""
    if member.issym():
        return "is a symbolic link"
    if member.islnk():
        return "is a hard link"
    return "is a device" if member.isdev() else "is of an unknown type"
