"""Archives, unpacked with suspicion: only files and folders, only inside, never by half."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from vit_tutorial._archive_checks import Files, plan, refusal
from vit_tutorial._archive_errors import ArchiveError, UnsafeArchive
from vit_tutorial._archive_formats import Entry, open_archive
from vit_tutorial.checks import check_positive

__all__ = ["ArchiveError", "UnsafeArchive", "unpack"]

TAR_OVERHEAD = 4096  # bytes of headers that one entry of a tar file may take


def unpack(
    archive: str | Path,
    folder: str | Path,
    *,
    max_bytes: int = 2 * 2**30,
    max_files: int = 100_000,
) -> Path:
    """Unpack a .zip, .tar, .tar.gz (.tgz), .tar.bz2 or .tar.xz file into a new folder.

    All entries are checked before anything is written. Then they go to a hidden folder
    beside `folder`, which gets its name last, in one step: `folder` is whole or not
    there. Files get the permissions of any new file, whatever the archive says.

    A second call finds each file in its place, with its size, and leaves all as it is.
    A `folder` without them is an error; it is not touched either.

    Args:
        archive: the file; its content tells its kind, not its name.
        folder: the folder to make.
        max_bytes: limit on the size of all files together, unpacked. The bytes of each
            file are counted as they are written: what the archive says may be a lie.
        max_files: limit on the number of files and folders.

    Returns:
        The path of the folder.

    Raises:
        TypeError: a limit is not a whole number.
        ValueError: a limit is smaller than 1.
        FileNotFoundError: there is no such archive.
        FileExistsError: `folder` is there, and does not hold the archive's files.
        UnsafeArchive: an entry leads out of the folder (`../`, an absolute path, a
            drive), is a link or a device, or is there twice; or a limit is exceeded.
            The message names archive and entry.
        ArchiveError: the archive is truncated, damaged, encrypted, or of another kind.
        OSError: the folder can't be written.
    """
    archive, folder = Path(archive).expanduser(), Path(folder).expanduser()
    check_positive(max_bytes, "max_bytes")
    check_positive(max_files, "max_files")
    stream_limit = max_bytes + TAR_OVERHEAD * max_files + 2**20
    with open_archive(archive, stream_limit) as entries:
        files, folders = plan(archive, entries, max_bytes, max_files)
        if not folder.exists():
            _write_aside(archive, files, folders, folder)
    _check_holds(folder, files, archive)
    return folder


def _write_aside(
    archive: Path, files: Files, folders: set[PurePosixPath], folder: Path
) -> None:
    """Write all files to a hidden folder, and give it its name when they are complete."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as hidden:
        half = Path(hidden) / "half"
        for path in sorted(folders):  # a folder before what lies in it
            (half / path).mkdir(exist_ok=True)
        for path, entry in files.items():
            _write(archive, entry, half / path)
        try:
            half.rename(folder)
        except OSError:
            if not folder.exists():  # else another process was faster
                raise


def _write(archive: Path, entry: Entry, path: Path) -> None:
    """Write one file: no more bytes than its entry says, and not fewer."""
    size = 0
    try:
        with path.open("xb") as file:
            for piece in entry.pieces(archive):
                size += len(piece)
                if size > entry.size:
                    break
                file.write(piece)
    except FileExistsError:
        reason = "is there twice, if upper and lower case are the same, as on this disk"
        raise refusal(archive, entry, reason) from None
    except OSError as error:
        raise OSError(
            error.errno,
            f"could not write {entry.name!r} of {archive}: {error.strerror}. Free "
            "some space, or choose another folder.",
        ) from error
    if size != entry.size:
        raise ArchiveError(
            f"{archive} is damaged, or lies: its entry {entry.name!r} should have "
            f"{entry.size:,} bytes and has {'more' if size > entry.size else f'{size:,}'}. "
            "Download or copy it again."
        )


def _check_holds(folder: Path, files: Files, archive: Path) -> None:
    """Check that the folder has all the files, each of its size; there may be others."""
    for path, entry in files.items():
        file = folder / path
        if not file.is_file() or file.stat().st_size != entry.size:
            raise FileExistsError(
                f"{folder} is there already, and it is not {archive}, unpacked: {path} "
                f"with {entry.size:,} bytes is not in it. It was left alone. Move it away "
                "or delete it, or unpack to another folder."
            )
