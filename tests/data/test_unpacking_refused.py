"""Archives that are damaged, or would write too much: named, and nothing of them stays."""

from __future__ import annotations

import gzip
import shutil
import struct
import tarfile
import zipfile
from pathlib import Path
from random import Random

import pytest
from made_archives import BOTH, FILES, KINDS, contents, failure, make

from vit_tutorial.data import ArchiveError, UnsafeArchive, unpack

SMALL = {"a": Random(1).randbytes(600), "b/c": b"end"}


def unpack_or_not(content: bytes, kind: str, folder: Path) -> dict[str, bytes] | None:
    """What an archive with this content holds; None if it is refused, and then nothing stays."""
    folder.mkdir()
    archive = folder / f"damaged{kind}"
    archive.write_bytes(content)
    try:
        return contents(unpack(archive, folder / "got"))
    except ArchiveError:
        assert list(folder.iterdir()) == [archive]
        return None


@KINDS
def test_an_archive_that_was_cut_is_refused_wherever_it_was_cut(tmp_path, kind):
    whole = make(tmp_path / f"whole{kind}", SMALL).read_bytes()
    cuts = [*range(0, len(whole), max(1, len(whole) // 150)), *range(len(whole) - 30, len(whole))]
    got = [unpack_or_not(whole[:cut], kind, tmp_path / f"{i}") for i, cut in enumerate(cuts)]
    if kind == ".tar":  # it ends in zeros, of which not all are needed
        assert got[-1] == SMALL and got[: got.index(SMALL)] == [None] * got.index(SMALL)
    else:
        assert got == [None] * len(got)


@KINDS
def test_flipped_bits_are_seen_where_there_is_a_checksum(tmp_path, kind):
    whole, random = make(tmp_path / f"whole{kind}", SMALL).read_bytes(), Random(0)
    results = []
    for i in range(150):
        flipped = bytearray(whole)
        flipped[random.randrange(min(len(whole), 3000))] ^= 1 << random.randrange(8)
        results.append(unpack_or_not(flipped, kind, tmp_path / f"{i}"))
    assert results.count(None) > 20
    for got in filter(None, results):
        if kind == ".zip":  # there is none of the names
            assert sorted(got.values()) == sorted(SMALL.values())
        elif kind != ".tar":  # there is none of the content
            assert got == SMALL


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html><title>Sign in</title>", b"\x89PNG\r\n\x1a\n" + bytes(900),
                                     b"PK\x03\x04", b"\x1f\x8b", gzip.compress(b"hello", mtime=0), Random(2).randbytes(2000)])  # fmt: skip
def test_a_file_of_another_kind_is_named(tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    message = failure(tmp_path / "a.zip")
    for words in ("a.zip can't be unpacked", f"begins with {content[:16]!r}", "Download", ".tar.xz"):
        assert words in message
    assert issubclass(UnsafeArchive, ArchiveError) and issubclass(ArchiveError, ValueError)


@BOTH
def test_empty_archives_and_names_that_are_there_twice(tmp_path, kind):
    assert "it holds nothing" in failure(make(tmp_path / f"a{kind}", {}))
    for names in (["a", "a/b"], ["a/b", "a"]):
        failure(make(tmp_path / f"a{kind}", [(name, b"1") for name in names]))
    for name in ("a", "./a"):
        archive = make(tmp_path / f"a{kind}", [("a", b"1"), (name, b"2")])
        if kind == ".zip":  # zipfile lets the last one win
            assert contents(unpack(archive, tmp_path / f"folder of {len(name)}")) == {"a": b"2"}
        else:
            assert "File exists" in failure(archive)


def test_an_encrypted_zip_is_named(tmp_path):
    archive = make(tmp_path / "a.zip", {"secret.txt": b"1"})
    content = bytearray(archive.read_bytes())
    for magic, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(magic) + offset] |= 1
    archive.write_bytes(content)
    message = failure(archive)
    assert "encrypted" in message and "'secret.txt'" in message and "password" in message


def test_the_checksum_of_an_entry_is_checked(tmp_path):
    archive = make(tmp_path / "a.zip", {"a": b"hello"}, method=zipfile.ZIP_STORED)
    archive.write_bytes(archive.read_bytes().replace(b"hello", b"jello"))
    assert "a.zip can't be unpacked (Bad CRC-32" in failure(archive)


def test_arguments_that_cannot_be(tmp_path):
    archive = make(tmp_path / "a.zip", FILES)
    with pytest.raises(FileNotFoundError, match="nothing"):
        unpack(tmp_path / "nothing.zip", tmp_path / "folder")
    for name in ("max_bytes", "max_files"):
        with pytest.raises(UnsafeArchive, match=f"more than {name} = 0"):
            unpack(archive, tmp_path / "folder", **{name: 0})
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


# Too much -------------------------------------------------------------------------------------------------


@KINDS
def test_the_limits_are_exact(tmp_path, kind):
    archive, size = make(tmp_path / f"a{kind}", FILES), sum(map(len, FILES.values()))
    message = failure(archive, UnsafeArchive, max_bytes=size - 1)
    assert f"more than max_bytes = {size - 1:,}. Raise max_bytes if you trust it" in message
    message = failure(archive, UnsafeArchive, max_files=len(FILES) - 1)
    assert "more than max_files = 3. Raise max_files" in message
    folder = unpack(archive, tmp_path / "folder", max_bytes=size, max_files=len(FILES))
    assert contents(folder) == FILES


@BOTH
def test_a_bomb_is_refused_before_it_is_written(tmp_path, kind):
    archive = make(tmp_path / f"a{kind}", {"bomb": bytes(50_000_000)})
    assert archive.stat().st_size < 60_000
    assert "more than max_bytes = 1,000,000" in failure(archive, UnsafeArchive, max_bytes=1_000_000)


def test_a_zip_that_lies_about_its_size_writes_no_more_than_it_states(tmp_path, monkeypatch):
    """It states ten bytes, which the limit allows, and holds a megabyte."""
    archive = make(tmp_path / "a.zip", {"bomb": bytes(1_000_000)})
    content = bytearray(archive.read_bytes())
    for magic, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        struct.pack_into("<I", content, content.index(magic) + offset, 10)
    archive.write_bytes(content)
    written, copy = [], shutil.copyfileobj

    def counting(source, target, *rest):
        try:
            copy(source, target, *rest)
        finally:
            written.append(target.tell())

    monkeypatch.setattr(shutil, "copyfileobj", counting)
    failure(archive, max_bytes=10)
    assert len(written) == 1 and written[0] <= 10


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def hole(name: str, size: int) -> bytes:
    """A file that is one hole: a header with its size unpacked, and no data."""
    block = bytearray(header(name, 0, tarfile.GNUTYPE_SPARSE))
    block[483:495] = b"%011o\0" % size
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)  # the checksum counts itself as blanks
    return bytes(block)


