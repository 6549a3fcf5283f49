"""Archives made for tests by the standard library, and what becomes of them."""

from __future__ import annotations

import io
import stat
import tarfile
import warnings
import zipfile
from pathlib import Path
from random import Random

import pytest

from vit_tutorial.data import ArchiveError, unpack

FILES = {
    "a.txt": b"hello",
    "cats/1.bin": Random(0).randbytes(70_000),
    "cats/2.bin": b"",
    "cats/big/图.txt": b"x" * 200,
}
TARS = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.bz2": "w:bz2", ".tar.xz": "w:xz"}
KINDS = pytest.mark.parametrize("kind", [".zip", *TARS])
BOTH = pytest.mark.parametrize("kind", [".zip", ".tar.gz"])


def make(
    path: Path,
    files: dict[str, bytes] | list,
    *,
    mode: int = 0o644,
    method: int = zipfile.ZIP_DEFLATED,
    **attributes: object,
) -> Path:
    """An archive of the kind that its name says; attributes are those of each TarInfo."""
    files = list(files.items()) if isinstance(files, dict) else files
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as packed, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a name that is there twice
            for name, content in files:
                info = zipfile.ZipInfo(name)
                info.compress_type, info.external_attr = method, mode << 16
                packed.writestr(info, content)
        return path
    with tarfile.open(path, next(TARS[kind] for kind in TARS if path.name.endswith(kind))) as packed:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), mode
            for attribute, value in attributes.items():
                setattr(info, attribute, value)
            packed.addfile(info, io.BytesIO(content))
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder; links and devices would be found too."""
    found = {}
    for path in folder.rglob("*"):
        if not stat.S_ISDIR(path.lstat().st_mode):
            assert stat.S_ISREG(path.lstat().st_mode), path
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def failure(archive: Path, error: type[Exception] = ArchiveError, **options: int) -> str:
    """The message of an archive that is not unpacked, and of which nothing stays, inside or outside."""
    before = contents(archive.parent)
    with pytest.raises(error) as caught:
        unpack(archive, archive.parent / "work" / "folder", **options)
    assert type(caught.value) is error and str(archive) in str(caught.value)
    assert contents(archive.parent) == before and not list((archive.parent / "work").iterdir())
    return str(caught.value)
