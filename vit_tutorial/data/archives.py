"""Archives, unpacked into a new folder: nothing beside it, not too much, never by half."""

import shutil
import tarfile
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # how a zip file begins, and an empty one
CLASHES = (FileExistsError, IsADirectoryError, NotADirectoryError)  # of two entries


class ArchiveError(ValueError):
    """A file that is no archive, or a damaged one."""


class UnsafeArchive(ArchiveError):  # noqa: N818 (it names what it is)
    """An archive that was refused: it would write elsewhere, or too much."""


def unpack(
    archive: str | Path, folder: str | Path, *, max_bytes: int = 2 * 2**30, max_files: int = 100_000
) -> Path:
    """Unpack a .zip, .tar, .tar.gz (.tgz), .tar.bz2 or .tar.xz file into a new folder.

    Args:
        archive: the file; its content tells its kind, not its name.
        folder: the folder to make; it is whole or not there.
        max_bytes: limit on the size of all files together, unpacked.
        max_files: limit on the number of entries, files and folders.

    Returns:
        The path of the folder.

    Raises:
        FileExistsError: `folder` is there already; it is left as it is.
        UnsafeArchive: a limit is exceeded; or an entry of a tar file leads outside, or
            is a link or a device. (A zip file's become plain files inside.)
        ArchiveError: the archive is damaged, encrypted, or of another kind.
        OSError: the archive can't be read, or the folder can't be written.
    """
    archive, folder = Path(archive).expanduser(), Path(folder).expanduser()
    with archive.open("rb") as file:
        first = file.read(16)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as hidden:
        half = Path(hidden).resolve() / "half"
        half.mkdir()
        _write(archive, first, half, max_bytes, max_files)
        try:
            half.rename(folder)
        except OSError as error:
            message = f"{folder} is there already, and was left alone."
            raise FileExistsError(f"{message} Move it away, or choose another folder.") from error
    return folder


def _write(archive: Path, first: bytes, half: Path, *limits: int) -> None:
    """Unpack into `half`, and name the archive in whatever is wrong with it."""
    try:
        write = _write_zip if first.startswith(ZIP) else _write_tar
        write(archive, half, *limits)
        if not any(half.iterdir()):
            raise ArchiveError("it holds nothing")
    except UnsafeArchive as refusal:
        raise UnsafeArchive(f"{archive} was not unpacked: {refusal}") from None
    except Exception as error:  # a damaged file raises one of a dozen kinds
        if getattr(error, "errno", None) and not isinstance(error, CLASHES):
            raise  # the disk's own, which may be full
        raise ArchiveError(
            f"{archive} can't be unpacked ({str(error) or type(error).__name__}): it is "
            f"damaged, encrypted or of another kind; it begins with {first!r}. "
            "Download it again: .zip, .tar, .tar.gz, .tar.bz2 and .tar.xz are unpacked."
        ) from error


def _write_zip(archive: Path, half: Path, max_bytes: int, max_files: int) -> None:
    """Unpack a zip file; zipfile writes no more bytes than an entry states."""
    with zipfile.ZipFile(archive) as packed:
        entries = packed.infolist()
        _check_limit(len(entries), "max_files", max_files)
        _check_limit(sum(e.file_size for e in entries), "max_bytes", max_bytes)
        for entry in entries:
            entry.filename = _name(entry)
        packed.extractall(half, entries)


def _name(entry: zipfile.ZipInfo) -> str:
    """An entry's name where no flag says that it is UTF-8: macOS writes UTF-8, Chinese Windows GBK."""
    if entry.flag_bits & 0x800:
        return entry.filename
    raw = entry.orig_filename.encode("cp437")
    place = entry.extra.find(b"\x75\x70")  # the field that holds it as UTF-8, where there is one
    if place >= 0 and int.from_bytes(entry.extra[place + 5 : place + 9], "little") == zlib.crc32(raw):
        size = int.from_bytes(entry.extra[place + 2 : place + 4], "little")
        raw = entry.extra[place + 9 : place + 4 + size]
    for encoding in ("utf-8", "gbk") if entry.create_system == 3 else ("gbk", "utf-8"):  # 3: Unix, macOS too
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return entry.filename


def _write_tar(archive: Path, half: Path, max_bytes: int, max_files: int) -> None:
    """Unpack a tar file. Its `filter="data"` is newer than Python 3.11.2."""
    size = 0
    with tarfile.open(archive) as packed:
        for number, entry in enumerate(packed, start=1):
            size += abs(entry.size)  # below 0 it would make room for others
            _check_limit(number, "max_files", max_files)
            _check_limit(size, "max_bytes", max_bytes)
            path = (half / entry.name).resolve()
            if not path.is_relative_to(half):
                raise UnsafeArchive(f"its entry {entry.name!r} leads outside.")
            if entry.isdir():
                path.mkdir(parents=True, exist_ok=True)
            elif entry.isreg():
                path.parent.mkdir(parents=True, exist_ok=True)
                with packed.extractfile(entry) as source, path.open("xb") as file:
                    shutil.copyfileobj(source, file)
            else:
                raise UnsafeArchive(f"its entry {entry.name!r} is a link or a device.")
        # tarfile does not mind if the end is missing, or the checksum of gzip there
        packed.fileobj.seek(packed.offset)
        if packed.fileobj.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise tarfile.ReadError("its end is missing")
        while packed.fileobj.read(2**16):
            pass


def _check_limit(value: int, name: str, limit: int) -> None:
    if value > limit:
        message = f"it has more than {name} = {limit:,}. Raise {name} if you trust it."
        raise UnsafeArchive(message)
