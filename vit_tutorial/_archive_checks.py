"""What is written where when an archive is unpacked, and what is not written at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from vit_tutorial._archive_errors import ArchiveError, UnsafeArchive
from vit_tutorial._archive_formats import Entry

MAX_DEPTH = 64  # folders inside folders

Files = dict[PurePosixPath, Entry]


def plan(
    archive: Path, entries: Iterable[Entry], max_bytes: int, max_files: int
) -> tuple[Files, set[PurePosixPath]]:
    """Where each file goes, and the folders that it takes; nothing is written yet."""
    files: Files = {}
    folders: set[PurePosixPath] = set()
    size = 0
    for number, entry in enumerate(entries, start=1):
        path = _safe_path(archive, entry)
        folders |= {path, *path.parents} if entry.is_folder else set(path.parents)
        if not entry.is_folder:
            if path in files:
                raise refusal(archive, entry, "is there twice")
            files[path] = entry
            size += entry.size
        if size > max_bytes:
            reason = f"makes it more than max_bytes = {max_bytes:,} bytes, unpacked"
            way_out = "Raise max_bytes if you trust it."
            raise refusal(archive, entry, reason, way_out)
        count = len(files) + len(folders) - 1  # the top folder has no entry
        if max(number, count) > max_files:
            reason = f"is one more than max_files = {max_files:,} files and folders"
            way_out = "Raise max_files if you trust it."
            raise refusal(archive, entry, reason, way_out)
    for path in files.keys() & folders:
        raise refusal(archive, files[path], "is both a file and a folder")
    if not files:
        raise ArchiveError(f"{archive} holds no files. Download or copy it again.")
    return files, folders


def _safe_path(archive: Path, entry: Entry) -> PurePosixPath:
    """The path of an entry, relative to the folder and certain to stay in it.

    Raises:
        UnsafeArchive: there is no such path.
    """
    path = PurePosixPath(entry.name)
    first = path.parts[0] if path.parts else ""
    reasons = {
        entry.refused: bool(entry.refused),
        f"claims a size of {entry.size} bytes": entry.size < 0,
        "has control characters": any(ord(c) < 32 or ord(c) == 127 for c in entry.name),
        "has a backslash, which leads elsewhere on Windows": "\\" in entry.name,
        "is an absolute path": path.is_absolute(),
        "names a drive": re.match("[A-Za-z]:", first) is not None,
        "leads out of the folder": any(not part.strip(". ") for part in path.parts),
        f"lies more than {MAX_DEPTH} folders deep": len(path.parts) > MAX_DEPTH,
        "has no name": not path.parts and not entry.is_folder,
    }
    for reason, holds in reasons.items():
        if holds:
            raise refusal(archive, entry, reason)
    return path


def refusal(
    archive: Path, entry: Entry, reason: str, way_out: str = ""
) -> UnsafeArchive:
    """The error for an entry that stops the whole archive."""
    way_out = way_out or "Get it from where it is published, or unpack it by hand."
    return UnsafeArchive(
        f"{archive} was not unpacked: its entry {entry.name[:200]!r} {reason}. {way_out}"
    )