def test_a_hole_is_unpacked_as_zeros(tmp_path):
    (tmp_path / "a.tar").write_bytes(hole("x", 70_000) + bytes(1024))
    assert contents(unpack(tmp_path / "a.tar", tmp_path / "folder")) == {"x": bytes(70_000)}


@pytest.mark.parametrize("content", [header("x", 10**12) + b"1", hole("x", 10**9),
                                     header("x", -(10**9)) + header("y", 10**8) + bytes(10**8)])  # fmt: skip
def test_tar_files_whose_headers_state_too_much(tmp_path, content):
    (tmp_path / "a.tgz").write_bytes(gzip.compress(content, 1, mtime=0))
    with pytest.raises(ArchiveError, match=r"max_bytes = 10,000,000|invalid offset"):
        unpack(tmp_path / "a.tgz", tmp_path / "folder", max_bytes=10**7)
    assert [path.name for path in tmp_path.iterdir()] == ["a.tgz"]


def test_a_header_that_leads_back_to_itself_ends(tmp_path):
    """Its size is below zero: Python's own tarfile refuses it from 3.13.15 and 3.14.8 on."""
    (tmp_path / "a.tar").write_bytes(header("x", -512) + bytes(1024))
    with pytest.raises(ArchiveError):
        unpack(tmp_path / "a.tar", tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["a.tar"]
