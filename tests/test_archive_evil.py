"""Archives that would write elsewhere: refused by name, before anything is written."""

from __future__ import annotations

import stat
import tarfile

import pytest
from evil_archives import LONG, contents, failure, make_tar, make_zip

from vit_tutorial import _archive
from vit_tutorial._archive import ArchiveError, UnsafeArchive, unpack


@pytest.mark.parametrize("make", [make_zip, make_tar])
@pytest.mark.parametrize(("name", "reason"), [
    ("../x", "leads out"),
    ("a/../../x", "leads out"),
    ("a/../b", "leads out"),
    ("..", "leads out"),
    ("a/.. /x", "leads out"),  # Windows drops the blank
    ("a/.../x", "leads out"),
    ("/abs", "absolute path"),
    ("//host/share/x", "absolute path"),
    ("C:\\x", "backslash"),
    ("C:/x", "names a drive"),
    ("./c:x", "names a drive"),
    ("..\\x", "backslash"),
    ("a\\..\\..\\x", "backslash"),
    ("\\\\host\\share\\x", "backslash"),
    ("a\nb", "control characters"),
    ("a\x7fb", "control characters"),
    ("", "has no name"),
    (".", "has no name"),
    (LONG, "more than 64 folders deep"),
])  # fmt: skip
def test_entries_that_lead_out_of_the_folder(tmp_path, make, name, reason):
    archive = make(tmp_path / "evil.bin", [("good", b"1"), (name, b"evil")])
    message = failure(archive, UnsafeArchive)
    assert "evil.bin was not unpacked" in message and reason in message
    assert repr(name) in message


def test_an_absolute_path_that_could_be_written(tmp_path):
    evil = tmp_path / "evil"
    for make in (make_zip, make_tar):
        assert repr(str(evil)) in failure(make(tmp_path / "a", [(str(evil), b"evil")]), UnsafeArchive)
        assert not evil.exists()


def test_a_name_that_seems_to_end_at_a_nul(tmp_path):
    archive = make_zip(tmp_path / "a.zip", [("good.txtX../../x", b"evil")])
    archive.write_bytes(archive.read_bytes().replace(b"good.txtX", b"good.txt\0"))
    assert "control characters" in failure(archive, UnsafeArchive)


def test_a_folder_that_leads_out(tmp_path):
    assert "'../x/'" in failure(make_zip(tmp_path / "a.zip", [("../x/", b""), ("y", b"")]), UnsafeArchive)
    archive = make_tar(tmp_path / "a.tar", [("../x", b""), ("y", b"")], type=tarfile.DIRTYPE)
    assert "'../x'" in failure(archive, UnsafeArchive)


# Links and devices ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "reason"), [
    (tarfile.SYMTYPE, "is a symbolic link"),
    (tarfile.LNKTYPE, "is a hard link"),
    (tarfile.CHRTYPE, "is a device"),
    (tarfile.BLKTYPE, "is a device"),
    (tarfile.FIFOTYPE, "is a device"),
    (b"V", "is of an unknown type"),
])  # fmt: skip
@pytest.mark.parametrize("target", ["good", "../../../etc/passwd", "/etc/passwd"])
def test_tar_entries_that_are_neither_file_nor_folder(tmp_path, kind, reason, target):
    with tarfile.open(tmp_path / "a.tar", "w") as packed:
        packed.addfile(tarfile.TarInfo("good"))
        info = tarfile.TarInfo("evil")
        info.type, info.linkname = kind, target
        packed.addfile(info)
    assert f"'evil' {reason}" in failure(tmp_path / "a.tar", UnsafeArchive)


def test_a_link_and_a_file_behind_it(tmp_path):
    (tmp_path / "outside").mkdir()
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as packed:
        info = tarfile.TarInfo("folder")
        info.type, info.linkname = tarfile.SYMTYPE, str(tmp_path / "outside")
        packed.addfile(info)
        packed.addfile(tarfile.TarInfo("folder/evil"))
    assert "'folder' is a symbolic link" in failure(tmp_path / "a.tar.gz", UnsafeArchive)
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize(("kind", "reason"), [(stat.S_IFLNK, "is a symbolic link"), (stat.S_IFIFO, "special file"),
                                              (stat.S_IFCHR, "special file"), (stat.S_IFSOCK, "special file")])  # fmt: skip
def test_zip_entries_that_are_neither_file_nor_folder(tmp_path, kind, reason):
    archive = make_zip(tmp_path / "a.zip", [("evil", b"/etc/passwd")], mode=kind | 0o777)
    message = failure(archive, UnsafeArchive)
    assert "'evil'" in message and reason in message


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_one_name_for_two_entries(tmp_path, make):
    assert "'a' is there twice" in failure(make(tmp_path / "a", [("a", b"1"), ("a", b"2")]), UnsafeArchive)
    assert "'./a' is there twice" in failure(
        make(tmp_path / "a", [("a", b"1"), ("./a", b"2")]), UnsafeArchive
    )
    for names in (["a", "a/b"], ["a/b", "a"]):
        archive = make(tmp_path / "a", [(name, b"1") for name in names])
        assert "'a' is both a file and a folder" in failure(archive, UnsafeArchive)


def test_names_that_differ_in_case_on_a_disk_that_does_not_tell(tmp_path, monkeypatch):
    archive = make_zip(tmp_path / "a.zip", [("a", b"1"), ("A", b"2")])
    write = _archive._write

    def write_lower(archive, entry, path):
        return write(archive, entry, path.with_name(path.name.lower()))

    monkeypatch.setattr(_archive, "_write", write_lower)
    assert "'A' is there twice, if upper and lower case are the same" in failure(archive, UnsafeArchive)


@pytest.mark.skipif(not hasattr(tarfile, "data_filter"), reason="tarfile has filters since Python 3.11.4")
def test_what_the_standard_library_refuses_is_refused(tmp_path):
    """Every entry that tarfile's own filter would not unpack."""
    names = ["../x", "/x", "a/../../x", "good"]
    for name in names:
        for kind in (tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "../../x"
            with tarfile.open(tmp_path / "a.tar", "w") as packed:
                packed.addfile(info)
            try:
                changed = (
                    tarfile.data_filter(info, str(tmp_path)).name != name
                )  # an absolute path, made relative
            except tarfile.FilterError:
                changed = True
            if changed:
                failure(tmp_path / "a.tar", UnsafeArchive)
            else:
                assert contents(unpack(tmp_path / "a.tar", tmp_path / "good")) == {"good": b""}
    assert issubclass(UnsafeArchive, ArchiveError)
