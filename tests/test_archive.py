"""Archives: the same files as the standard library unpacks, whole or not there."""

from __future__ import annotations

import stat
import tarfile
import zipfile

import pytest
from evil_archives import FILES, KINDS, contents, failure, make, make_tar, make_zip

from vit_tutorial import _archive
from vit_tutorial._archive import unpack


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_files_as_the_standard_library_unpacks(tmp_path, kind):
    archive = make(tmp_path / f"a{kind}", FILES)
    folder = unpack(str(archive), tmp_path / "new" / "folder")
    with zipfile.ZipFile(archive) if kind == ".zip" else tarfile.open(archive) as packed:
        # tarfile has filters since Python 3.11.4 (Debian 12: 3.11.2)
        tar_filter = kind != ".zip" and hasattr(tarfile, "data_filter")
        packed.extractall(tmp_path / "theirs", **({"filter": "data"} if tar_filter else {}))
    assert folder == tmp_path / "new" / "folder"
    assert contents(folder) == contents(tmp_path / "theirs") == FILES
    assert [path.name for path in folder.parent.iterdir()] == ["folder"]


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_folders_with_entries_and_without(tmp_path, make):
    archive = make(tmp_path / "a", [("./a/b/x", b"1")])
    assert contents(unpack(archive, tmp_path / "1")) == {"a/b/x": b"1"}
    if make is make_zip:
        make(archive, [("empty/", b""), ("a/", b""), ("a/x", b"1"), ("a/", b"")])
    else:
        with tarfile.open(archive, "w") as packed:
            (tmp_path / "made" / "empty").mkdir(parents=True)
            (tmp_path / "made" / "a").mkdir()
            (tmp_path / "made" / "a" / "x").write_bytes(b"1")
            packed.add(tmp_path / "made", ".")
    folder = unpack(archive, tmp_path / "2")
    assert contents(folder) == {"a/x": b"1"} and (folder / "empty").is_dir()


def test_a_folder_that_only_its_mode_tells(tmp_path):
    archive = make_zip(tmp_path / "a.zip", {"d": b"", "d/x/": b""}, mode=stat.S_IFDIR | 0o755)
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr("d/y", b"1")
    assert contents(unpack(archive, tmp_path / "folder")) == {"d/y": b"1"}


@pytest.mark.parametrize("mode", [0o000, 0o777, 0o4755])
def test_files_get_the_permissions_of_new_files(tmp_path, mode):
    (tmp_path / "usual").touch()
    (tmp_path / "usual folder").mkdir()
    make_zip(tmp_path / "a.zip", FILES, mode=stat.S_IFREG | mode)
    make_tar(tmp_path / "a.tar", FILES, mode=mode)
    for name in ("a.zip", "a.tar"):
        folder = unpack(tmp_path / name, tmp_path / f"of {name}")
        for path in [folder, *folder.rglob("*")]:
            usual = tmp_path / ("usual folder" if path.is_dir() else "usual")
            assert path.stat().st_mode == usual.stat().st_mode, path


# The folder is there already ------------------------------------------------------------------------------


def test_a_second_call_leaves_all_as_it_is(tmp_path):
    archive, folder = make(tmp_path / "a.zip", FILES), tmp_path / "folder"
    unpack(archive, folder)
    (folder / "a.txt").write_bytes(b"HELLO")  # changed by its owner, as long
    (folder / "mine").write_bytes(b"mine")
    assert unpack(archive, folder) == folder
    assert contents(folder) == FILES | {"a.txt": b"HELLO", "mine": b"mine"}


@pytest.mark.parametrize("there", [{}, {"mine": b"1"}, FILES | {"a.txt": b"longer than it was"}])
def test_a_folder_with_something_else_is_left_alone(tmp_path, there):
    archive, folder = make(tmp_path / "a.zip", FILES), tmp_path / "folder"
    folder.mkdir()
    for name, content in there.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    with pytest.raises(FileExistsError, match=r"folder is there already.*a\.zip.*a\.txt with 5 bytes"):
        unpack(archive, folder)
    assert contents(folder) == there
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "folder"]


@pytest.mark.parametrize("same", [True, False])
def test_another_process_that_is_faster(tmp_path, monkeypatch, same):
    archive, folder = make(tmp_path / "a.zip", FILES), tmp_path / "folder"
    other = make(tmp_path / "b.zip", FILES if same else {"mine": b"1"})
    write = _archive._write

    def write_late(*arguments):
        monkeypatch.setattr(_archive, "_write", write)
        unpack(other, folder)
        return write(*arguments)

    monkeypatch.setattr(_archive, "_write", write_late)
    if same:
        assert unpack(archive, folder) == folder
    else:
        with pytest.raises(FileExistsError, match="is there already"):
            unpack(archive, folder)
    assert contents(folder) == (FILES if same else {"mine": b"1"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "b.zip", "folder"]


# Whatever interrupts it -----------------------------------------------------------------------------------


def test_a_full_disk_is_named_and_nothing_stays(tmp_path):
    resource = pytest.importorskip("resource")
    archive = make(tmp_path / "a.zip", FILES)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        message = failure(archive, OSError)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "could not write 'cats/1.bin' of" in message and "Free some space" in message


def test_ctrl_c_leaves_nothing(tmp_path, monkeypatch):
    write = _archive._write

    def write_some(archive, entry, *arguments):
        if entry.name == "cats/2.bin":
            raise KeyboardInterrupt
        return write(archive, entry, *arguments)

    monkeypatch.setattr(_archive, "_write", write_some)
    failure(make(tmp_path / "a.tar.gz", FILES), KeyboardInterrupt)


def test_arguments_that_cannot_be(tmp_path):
    archive = make(tmp_path / "a.zip", FILES)
    with pytest.raises(FileNotFoundError, match="nothing"):
        unpack(tmp_path / "nothing.zip", tmp_path / "folder")
    for options, error in (({"max_bytes": 0}, ValueError), ({"max_files": 1.5}, TypeError)):
        with pytest.raises(error, match=next(iter(options))):
            unpack(archive, tmp_path / "folder", **options)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip"]
