"""Archives made for tests, honest and evil ones, written by the standard library."""

from __future__ import annotations

import io
import stat
import tarfile
import warnings
import zipfile
from pathlib import Path
from random import Random

import pytest

from vit_tutorial._archive import ArchiveError, unpack

FILES = {
    "a.txt": b"hello",
    "cats/1.bin": Random(0).randbytes(70_000),
    "cats/2.bin": b"",
    "cats/big/图.txt": b"x" * 200,
}
TAR_MODES = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.bz2": "w:bz2", ".tar.xz": "w:xz"}
KINDS = [".zip", *TAR_MODES]
LONG = "d/" * 64 + "x"  # one folder too deep

Contents = dict[str, bytes] | list[tuple[str, bytes]]


def make_zip(path: Path, files: Contents, mode: int = 0, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip file; `mode` is the Unix mode of its entries."""
    with zipfile.ZipFile(path, "w", method) as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a duplicate name
        for name, content in files.items() if isinstance(files, dict) else files:
            info = zipfile.ZipInfo(name)
            info.orig_filename = info.filename = name  # with NUL and backslash
            info.compress_type, info.external_attr = method, mode << 16
            packed.writestr(info, content)
    return path


def make_tar(path: Path, files: Contents, **attributes: object) -> Path:
    """A tar file, compressed as its name says; attributes are those of each TarInfo."""
    kind = next((kind for kind in TAR_MODES if path.name.endswith(kind)), ".tar")
    with tarfile.open(path, TAR_MODES[kind]) as packed:
        for name, content in files.items() if isinstance(files, dict) else files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for attribute, value in attributes.items():
                setattr(info, attribute, value)
            packed.addfile(info, io.BytesIO(content))
    return path


def make(path: Path, files: Contents) -> Path:
    """An archive of the kind that its name says."""
    return make_zip(path, files) if path.suffix == ".zip" else make_tar(path, files)


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder; links and devices would be found too."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if not stat.S_ISDIR(path.lstat().st_mode):
            assert stat.S_ISREG(path.lstat().st_mode), path
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def failure(archive: Path, *errors: type[Exception], **options: int) -> str:
    """The message of an archive that is not unpacked, and of which nothing stays; errors: ArchiveError or these."""
    errors = errors or (ArchiveError,)
    work = archive.parent / "work"
    before = contents(archive.parent)
    with pytest.raises(errors) as caught:
        unpack(archive, work / "folder", **options)
    assert type(caught.value) in errors
    assert not work.exists() or list(work.iterdir()) == []
    assert contents(archive.parent) == before
    return str(caught.value)
