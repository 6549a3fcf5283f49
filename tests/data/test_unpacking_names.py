"""Names in zip files that do not say how they are written: macOS's Finder, Chinese Windows, Info-ZIP's own field."""

import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from made_archives import contents

from vit_tutorial.data import unpack


def packed(path: Path, raw: bytes, extra: bytes = b"", system: int = 0) -> Path:
    """A zip file whose one entry has these bytes for a name, and no flag."""
    info = zipfile.ZipInfo("x" * len(raw))
    info.extra, info.create_system = extra, system
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(info, b"1")
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    return path


def unicode_field(raw: bytes, name: str) -> bytes:
    """The field 0x7075 of APPNOTE.TXT, section 4.6.9."""
    text = name.encode()
    return struct.pack("<HHBL", 0x7075, 5 + len(text), 1, zlib.crc32(raw)) + text


@pytest.mark.parametrize(
    ("raw", "extra", "system", "name"),
    [
        ("猫/图.png".encode(), b"", 3, "猫/图.png"),
        ("é/a.png".encode(), b"", 3, "é/a.png"),
        ("猫/图.png".encode("gbk"), b"", 0, "猫/图.png"),  # these bytes are UTF-8, too: è/ͼ.png
        ("é.png".encode("cp437"), b"", 0, "é.png"),
        (b"a/b.png", b"", 0, "a/b.png"),
        ("é.png".encode("cp437"), unicode_field("é.png".encode("cp437"), "猫.png"), 3, "猫.png"),
        (b"cat.png", unicode_field(b"other", "dog.png"), 3, "cat.png"),  # of another name: not to be believed
    ],
)
def test_names_are_what_they_were(raw, extra, system, name, tmp_path):
    assert contents(unpack(packed(tmp_path / "a.zip", raw, extra, system), tmp_path / "out")) == {name: b"1"}


def test_such_a_name_leads_nowhere_else(tmp_path):
    raw = "../../猫.png".encode("gbk")
    assert contents(unpack(packed(tmp_path / "a.zip", raw), tmp_path / "out")) == {"猫.png": b"1"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "out"]
