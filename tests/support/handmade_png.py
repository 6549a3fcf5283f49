"""PNG files that Pillow does not write: 16-bit colours, a transparent level, a size that is a lie."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path


def png(
    path: Path, width: int, height: int, header: bytes, data: bytes, *between: tuple[bytes, bytes]
) -> Path:
    """Write a PNG of the given size, bits and kind of colours (`header`), raw rows, and chunks between."""
    chunks = [(b"IHDR", struct.pack(">II", width, height) + header), *between]
    chunks += [(b"IDAT", zlib.compress(data)), (b"IEND", b"")]
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks
        )
    )
    return path
