"""Archives that would write too much: counted by what they say, and by what they really hold."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from evil_archives import FILES, LONG, contents, failure, make_tar, make_zip

from vit_tutorial import _archive
from vit_tutorial._archive import ArchiveError, UnsafeArchive, unpack
from vit_tutorial._archive_formats import Entry


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_the_limits_are_exact(tmp_path, make):
    archive = make(tmp_path / "a", FILES)
    size, entries = sum(map(len, FILES.values())), len(FILES) + 2  # cats, cats/big
    message = failure(archive, UnsafeArchive, max_bytes=size - 1)
    assert (
        f"max_bytes = {size - 1:,} bytes" in message
        and "cats/big" in message
        and "Raise max_bytes" in message
    )
    message = failure(archive, UnsafeArchive, max_files=entries - 1)
    assert f"max_files = {entries - 1} files and folders" in message and "Raise max_files" in message
    folder = unpack(archive, tmp_path / "folder", max_bytes=size, max_files=entries)
    assert contents(folder) == FILES


def test_folders_without_end(tmp_path):
    archive = make_tar(tmp_path / "a.tar", [("a", b"")] * 20, type=tarfile.DIRTYPE)
    assert "max_files = 10" in failure(archive, UnsafeArchive, max_files=10)
    archive = make_zip(tmp_path / "a.zip", {LONG[2:]: b""})
    assert "max_files = 63" in failure(archive, UnsafeArchive, max_files=63)


def lie(path: Path, size: int) -> Path:
    """Make a zip file of one entry state another unpacked size, in both its headers."""
    content = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        struct.pack_into("<I", content, content.index(magic) + offset, size)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("size", [10, 2_000_000])
def test_a_zip_that_lies_about_its_size(tmp_path, size):
    archive = lie(make_zip(tmp_path / "a.zip", {"bomb": bytes(1_000_000)}), size)
    with zipfile.ZipFile(archive) as packed:
        assert packed.infolist()[0].file_size == size
    failure(archive)


def test_a_bomb_is_refused_by_what_it_says(tmp_path):
    for make in (make_zip, make_tar):
        archive = make(tmp_path / "bomb.tar.gz", {f"{i}": bytes(1_000_000) for i in range(3)})
        assert archive.stat().st_size < 20_000
        assert "'2' makes it more than max_bytes = 2,500,000" in failure(
            archive, UnsafeArchive, max_bytes=2_500_000
        )


@pytest.mark.parametrize(("real", "words"), [(600_000, "has more"), (3, "has 3")])
def test_and_what_it_really_holds_is_counted(tmp_path, monkeypatch, real, words):
    """Should the standard library ever let it pass that an entry's header lies."""

    class Content(io.BytesIO):
        reads = 0

        def read(self, size):
            Content.reads += 1
            return super().read(size)

    @contextmanager
    def lies(archive, limit):
        yield iter([Entry("a", 5, False, "", lambda: Content(bytes(real)))])

    monkeypatch.setattr(_archive, "open_archive", lies)
    (tmp_path / "a.zip").touch()
    assert f"'a' should have 5 bytes and {words}" in failure(tmp_path / "a.zip")
    assert Content.reads <= 2  # of ten that it would take


def tar_header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def sparse_file(name: str, size: int, packed: int = 0) -> bytes:
    """A file that is one hole: a header; what it says of its size unpacked, and of the data that follows."""
    header = bytearray(tar_header(name, packed, tarfile.GNUTYPE_SPARSE))
    header[483:495] = b"%011o\0" % size
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)  # the checksum counts itself as blanks
    return bytes(header)


def test_a_hole_is_unpacked_as_zeros(tmp_path):
    (tmp_path / "a.tar").write_bytes(sparse_file("x", 70_000) + bytes(1024))
    assert contents(unpack(tmp_path / "a.tar", tmp_path / "folder")) == {"x": bytes(70_000)}


@pytest.mark.parametrize(("content", "reason"), [
    (tar_header("x", 10**12) + b"1", "'x' makes it more than max_bytes"),
    (sparse_file("x", 10**9), "'x' makes it more than max_bytes"),
    (sparse_file("x", 5, packed=8 * 10**9) + bytes(10**6), "larger than max_bytes and max_files allow"),
    (tar_header("x", 0) + bytes(10**8), "larger than max_bytes and max_files allow"),
])  # fmt: skip
def test_tar_files_that_are_too_large(tmp_path, content, reason):
    (tmp_path / "a.tgz").write_bytes(gzip.compress(content, 1))
    assert reason in failure(tmp_path / "a.tgz", UnsafeArchive, max_bytes=10**7, max_files=1000)


@pytest.mark.parametrize(("content", "reason", "of_tarfile"), [
    (tar_header("x", -512), "'x' claims a size of -512 bytes", "invalid offset"),  # without end for some tarfiles
    (tar_header("", 10**9, tarfile.GNUTYPE_LONGNAME) + bytes(10**6), "a header in it claims 1,000,000", "empty header"),
    (tar_header("", 10**9, tarfile.XHDTYPE) + bytes(10**6), "a header in it claims 1,000,000", "empty header"),
    (tar_header("", -1024, tarfile.XHDTYPE) + bytes(10**6), "a header in it claims -", "invalid offset"),
])  # fmt: skip
def test_headers_of_a_tar_file_that_no_honest_one_has(tmp_path, content, reason, of_tarfile):
    """From 3.13.15 and 3.14.8 on, Python's own tarfile is the first to refuse them."""
    (tmp_path / "a.tgz").write_bytes(gzip.compress(content, 1))
    errors = UnsafeArchive, ArchiveError
    message = failure(tmp_path / "a.tgz", *errors, max_bytes=10**7, max_files=1000)
    assert reason in message or f"can't be unpacked ({of_tarfile})" in message
