"""Files that are no archives, or not any more: named, and nothing of them stays."""

from __future__ import annotations

import gzip
import shutil
import zipfile
from pathlib import Path
from random import Random

import pytest
from evil_archives import FILES, KINDS, contents, failure, make, make_tar, make_zip

from vit_tutorial._archive import ArchiveError, UnsafeArchive, unpack
from vit_tutorial._archive_errors import reading

SMALL = {"a": Random(1).randbytes(600), "b/c": b"end"}


def unpack_or_not(content: bytes, kind: str, tmp_path: Path) -> dict[str, bytes] | None:
    """What an archive with this content holds; None if it is refused, and then nothing stays."""
    archive, work = tmp_path / f"damaged{kind}", tmp_path / "work"
    archive.write_bytes(content)
    try:
        got = contents(unpack(archive, work / "folder"))
    except ArchiveError as error:
        assert str(archive) in str(error)
        assert not work.exists() or list(work.iterdir()) == []
        return None
    assert [path.name for path in work.iterdir()] == ["folder"]
    shutil.rmtree(work)
    return got


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_that_was_cut_is_refused_wherever_it_was_cut(tmp_path, kind):
    whole = make(tmp_path / f"whole{kind}", SMALL).read_bytes()
    cuts = [*range(0, len(whole), max(1, len(whole) // 150)), *range(len(whole) - 30, len(whole))]
    got = [unpack_or_not(whole[:cut], kind, tmp_path) for cut in cuts]
    assert got[0] is None
    if kind == ".tar":  # it ends in zeros, of which not all are needed
        assert got[-1] == SMALL and got[: got.index(SMALL)] == [None] * got.index(SMALL)
    else:
        assert got == [None] * len(got)


@pytest.mark.parametrize("kind", KINDS)
def test_flipped_bits_are_seen_where_there_is_a_checksum(tmp_path, kind):
    whole, random = make(tmp_path / f"whole{kind}", SMALL).read_bytes(), Random(0)
    refused = 0
    for _ in range(150):
        flipped = bytearray(whole)
        flipped[random.randrange(min(len(whole), 3000))] ^= 1 << random.randrange(8)
        got = unpack_or_not(flipped, kind, tmp_path)
        if got is None:
            refused += 1
        elif kind == ".zip":  # there is none of the names
            assert sorted(got.values()) == sorted(SMALL.values())
        elif kind != ".tar":  # there is none of the content
            assert got == SMALL
    assert refused > 20


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html><title>Sign in</title>", b"\x89PNG\r\n\x1a\n" + bytes(900),
                                     b"PK\x03\x04", b"\x1f\x8b", Random(2).randbytes(2000)])  # fmt: skip
def test_a_file_of_another_kind_is_named(tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    message = failure(tmp_path / "a.zip")
    for word in (
        "a.zip can't be unpacked",
        f"{len(content):,} bytes",
        repr(content[:16]),
        "Download",
        ".tar.xz",
    ):
        assert word in message


def test_a_gz_file_that_is_no_tar(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"hello"))
    assert "a.gz can't be unpacked" in failure(tmp_path / "a.gz")


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_an_empty_archive_is_an_error(tmp_path, make):
    assert "holds no files" in failure(make(tmp_path / "a", {}))


def test_an_encrypted_zip_is_named(tmp_path):
    archive = make_zip(tmp_path / "a.zip", {"secret.txt": b"1"})
    with zipfile.ZipFile(archive) as packed:
        flags = packed.infolist()[0].flag_bits
    content = bytearray(archive.read_bytes())
    for magic, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(magic) + offset] = flags | 1
    archive.write_bytes(content)
    message = failure(archive)
    assert "a.zip is encrypted" in message and "'secret.txt'" in message and "password" in message


def test_a_method_that_is_not_read_is_named(tmp_path):
    archive = make_zip(tmp_path / "a.zip", FILES, method=zipfile.ZIP_BZIP2)
    assert "compressed by method 12 (its entry 'a.txt' is)" in failure(archive)


def test_the_checksum_of_an_entry_is_checked(tmp_path):
    archive = make_zip(tmp_path / "a.zip", {"a.txt": b"hello"}, method=zipfile.ZIP_STORED)
    archive.write_bytes(archive.read_bytes().replace(b"hello", b"jello"))
    assert "a.zip can't be unpacked (Bad CRC-32" in failure(archive)


def test_an_error_without_words_is_named_too(tmp_path):
    (tmp_path / "a.zip").touch()
    with (
        pytest.raises(ArchiveError, match=r"a\.zip can't be unpacked \(EOFError\)"),
        reading(tmp_path / "a.zip"),
    ):
        raise EOFError
    assert issubclass(UnsafeArchive, ArchiveError) and issubclass(ArchiveError, ValueError)
