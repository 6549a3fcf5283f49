"""The unfinished file: `NAME.part`, and `NAME.part.json` that says what it is half of."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vit_tutorial._download_errors import DownloadError


class Part:
    """What has arrived of one file.

    Without its note (the .json) a part is not ours, and left alone.

    Args:
        target: the file's final path.

    Attributes:
        path: where the part lies.
        is_joined: whether it was put together in more than one go.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self.note_path = target.with_name(f"{target.name}.part.json")
        self.is_joined = False

    @property
    def size(self) -> int:
        """Bytes that have arrived."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def note(self) -> dict[str, Any]:
        """What is known of the whole file, such as its url and length; or nothing."""
        try:
            note = json.loads(self.note_path.read_text("utf8"))
        except (OSError, ValueError):  # none, or half written
            return {}
        return note if isinstance(note, dict) else {}

    def check_is_ours(self) -> None:
        """Refuse a file of this name that some other program has written."""
        if self.size and not self.note_path.exists():
            raise DownloadError(
                f"{self.path} is in the way: the download of {self.target.name} needs "
                "this name, and did not write that file. Move it away or delete it."
            )

    def begin(self, note: Mapping[str, Any]) -> None:
        """Start anew. The old bytes go first: a new note never stands beside them."""
        self.discard()
        self.path.touch()
        self.note_path.write_text(json.dumps(note), "utf8")

    def discard(self) -> None:
        """Remove what has arrived, and the note."""
        self.path.unlink(missing_ok=True)
        self.note_path.unlink(missing_ok=True)
        self.is_joined = False

    def finish(self) -> None:
        """Give the whole file its name, in one step, once it is safely on the disk."""
        with self.path.open("rb+") as file:
            os.fsync(file.fileno())
        self.path.replace(self.target)
        self.note_path.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_sha256(sha256: str | None) -> str | None:
    """Return a SHA-256 in lower case, or None.

    Raises:
        TypeError: it is not text.
        ValueError: it is not 64 hexadecimal digits.
    """
    if sha256 is None:
        return None
    if not isinstance(sha256, str):
        raise TypeError(
            f"sha256 must be a str of 64 hexadecimal digits, got {type(sha256).__name__}."
        )
    if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise ValueError(
            f"sha256 must be 64 hexadecimal digits, got {len(sha256)} characters: "
            f"{sha256!r}. Copy it whole from where the file is published."
        )
    return sha256.lower()
