"""Archives: the files that were packed, whole or not there, and nothing outside their folder."""

from __future__ import annotations

import shutil
import stat
import tarfile

import pytest
from made_archives import BOTH, FILES, KINDS, contents, failure, make

from vit_tutorial.data import ArchiveError, UnsafeArchive, unpack


@KINDS
def test_the_files_that_were_packed(tmp_path, kind):
    archive = make(tmp_path / f"a{kind}", [*FILES.items(), ("./d/x", b"1")])
    folder = unpack(str(archive), tmp_path / "new" / "folder")
    assert folder == tmp_path / "new" / "folder" and contents(folder) == FILES | {"d/x": b"1"}
    assert [path.name for path in folder.parent.iterdir()] == ["folder"]


def test_empty_folders_and_entries_of_folders(tmp_path):
    for path in (tmp_path / "made" / "empty", tmp_path / "made" / "a"):
        path.mkdir(parents=True)
    (tmp_path / "made" / "a" / "x").write_bytes(b"1")
    for kind in ("zip", "gztar"):
        archive = shutil.make_archive(str(tmp_path / "b"), kind, tmp_path / "made")
        folder = unpack(archive, tmp_path / kind)
        assert contents(folder) == {"a/x": b"1"} and (folder / "empty").is_dir()


@pytest.mark.parametrize("mode", [0o000, 0o777, 0o4755])
@BOTH
def test_files_get_the_permissions_and_the_owner_of_new_files(tmp_path, kind, mode):
    (tmp_path / "usual").mkdir()
    (tmp_path / "usual" / "file").touch()
    options = {} if kind == ".zip" else {"uid": 12345}
    folder = unpack(make(tmp_path / f"a{kind}", FILES, mode=mode, **options), tmp_path / "folder")
    for path in [folder, *folder.rglob("*")]:
        usual = (tmp_path / "usual" if path.is_dir() else tmp_path / "usual" / "file").stat()
        assert (path.stat().st_mode, path.stat().st_uid) == (usual.st_mode, usual.st_uid), path


def test_a_folder_that_is_there_is_left_alone(tmp_path):
    archive, folder = make(tmp_path / "a.zip", FILES), tmp_path / "folder"
    unpack(archive, folder)
    (folder / "a.txt").write_bytes(b"HELLO")  # changed by its owner, as long
    with pytest.raises(FileExistsError, match=r"folder is there already.*choose another"):
        unpack(archive, folder)
    assert contents(folder) == FILES | {"a.txt": b"HELLO"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "folder"]


def test_a_full_disk_is_no_damage_and_nothing_stays(tmp_path):
    resource = pytest.importorskip("resource")
    archive, limits = make(tmp_path / "a.zip", FILES), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            unpack(archive, tmp_path / "folder")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_ctrl_c_leaves_nothing(tmp_path, monkeypatch):
    archive = make(tmp_path / "a.tar.gz", FILES)
    monkeypatch.setattr(shutil, "copyfileobj", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        unpack(archive, tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["a.tar.gz"]


# Outside ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../x", "a/../../x", "..", "/abs", "//host/share/x", "OUTSIDE"])
def test_nothing_is_written_outside(tmp_path, name):
    """A tar file is refused; zipfile drops what leads out of a path."""
    name = name.replace("OUTSIDE", str(tmp_path / "evil"))
    tar = make(tmp_path / "a.tar", [("good", b"1"), (name, b"evil")])
    assert f"a.tar was not unpacked: its entry {name!r} leads out" in failure(tar, UnsafeArchive)
    zipped = make(tmp_path / "a.zip", [("good", b"1"), (name, b"evil")])
    try:
        found = contents(unpack(zipped, tmp_path / "work" / "folder"))
    except ArchiveError:
        found = {"good": b"1"}
    assert found.pop("good") == b"1" and list(found.values()) in ([], [b"evil"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar", "a.zip", "work"]
    assert [path.name for path in (tmp_path / "work").iterdir()] in ([], ["folder"])


LINKS = [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]


@pytest.mark.parametrize("type_", LINKS)
@pytest.mark.parametrize("target", ["good", "../../../etc/passwd", "/etc/passwd"])
def test_links_and_devices_are_refused(tmp_path, type_, target):
    archive = make(tmp_path / "a.tar", [("evil", b"")], type=type_, linkname=target)
    assert "its entry 'evil' is a link or a device" in failure(archive, UnsafeArchive)
    kind = stat.S_IFIFO if type_ == tarfile.FIFOTYPE else stat.S_IFLNK
    zipped = make(tmp_path / "a.zip", [("evil", target.encode())], mode=kind | 0o777)
    assert contents(unpack(zipped, tmp_path / "folder")) == {"evil": target.encode()}  # a plain file


def test_a_link_and_a_file_behind_it(tmp_path):
    (tmp_path / "outside").mkdir()
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as packed:
        info = tarfile.TarInfo("folder")
        info.type, info.linkname = tarfile.SYMTYPE, str(tmp_path / "outside")
        packed.addfile(info)
        packed.addfile(tarfile.TarInfo("folder/evil"))
    assert "'folder' is a link" in failure(tmp_path / "a.tar.gz", UnsafeArchive)
    assert list((tmp_path / "outside").iterdir()) == []
